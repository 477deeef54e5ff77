"""Facts of a case -> notice PDF (unsealed), by the template of its kind.

A character without a glyph refuses the notice (fail closed). The PDF also says of itself, in its document information,
what `origin` reads back.
"""

from datetime import date
from typing import Any

import msgspec

from esign.errors import MissingGlyph
from esign.facts import NoticeFacts, check_facts, texts_of
from esign.fonts import missing_characters
from esign.typesetter import chinese_date, typeset

__all__ = ["check_glyphs", "mask_number", "render_notice"]

_DIGEST_SHOWN = 16  # hex digits of a scan's SHA-256 on paper: 64 bits, enough to tell scans apart by eye


def render_notice(facts: NoticeFacts) -> bytes:
    """The notice as a PDF/A-2b of one or more A4 pages, same bytes for same facts; 10 to 15 ms warm.

    Raises `BadNotice`, `MissingGlyph` (naming field and characters) or `RenderingFailed`. Never on an event loop.
    """
    check_facts(facts)
    check_glyphs(facts)
    return typeset(facts.template.partition("/")[0], _page_data(facts))


def check_glyphs(facts: msgspec.Struct) -> None:
    """Raise `MissingGlyph` for the first field holding a character that the fonts cannot draw."""
    for path, text in texts_of(facts):
        if missing := missing_characters(text.replace("\n", "")):
            raise MissingGlyph(path, missing)


def mask_number(number: str) -> str:
    """A person's document number as it may stand on paper: the ends kept, the middle starred."""
    kept = 4 if len(number) >= 12 else 1
    return (
        number[:kept] + "*" * (len(number) - 2 * kept) + number[-kept:] if len(number) > 2 * kept else "*" * len(number)
    )


def _page_data(facts: NoticeFacts) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(facts, builtin_types=(date, bytes))
    data["title"], data["template"] = facts.title, facts.template
    data["issued"] = facts.issued_on.isoformat()
    for rows in (data, *data.get("gaps", ())):
        for name, value in rows.items():
            if isinstance(value, date):
                rows[name] = chinese_date(value)
    if facts.applicant.kind == "person":
        data["applicant"]["id_number"] = mask_number(facts.applicant.id_number)
    for material in data.get("materials", ()):
        material["sha256"] = material["sha256"][:_DIGEST_SHOWN]
    for correction in data.get("corrections", ()):
        correction["crop"] = correction["crop"] and list(correction["crop"])
    return data

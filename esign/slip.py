"""The slip (收件凭证 with its 材料接收清单, and 排队凭条): what was handed in, and the token that finds the case again.

Not sealed and not a notice: it proves receipt, not acceptance. A5 portrait; the applicant's name is masked, for slips
are left lying about. The code on it carries the token alone.
"""

from datetime import date, datetime
from io import BytesIO
from typing import Any, Literal

import msgspec
import segno

from esign.errors import BadNotice
from esign.facts import ServiceItem, check_positive, check_texts
from esign.notice import check_glyphs
from esign.typesetter import chinese_date, typeset

__all__ = ["SlipDeposit", "SlipFacts", "SlipMaterial", "mask_name", "render_slip"]


class SlipMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """One material handed in; `cell` is the cabinet's that keeps the paper original, 0: none does."""

    name: str
    form: str
    source: str
    pages: int
    is_required: bool = True
    copies: int = 1
    cell: int = 0


class SlipDeposit(msgspec.Struct, frozen=True, kw_only=True):
    """Originals in one cell of a cabinet; `materials` names them."""

    cell: int
    pages: int
    materials: str


class SlipFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the slip. `counts_from` and `tell_by` bound the five working days of art. 32(1)4 行政许可法.

    Both are None for a pre-review, which starts no clock. `applicant` is the full name: masked here.
    """

    hall: str
    ticket_number: str
    case_number: str
    token: str
    applicant_kind: Literal["person", "organisation"]
    applicant: str
    item: ServiceItem
    received_at: datetime
    counts_from: date | None
    tell_by: date | None
    materials: tuple[SlipMaterial, ...]
    deposits: tuple[SlipDeposit, ...] = ()
    place: str
    phone: str


def render_slip(facts: SlipFacts) -> bytes:
    """The slip as a PDF of A5 pages, same bytes for same facts.

    Raises `BadNotice`, `MissingGlyph` (naming field and characters) or `RenderingFailed`. Never on an event loop.
    """
    check_texts(facts)
    if (facts.counts_from is None) != (facts.tell_by is None):
        raise BadNotice("tell_by", "both ends of the five days, or none")
    if facts.counts_from is not None and facts.tell_by is not None and facts.tell_by < facts.counts_from:
        raise BadNotice("tell_by", f"{facts.tell_by} lies before {facts.counts_from}")
    for field in ("materials", "deposits"):
        for index, row in enumerate(getattr(facts, field)):
            check_positive(f"{field}[{index}].pages", row.pages)
    for index, material in enumerate(facts.materials):
        check_positive(f"materials[{index}].copies", material.copies)
    check_glyphs(facts)
    return typeset("slip", _page_data(facts))


def mask_name(kind: str, name: str) -> str:
    """A name for other people's eyes: 张*国, 欧**国; an organisation keeps both ends of its name."""
    kept = (4, 4) if kind == "organisation" and len(name) > 8 else (1, 1 if len(name) > 2 else 0)
    return name[: kept[0]] + "*" * max(1, len(name) - sum(kept)) + (name[-kept[1] :] if kept[1] else "")


def _page_data(facts: SlipFacts) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(facts, builtin_types=(date, datetime))
    data["applicant"] = mask_name(facts.applicant_kind, facts.applicant)
    for field in ("counts_from", "tell_by"):
        data[field] = data[field] and chinese_date(data[field])
    data["received_at"] = f"{chinese_date(facts.received_at)} {facts.received_at:%H:%M}"
    data["code"] = _code(facts.token)
    return data


def _code(token: str) -> str:
    """The token as a QR code (ISO/IEC 18004) in SVG, a quarter of it may be lost in print or fold."""
    drawn = BytesIO()
    segno.make_qr(token, error="q", boost_error=False).save(drawn, kind="svg", border=4, xmldecl=False)
    return drawn.getvalue().decode("ascii")

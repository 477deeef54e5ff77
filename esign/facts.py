"""The facts that stand on a notice: plain frozen values, and the rules they must keep before anything is rendered.

Fields after the statutory vouchers of art. 32 行政许可法 and the lists of the local service guides; dates and numbers
are given in by the caller: neither calendar nor counter lives here. What the page looks like is in `notice` and its
templates.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

import msgspec

from esign.errors import BadNotice

__all__ = [
    "AcceptanceNotice",
    "Applicant",
    "Correction",
    "CorrectionNotice",
    "Material",
    "NoticeFacts",
    "ServiceItem",
    "check_facts",
    "texts_of",
]

_LONGEST_TEXT = 1000
_MOST_ROWS = 300
# control, format (zero width, bidirectional override) and line breaks cannot be seen on paper, and the format
# characters could make a name read differently from what is signed
_UNSEEN = {"Cc", "Cf", "Zl", "Zp"}
_MAY_BE_EMPTY = {"special_steps"}


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """Who applies. `id_number` is given in full; a person's is masked before it comes near the page."""

    kind: Literal["person", "organisation"]
    name: str
    id_kind: str  # 居民身份证, 统一社会信用代码 ...
    id_number: str
    phone: str
    legal_representative: str | None = None


class ServiceItem(msgspec.Struct, frozen=True, kw_only=True):
    """The service item applied for."""

    name: str
    code: str
    business: str  # 新办, 变更, 延续, 注销


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """One material accepted; `sha256` is the hex digest of exactly the scan the reviewer looked at."""

    name: str
    form: str  # 原件, 复印件, 电子件
    source: str  # 高拍仪, 电子证照 ...
    pages: int
    sha256: str


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to put right; `page` and `mark_number` point at the place where the reviewer marked it."""

    material: str
    problem: str
    standard: str
    how: str
    page: int | None = None
    mark_number: int | None = None


class NoticeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What every notice carries. `is_test` prints 测试印章 · 仅供演示 on each page."""

    title: ClassVar[str] = ""

    number: str
    authority: str
    applicant: Applicant
    item: ServiceItem
    case_number: str
    ticket_number: str
    received_on: date
    issued_on: date
    place: str
    handler: str
    office_phone: str
    complaint_phone: str
    query_way: str
    legal_basis: str
    copies: int
    is_test: bool


class AcceptanceNotice(NoticeFacts, frozen=True, kw_only=True, tag="acceptance"):
    """受理通知书. Both limits are working days counted from `accepted_on`; `due_on` is the last day promised."""

    title: ClassVar[str] = "受理通知书"

    accepted_on: date
    statutory_days: int
    promised_days: int
    due_on: date
    special_steps: str  # free text of steps that do not count (听证、检验 …); empty means none
    has_fee: bool
    delivery_way: str
    materials: tuple[Material, ...]


class CorrectionNotice(NoticeFacts, frozen=True, kw_only=True, tag="correction"):
    """补正一次性告知书. `hand_in_by` is the last day; `effect` says what follows if it passes."""

    title: ClassVar[str] = "补正一次性告知书"

    corrections: tuple[Correction, ...]
    hand_in_by: date
    effect: str


def texts_of(facts: msgspec.Struct, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every text of the facts with the path of its field, e.g. `("materials[2].name", "总平面图")`."""
    for name in facts.__struct_fields__:
        value = getattr(facts, name)
        path = prefix + name
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, msgspec.Struct):
            yield from texts_of(value, f"{path}.")
        elif isinstance(value, tuple):
            for index, row in enumerate(value):
                yield from texts_of(row, f"{path}[{index}].")


def check_facts(facts: NoticeFacts) -> None:
    """Raise `BadNotice` for the first field that may not stand on a notice."""
    for path, text in texts_of(facts):
        _check_text(path, text)
    _positive("copies", facts.copies)
    if facts.applicant.kind == "organisation" and not facts.applicant.legal_representative:
        raise BadNotice("applicant.legal_representative", "an organisation needs one")
    if facts.issued_on < facts.received_on:
        raise BadNotice("issued_on", f"{facts.issued_on} lies before the receipt on {facts.received_on}")
    if isinstance(facts, AcceptanceNotice):
        _check_acceptance(facts)
    elif isinstance(facts, CorrectionNotice):
        _check_correction(facts)
    else:
        raise BadNotice("title", f"{type(facts).__name__} is not a kind of notice")


def _check_acceptance(facts: AcceptanceNotice) -> None:
    if not facts.received_on <= facts.accepted_on <= facts.issued_on:
        raise BadNotice("accepted_on", f"{facts.accepted_on} must lie between receipt and issue")
    if facts.due_on <= facts.accepted_on:
        raise BadNotice("due_on", f"{facts.due_on} does not lie after the acceptance on {facts.accepted_on}")
    _positive("statutory_days", facts.statutory_days)
    _positive("promised_days", facts.promised_days)
    if facts.promised_days > facts.statutory_days:
        raise BadNotice("promised_days", f"{facts.promised_days} is more than the statutory {facts.statutory_days}")
    _rows("materials", len(facts.materials))
    for index, material in enumerate(facts.materials):
        _positive(f"materials[{index}].pages", material.pages)
        if len(material.sha256) != 64 or not set(material.sha256) <= set("0123456789abcdef"):
            raise BadNotice(f"materials[{index}].sha256", "not 64 lower-case hex digits")


def _check_correction(facts: CorrectionNotice) -> None:
    if facts.hand_in_by < facts.issued_on:
        raise BadNotice("hand_in_by", f"{facts.hand_in_by} lies before the issue on {facts.issued_on}")
    _rows("corrections", len(facts.corrections))
    for index, correction in enumerate(facts.corrections):
        for name in ("page", "mark_number"):
            value = getattr(correction, name)
            if value is not None:
                _positive(f"corrections[{index}].{name}", value)


def _check_text(path: str, text: str) -> None:
    if not text.strip() and path not in _MAY_BE_EMPTY:
        raise BadNotice(path, "empty")
    if len(text) > _LONGEST_TEXT:
        raise BadNotice(path, f"{len(text)} characters are more than {_LONGEST_TEXT}")
    for character in text:
        if unicodedata.category(character) in _UNSEEN:
            raise BadNotice(path, f"invisible character U+{ord(character):04X}")


def _positive(path: str, number: int) -> None:
    if number < 1:
        raise BadNotice(path, f"{number} is less than 1")


def _rows(path: str, count: int) -> None:
    if not 1 <= count <= _MOST_ROWS:
        raise BadNotice(path, f"{count} rows, 1 to {_MOST_ROWS} are possible")

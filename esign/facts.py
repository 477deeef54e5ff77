"""The facts that stand on every notice: plain frozen values, and the rules they must keep before anything is rendered.

Fields after the statutory vouchers of art. 32 行政许可法 and the lists of the local service guides; dates and numbers
are given in by the caller: neither calendar nor counter lives here. What one kind adds is in `kinds`, what the page
looks like in the templates.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import ClassVar, Literal

import msgspec

from esign.errors import BadNotice

__all__ = [
    "Applicant",
    "Correction",
    "GapMaterial",
    "Material",
    "NoticeFacts",
    "ServiceItem",
    "check_facts",
    "check_positive",
    "check_rows",
    "check_texts",
    "texts_of",
]

_LONGEST_TEXT = 2000
_MOST_ROWS = 300
_QUERY_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}")  # base 32 of Crockford
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:-]+(?:/[A-Za-z0-9._~-]+)*")
# control, format (zero width, bidirectional override) and line breaks cannot be seen on paper, and the format
# characters could make a name read differently from what is signed
_UNSEEN = {"Cc", "Cf", "Zl", "Zp"}
_IN_PARAGRAPHS = {"reason", "content", "problem", "standard"}
"""Fields written by a person at length: they may hold line breaks, each begins a paragraph on the notice."""


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """Who applies. `id_number` is given in full; a person's is masked before it comes near the page.

    `agent` acts for the applicant by virtue of `authorisation` (授权委托书 of which day, for what): both or none.
    """

    kind: Literal["person", "organisation"]
    name: str
    id_kind: str  # 居民身份证, 统一社会信用代码 ...
    id_number: str
    phone: str
    legal_representative: str | None = None
    agent: str = ""
    authorisation: str = ""


class ServiceItem(msgspec.Struct, frozen=True, kw_only=True):
    """The service item applied for."""

    name: str
    code: str
    business: str  # 新办, 变更, 延续, 注销


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """One material accepted; `sha256` is the hex digest of exactly the scan the reviewer looked at.

    `deposit` says where the paper original is kept (12号柜格), empty when it is not.
    """

    name: str
    form: str  # 原件, 复印件, 电子件
    source: str  # 高拍仪, 电子证照 ...
    pages: int
    sha256: str
    is_required: bool = True
    copies: int = 1
    deposit: str = ""


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to put right; `page` and `mark_number` point at the place where the reviewer marked it.

    `crop` is a picture of that place, a PNG or JPEG of up to four million pixels and one megabyte.
    """

    material: str
    problem: str
    standard: str
    how: str
    page: int | None = None
    mark_number: int | None = None
    crop: bytes | None = None


class GapMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """A minor material that follows later: in `days` working days from the acceptance, the last one being `due_on`."""

    name: str
    form: str
    days: int
    due_on: date | None = None


class NoticeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What every notice carries. A text whose default is "" may stay empty, every other one must say something.

    `legal_basis` is the item's own; the clause of the 行政许可法 by which a notice is given stands in its template.
    `is_test` prints 测试印章 · 仅供演示 on each page. `replaces` is the number of the void notice this one stands for.
    With a `query_code` (XXXX-XXXX-XXXX, base 32 of Crockford) the notice leaves the place of the printed code beside
    the seal and says how to check it at `check_address`, an address without query.
    """

    title: ClassVar[str] = ""
    template: ClassVar[str] = ""

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
    replaces: str = ""
    remark: str = ""
    query_code: str = ""
    check_address: str = ""

    def check(self) -> None:
        """Raise `BadNotice` for the first field that breaks a rule of this kind of notice alone."""
        raise BadNotice("title", f"{type(self).__name__} is not a kind of notice")


def texts_of(facts: msgspec.Struct) -> Iterator[tuple[str, str]]:
    """Every text of the facts with the path of its field, e.g. `("materials[2].name", "总平面图")`."""
    for path, text, _ in _walk(facts, ""):
        yield path, text


def _walk(facts: msgspec.Struct, prefix: str) -> Iterator[tuple[str, str, bool]]:
    """Path, text and whether it may be empty."""
    optional = _optional_texts(type(facts))
    for name in facts.__struct_fields__:
        value = getattr(facts, name)
        path = prefix + name
        if isinstance(value, str):
            yield path, value, name in optional
        elif isinstance(value, msgspec.Struct):
            yield from _walk(value, f"{path}.")
        elif isinstance(value, tuple):
            for index, row in enumerate(value):
                if isinstance(row, str):
                    yield f"{path}[{index}]", row, False
                else:
                    yield from _walk(row, f"{path}[{index}].")


@cache
def _optional_texts(kind: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(kind) if field.default == "")


def check_facts(facts: NoticeFacts) -> None:
    """Raise `BadNotice` for the first field that may not stand on a notice."""
    check_texts(facts)
    check_positive("copies", facts.copies)
    if facts.applicant.kind == "organisation" and not facts.applicant.legal_representative:
        raise BadNotice("applicant.legal_representative", "an organisation needs one")
    if bool(facts.applicant.agent) != bool(facts.applicant.authorisation):
        raise BadNotice("applicant.authorisation", "an agent and what authorises them, or neither")
    if bool(facts.query_code) != bool(facts.check_address):
        raise BadNotice("check_address", "a query code and where to check it, or neither")
    if facts.query_code and not _QUERY_CODE.fullmatch(facts.query_code):
        raise BadNotice("query_code", "not XXXX-XXXX-XXXX in base 32 of Crockford")
    if facts.check_address and not _ADDRESS.fullmatch(facts.check_address):
        raise BadNotice("check_address", "not the address of a page")
    if facts.issued_on < facts.received_on:
        raise BadNotice("issued_on", f"{facts.issued_on} lies before the receipt on {facts.received_on}")
    facts.check()


def check_texts(facts: msgspec.Struct) -> None:
    """Raise `BadNotice` for the first text that is empty without leave, too long or holds what cannot be seen."""
    for path, text, may_be_empty in _walk(facts, ""):
        if not text.strip() and not may_be_empty:
            raise BadNotice(path, "empty")
        if len(text) > _LONGEST_TEXT:
            raise BadNotice(path, f"{len(text)} characters are more than {_LONGEST_TEXT}")
        is_long = path.rpartition(".")[2] in _IN_PARAGRAPHS
        for character in text.replace("\n", "") if is_long else text:
            if unicodedata.category(character) in _UNSEEN:
                raise BadNotice(path, f"invisible character U+{ord(character):04X}")


def check_positive(path: str, number: int) -> None:
    """Raise `BadNotice` for a number below one."""
    if number < 1:
        raise BadNotice(path, f"{number} is less than 1")


def check_rows(path: str, count: int) -> None:
    """Raise `BadNotice` for a list that is empty or too long for a notice."""
    if not 1 <= count <= _MOST_ROWS:
        raise BadNotice(path, f"{count} rows, 1 to {_MOST_ROWS} are possible")

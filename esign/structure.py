"""How a notice of ours lies in its bytes: revision after revision, object after object, nothing between them.

A reader of its own, stricter than any PDF library: one classic cross-reference table for each revision, every byte
explained. What two programs could read in two ways (hidden objects, tables that lead elsewhere) is refused here.
"""

import re
from dataclasses import dataclass, field

__all__ = ["OddStructure", "Revision", "read_revisions"]

_END = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n?\Z")
_SUBSECTION = re.compile(rb"(\d{1,8}) (\d{1,8})\n")
_ENTRY = re.compile(rb"(\d{10}) 00000 n(?:\r\n| \n| \r)")
_FREE_HEAD = re.compile(rb"0000000000 65535 f(?:\r\n| \n| \r)")
_HEADER = re.compile(rb"%PDF-[12]\.\d\s")
_MOST_REVISIONS = 64  # a notice renewed every year outlives any archive


class OddStructure(ValueError):
    """The bytes are not laid out as those of a notice; the message says where, in a few words."""


@dataclass(frozen=True)
class Revision:
    """One revision: the bytes `start` to `end`, and where each of its objects lies."""

    start: int
    end: int
    root: int
    info: int
    objects: dict[int, tuple[int, int]] = field(repr=False)


def read_revisions(pdf: bytes) -> tuple[Revision, ...]:
    """The revisions, oldest first; raises `OddStructure`. Every byte of the file belongs to exactly one of them."""
    revisions: list[Revision] = []
    end, announced = len(pdf), None
    while True:
        revision, before = _revision_ending_at(pdf, end, announced)
        revisions.append(revision)
        if before is None:
            break
        if len(revisions) == _MOST_REVISIONS:
            raise OddStructure("too many revisions")
        end, announced = revision.start, before
    if len({(revision.root, revision.info) for revision in revisions}) != 1:
        raise OddStructure("the trailers name different catalogs")
    return tuple(reversed(revisions))


def _revision_ending_at(pdf: bytes, end: int, announced: int | None) -> tuple[Revision, int | None]:
    """The revision that ends there, and where the table before it is; `announced` is where its own must be."""
    found = _END.search(pdf, max(0, end - 64), end)
    if found is None or (announced is not None and int(found[1]) != announced):
        raise OddStructure("a revision does not end where the next one begins")
    table = int(found[1])
    offsets, trailer_at = _read_table(pdf, table)
    if not trailer_at < found.start():
        raise OddStructure("the table lies outside its revision")
    trailer = pdf[trailer_at : found.start()]
    if trailer.count(b"trailer") != 1 or not trailer.rstrip().endswith(b">>") or b"/XRefStm" in trailer:
        raise OddStructure("an unusual trailer")
    root, info, previous = (_number(name, trailer) for name in (b"Root", b"Info", b"Prev"))
    if root is None or info is None:
        raise OddStructure("a trailer without catalog or document information")
    start = min(offsets.values())
    if previous is None:
        _check_beginning(pdf, start)
    elif previous >= start:
        raise OddStructure("the tables do not lead back to the beginning")
    objects = _tile(pdf, offsets, table, is_base=previous is None)
    return Revision(start if previous is not None else 0, end, root, info, objects), previous


def _number(name: bytes, text: bytes) -> int | None:
    """The number (or reference) of this entry; None when it does not stand there exactly once."""
    numbers = re.findall(rb"/%b (\d{1,10})(?=[\s/>])" % name, text)
    return int(numbers[0]) if len(numbers) == 1 else None


def _read_table(pdf: bytes, at: int) -> tuple[dict[int, int], int]:
    """Offset by object number, and where the trailer begins."""
    if not pdf.startswith(b"xref\n", at):
        raise OddStructure("no classic cross-reference table")
    offsets: dict[int, int] = {}
    at += 5
    while head := _SUBSECTION.match(pdf, at):
        at = head.end()
        for number in range(int(head[1]), int(head[1]) + int(head[2])):
            entry = _ENTRY.match(pdf, at)
            if entry is not None and number not in offsets and number != 0:
                offsets[number] = int(entry[1])
            elif number != 0 or not _FREE_HEAD.match(pdf, at):
                raise OddStructure("an unusual entry in the table")
            at += 20
    if not pdf.startswith(b"trailer", at) or not offsets:
        raise OddStructure("no trailer after the table")
    return offsets, at


def _check_beginning(pdf: bytes, start: int) -> None:
    """The header and a comment of four bytes or more that says "binary" (ISO 32000-2, 7.5.2), then the objects."""
    header = _HEADER.match(pdf)
    if header is None or start > 32 or not re.fullmatch(rb"(?:%[\x80-\xff]{4,})?\s*", pdf[header.end() : start]):
        raise OddStructure("an unusual beginning")


def _tile(pdf: bytes, offsets: dict[int, int], table: int, *, is_base: bool) -> dict[int, tuple[int, int]]:
    """Each object's span; they follow each other without a gap up to the table."""
    order = sorted(offsets, key=lambda number: offsets[number])
    ends = [*(offsets[number] for number in order[1:]), table]
    spans: dict[int, tuple[int, int]] = {}
    for number, end in zip(order, ends, strict=True):
        begin = offsets[number]
        if begin >= end or end > table:
            raise OddStructure("objects lie outside their revision")
        _check_object(pdf[begin:end], number, is_base=is_base)
        spans[number] = (begin, end)
    return spans


def _check_object(text: bytes, number: int, *, is_base: bool) -> None:
    """`N 0 obj ... endobj` and nothing else, a stream as long as it says."""
    head = b"%d 0 obj\n" % number
    body = text.rstrip(b"\r\n")
    if not body.startswith(head) or not body.endswith(b"\nendobj") or len(text) - len(body) > 2:
        raise OddStructure(f"object {number} is not alone in its place")
    at = body.find(b"stream\n")
    if at >= 0 and body[:at].rstrip().endswith(b">>"):
        length = _number(b"Length", body[:at])
        if length is None or body[at + 7 + length :].strip(b"\r\n") != b"endstream\nendobj":
            raise OddStructure(f"stream {number} is not as long as it says")
        body = body[:at] + b"endobj"
    if not is_base and (body.count(b"endobj") != 1 or len(re.findall(rb"\bobj\b", body)) != 1):
        raise OddStructure(f"object {number} hides another one")

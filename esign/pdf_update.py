"""Appends revisions to the PDFs of this package: typst's notices, and what was appended to them here before.

Not a PDF library: it reads plain cross-reference tables, whole dictionaries and uncompressed streams in the form that
typst and this module write, and refuses everything else with `UnknownForm` instead of guessing. Meaning (seals,
archives) is in `seal`; what was written is read again by `self_check` and by pyHanko in `verify`.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping

__all__ = ["PdfFile", "Prepared", "UnknownForm", "Update", "dictionary", "entries_of", "references_in", "text_of"]

# brackets and strings (ISO 32000-2, 7.3.4); brackets in strings stand in pairs and not deeper than one
_STEP = rb"<<|>>|\[|\]|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<[0-9A-Fa-f]*>"
# one token (ISO 32000-2, 7.2-7.3), references taken as one; comments do not occur
_TOKEN = re.compile(rb"\s*(\d+ 0 R(?![^\s/\[\]<>()])|/[^\s/\[\]<>()%%]+|%b|[^\s/\[\]<>()%%]+)" % _STEP, re.DOTALL)
_BRACKET = re.compile(rb"[^<>\[\]()%%]*(%b)" % _STEP, re.DOTALL)
_PAIRS = {b"<<": b">>", b"[": b"]"}
_CLOSING = {b">>", b"]"}
_SUBSECTION = re.compile(rb"(\d{1,8}) (\d{1,8})\n")
_END = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n?\Z")
_TAIL = re.compile(rb"\nstartxref\n\d{1,10}\n%%EOF\n?")
_HEAD = re.compile(rb"([1-9]\d{0,7}) 0 obj\n")
_RANGE_SIZE = 34  # room for three numbers of ten digits


class UnknownForm(ValueError):
    """The bytes are not in the form that this module knows."""


def entries_of(value: bytes) -> dict[bytes, bytes]:
    """A dictionary's entries, the values as they are written; the keys keep their slash."""
    position, entries = 2, dict[bytes, bytes]()
    if not value.startswith(b"<<"):
        raise UnknownForm("not a dictionary")
    while (key := _token(value, position))[1] != b">>":
        end = _end_of_value(value, key.end())
        if not key[1].startswith(b"/") or key[1] in entries:
            raise UnknownForm("a dictionary has no plain list of keys")
        entries[key[1]] = value[key.end() : end].strip()
        position = end
    if key.end() != len(value):
        raise UnknownForm("something follows the dictionary")
    return entries


def dictionary(entries: Mapping[bytes, bytes]) -> bytes:
    """The way back from `entries_of`."""
    return b"<<%b>>" % b"".join(b"%b %b" % entry for entry in entries.items())


def references_in(value: bytes) -> list[int]:
    """The object numbers in an array of references (or the one of a single reference)."""
    if re.fullmatch(rb"\[(\s*\d+ 0 R)*\s*\]|\d+ 0 R", value) is None:
        raise UnknownForm("not a list of references")
    return [int(number) for number in re.findall(rb"(\d+) 0 R", value)]


def text_of(value: bytes) -> str:
    """A text string (ISO 32000-2, 7.9.2.2): UTF-16 in hexadecimal, or plain ASCII between brackets."""
    if value.startswith(b"<FEFF"):
        return bytes.fromhex(value[5:-1].decode("ascii")).decode("utf-16-be")
    if not value.startswith(b"("):
        raise UnknownForm("not a text")
    return re.sub(rb"\\([()\\])", rb"\1", value[1:-1]).decode("ascii")


class PdfFile:
    """A file read from its end: the newest cross-reference table first, then those before it."""

    def __init__(self, data: bytes) -> None:
        """Raises `UnknownForm`."""
        self.data = data
        self._sections: list[tuple[int, int, int]] = []  # first object number, how many, where the entries start
        end = _END.search(data, max(0, len(data) - 64))
        if end is None:
            raise UnknownForm("no end of a PDF")
        self.tables = [int(end[1])]
        trailer = self.trailer = self._read_table(self.tables[0])
        while b"/Prev" in trailer:
            self.tables.append(int(trailer[b"/Prev"]))
            if self.tables[-1] >= self.tables[-2]:
                raise UnknownForm("the tables do not lead back to the beginning")
            trailer = self._read_table(self.tables[-1])
        if self.trailer.keys() & {b"/Encrypt", b"/XRefStm"}:
            raise UnknownForm("encrypted or of mixed form")
        (self.root,) = references_in(self.trailer[b"/Root"])
        self.size = int(self.trailer[b"/Size"])

    def _read_table(self, at: int) -> dict[bytes, bytes]:
        if not self.data.startswith(b"xref\n", at):
            raise UnknownForm("no plain cross-reference table")
        at += 5
        while head := _SUBSECTION.match(self.data, at):
            self._sections.append((int(head[1]), int(head[2]), head.end()))
            at = head.end() + 20 * int(head[2])
        if not self.data.startswith(b"trailer\n", at):
            raise UnknownForm("no trailer after the table")
        at += 8
        return entries_of(self.data[at : _end_of_value(self.data, at)])

    def _start_of(self, number: int) -> int:
        """Where the value of an object begins."""
        for first, count, at in self._sections:
            if first <= number < first + count:
                entry = self.data[at + 20 * (number - first) : at + 20 * (number - first) + 18]
                head = b"%d 0 obj\n" % number
                if entry[10:] != b" 00000 n" or not self.data.startswith(head, int(entry[:10])):
                    raise UnknownForm(f"object {number} is not where the table says")
                return int(entry[:10]) + len(head)
        raise UnknownForm(f"there is no object {number}")

    def value(self, number: int) -> bytes:
        """An object as it is written; of a stream its dictionary."""
        start = self._start_of(number)
        return self.data[start : _end_of_value(self.data, start)]

    def entries(self, number: int) -> dict[bytes, bytes]:
        """The entries of a dictionary or stream object."""
        return entries_of(self.value(number))

    def resolve(self, value: bytes) -> bytes:
        """The value itself, or what it refers to."""
        return self.value(references_in(value)[0]) if value.endswith(b" R") else value

    def stream(self, number: int) -> bytes:
        """The bytes of an uncompressed stream."""
        entries = self.entries(number)
        at = self._start_of(number) + len(self.value(number))
        length = int(entries.get(b"/Length", b"-1"))
        data = self.data[at + 8 : at + 8 + length]
        if b"/Filter" in entries or length < 0 or self.data[at : at + 8] != b"\nstream\n" or len(data) != length:
            raise UnknownForm(f"object {number} is no plain stream")
        return data

    def pages(self) -> list[int]:
        """The object numbers of the pages in order."""
        waiting, pages = references_in(self.entries(self.root)[b"/Pages"]), list[int]()
        seen = set[int]()
        while waiting:
            number = waiting.pop(0)
            node = self.entries(number)
            if number in seen:
                raise UnknownForm("the page tree bites its tail")
            seen.add(number)
            if node.get(b"/Type") == b"/Pages":
                waiting[:0] = references_in(node[b"/Kids"])
            elif node.get(b"/Type") == b"/Page":
                pages.append(number)
            else:
                raise UnknownForm("neither a page nor a group of pages")
        return pages

    def revision_ends(self) -> list[int]:
        """Where each revision ends, the oldest first.

        Raises `UnknownForm` unless every appended one is objects in order of their numbers, table and trailer exactly
        as `Update` writes them, and nothing follows the last: there is no byte that no object owns.
        """
        first = _TAIL.match(self.data, self._after_trailer(self.tables[-1]))
        ends = [first.end() if first else -1]
        for at in reversed(self.tables[:-1]):
            position, offsets = ends[-1], dict[int, int]()
            while (head := _HEAD.match(self.data, position)) and position < at:
                offsets[int(head[1])] = position
                position = self._after_object(head.end())
            table = b"xref\n%btrailer\n" % _table(offsets)
            tail = b"\nstartxref\n%d\n%%%%EOF\n" % at
            after = self._after_trailer(at)
            if (
                position != at
                or list(offsets) != sorted(offsets)
                or not self.data.startswith(table, at)
                or not self.data.startswith(tail, after)
            ):
                raise UnknownForm("a revision is not laid out as it was written here")
            ends.append(after + len(tail))
        if ends[-1] != len(self.data):
            raise UnknownForm("something follows the last revision")
        return ends

    def _after_trailer(self, table: int) -> int:
        at = self.data.index(b"trailer\n", table) + 8
        return _end_of_value(self.data, at)

    def _after_object(self, start: int) -> int:
        end = _end_of_value(self.data, start)
        if self.data.startswith(b"\nstream\n", end):
            end += 8 + int(entries_of(self.data[start:end])[b"/Length"])
            if not self.data.startswith(b"\nendstream", end):
                raise UnknownForm("a stream does not end where its length says")
            end += 10
        if not self.data.startswith(b"\nendobj\n", end):
            raise UnknownForm("an object does not end")
        return end + 8


class Update:
    """One revision to append: objects to add or to replace, one of them a signature over the whole file."""

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self._objects: dict[int, bytes] = {}
        self._next = file.size

    def reserve(self) -> int:
        """A number for an object that others refer to before it is put."""
        self._next += 1
        return self._next - 1

    def put(self, number: int, value: bytes) -> None:
        """Give the object its value; an older one of the same number is replaced."""
        self._objects[number] = value

    def add(self, value: bytes) -> int:
        """A new object; its number."""
        number = self.reserve()
        self.put(number, value)
        return number

    def add_stream(self, data: bytes, entries: bytes = b"") -> int:
        """A new stream; `entries` are further ones of its dictionary, as written."""
        return self.add(b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data))

    def prepare(self, signature: int, entries: bytes, room: int) -> "Prepared":
        """Write everything with a signature dictionary of these `entries`, leaving `room` bytes for its CMS."""
        out = bytearray(self._file.data)
        if not out.endswith(b"\n"):
            out += b"\n"
        signed = b"<<%b/ByteRange%b/Contents" % (entries, b" " * _RANGE_SIZE)
        offsets, before = {}, 0
        for number, value in sorted((self._objects | {signature: signed}).items()):
            offsets[number] = len(out)
            out += b"%d 0 obj\n%b" % (number, value)
            if number == signature:
                before = len(out)
                out += b"<%b>>>" % bytes(2 * room)
            out += b"\nendobj\n"
        table_at = len(out)
        out += b"xref\n%b" % _table(offsets)
        first_id = _TOKEN.match(self._file.trailer[b"/ID"], 1)
        if first_id is None:
            raise UnknownForm("the file has no identifier")
        trailer = {
            b"/Size": b"%d" % self._next,
            b"/Root": b"%d 0 R" % self._file.root,
            b"/Info": self._file.trailer[b"/Info"],
            b"/ID": b"[%b<%b>]" % (first_id[1], secrets.token_hex(16).encode("ascii")),
            b"/Prev": b"%d" % self._file.tables[0],
        }
        out += b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (dictionary(trailer), table_at)
        return Prepared(out, before, before + 2 * room + 2)


class Prepared:
    """A revision complete but for its signature: `before` and `after` are the ends of the gap that /Contents fills."""

    def __init__(self, data: bytearray, before: int, after: int) -> None:
        byte_range = b"[0 %d %d %d]" % (before, after, len(data) - after)
        at = before - len(b"/Contents") - _RANGE_SIZE
        data[at : at + _RANGE_SIZE] = byte_range.ljust(_RANGE_SIZE)
        self._data = data
        self._before = before
        self._after = after

    def digest(self) -> bytes:
        """SHA-256 of everything but the gap."""
        whole = memoryview(self._data)
        digest = hashlib.sha256(whole[: self._before])
        digest.update(whole[self._after :])
        return digest.digest()

    @property
    def room(self) -> int:
        """How many bytes of CMS fit."""
        return (self._after - self._before) // 2 - 1

    def complete(self, content_info: bytes) -> bytes:
        """The file with its signature; ValueError when that is longer than `room`."""
        if len(content_info) > self.room:
            raise ValueError(f"a signature of {len(content_info)} bytes where {self.room} were kept free")
        written = content_info.hex().upper().encode("ascii").ljust(2 * self.room, b"0")
        self._data[self._before : self._after] = b"<%b>" % written
        return bytes(self._data)


def _table(offsets: Mapping[int, int]) -> bytes:
    """A cross-reference section (ISO 32000-2, 7.5.4): a subsection for each run of numbers."""
    lines: list[bytes] = []
    run: list[int] = []
    for number in [*offsets, -1]:
        if run and number != run[-1] + 1:
            lines.append(b"%d %d\n" % (run[0], len(run)))
            lines.extend(b"%010d 00000 n\r\n" % offsets[member] for member in run)
            run = []
        run.append(number)
    return b"".join(lines)


def _token(text: bytes, position: int) -> re.Match[bytes]:
    token = _TOKEN.match(text, position)
    if token is None:
        raise UnknownForm("something that neither typst nor this module writes")
    return token


def _end_of_value(text: bytes, position: int) -> int:
    """Where one value ends that starts at `position`: inside a bracket only brackets and strings are looked at."""
    token, awaited = _token(text, position), list[bytes]()
    while True:
        bracket = token[1]
        if bracket in _PAIRS:
            awaited.append(_PAIRS[bracket])
        elif bracket in _CLOSING and (not awaited or awaited.pop() != bracket):
            raise UnknownForm("brackets do not match")
        if not awaited:
            return token.end()
        following = _BRACKET.match(text, token.end())
        if following is None:
            raise UnknownForm("something that neither typst nor this module writes")
        token = following

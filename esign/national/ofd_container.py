"""An uploaded OFD as parts, opened so that nothing in it can hurt or deceive: bounds, names, gaps, markup.

Two programs that read one ZIP must see the same parts: a name that stands twice, bytes between the entries, a local
header that says something else than the directory are refused. Markup is read by expat without DOCTYPE, hence without
entities and without anything fetched. Every refusal is a `BadOfd` with the code of a finding.
"""

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.parsers import expat

from esign.national.errors import BadOfd
from esign.national.ofd_package import NAMESPACE

__all__ = ["Container", "Element", "open_container", "read_xml"]

_LARGEST_FILE = 50 * 1024 * 1024
_MOST_PARTS = 500
_LARGEST_UNPACKED = 200 * 1024 * 1024
_LARGEST_XML = 1024 * 1024
_MOST_ELEMENTS, _DEEPEST = 4_000, 32  # a signature over all 500 parts has some 1,000
_CHUNK = 1024 * 1024
_ENCRYPTED, _WITH_DESCRIPTOR = 0x1, 0x8
_LOCAL, _END = b"PK\x03\x04", b"PK\x05\x06"
_LOCAL_HEADER = struct.Struct("<4sHHHHHLLLHH")
_END_RECORD = struct.Struct("<4sHHHHLLH")


@dataclass
class Element:
    """One element of a part, its name without the namespace prefix; other namespaces keep theirs and match nothing."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, name: str) -> list["Element"]:
        """The children of this name."""
        return [child for child in self.children if child.name == name]

    def one(self, name: str) -> "Element | None":
        """The only child of this name, or None; two are refused, since readers would disagree which one counts."""
        found = self.all(name)
        if len(found) > 1:
            raise BadOfd("ofd_unsafe", f"{len(found)} elements {name} in {self.name}")
        return found[0] if found else None

    def text_of(self, name: str) -> str:
        """The text of the only child of this name, "" when there is none."""
        found = self.one(name)
        return found.text.strip() if found else ""


class Container:
    """The parts of an OFD by their names, which are paths without a leading slash."""

    def __init__(self, archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._entries = entries

    @property
    def names(self) -> frozenset[str]:
        """All parts; folders are none."""
        return frozenset(self._entries)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part in pieces."""
        try:
            with self._archive.open(self._entries[name]) as stream:
                while piece := stream.read(_CHUNK):
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise BadOfd("ofd_unreadable", f"{type(error).__name__} in a part") from error

    def size(self, name: str) -> int:
        """How many bytes a part has; 0 when there is none."""
        return self._entries[name].file_size if name in self._entries else 0

    def read(self, name: str, largest: int = _LARGEST_XML) -> bytes:
        """A part that must be small."""
        if name not in self._entries:
            raise BadOfd("ofd_unreadable", "a part that the document needs is missing")
        if self.size(name) > largest:
            raise BadOfd("ofd_too_large", "a part of the document is too large")
        return b"".join(self.chunks(name))

    def xml(self, name: str, root: str) -> Element:
        """The root element of a part."""
        element = read_xml(self.read(name))
        if element.name != root:
            raise BadOfd("ofd_unreadable", f"{element.name} where {root} belongs")
        return element

    def locate(self, path: str, base: str = "") -> str:
        """The part that a location leads to: from the root with a leading slash, else from the part `base`.

        The part need not exist. A path that leaves the container is refused.
        """
        steps = [] if path.startswith("/") else base.split("/")[:-1]
        for step in path.strip().lstrip("/").split("/"):
            if step == "..":
                if not steps:
                    raise BadOfd("ofd_unsafe", "a path leads out of the container")
                steps.pop()
            elif step not in ("", "."):
                steps.append(step)
        found = "/".join(steps)
        if not _is_safe(found):
            raise BadOfd("ofd_unsafe", "a path that is none")
        return found

    def named(self, path: str, base: str) -> str:
        """Like `locate`, but a path without a leading slash that leads nowhere may also count from the root.

        The standard knows both ways of writing a location, and producers mix them up.
        """
        found = self.locate(path, base)
        if found in self._entries or path.startswith("/"):
            return found
        return self.locate("/" + path)


def open_container(data: bytes) -> Container:
    """Look through the ZIP without unpacking anything. Raises `BadOfd`."""
    if len(data) > _LARGEST_FILE:
        raise BadOfd("ofd_too_large", f"{len(data)} bytes")
    if not data.startswith(_LOCAL):
        raise BadOfd("not_an_ofd", "no zip")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise BadOfd("ofd_unreadable", "the zip is broken") from error
    listed = archive.infolist()
    if len(listed) > _MOST_PARTS or sum(entry.file_size for entry in listed) > _LARGEST_UNPACKED:
        raise BadOfd("ofd_too_large", "too many or too large parts")
    _check_layout(data, archive, listed)
    entries: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for entry in listed:
        name = entry.orig_filename
        folded = unicodedata.normalize("NFKC", name.rstrip("/")).casefold()
        if name != entry.filename or not _is_safe(name.removesuffix("/")) or folded in seen:
            raise BadOfd("ofd_unsafe", "a name that is unsafe or stands twice")
        seen.add(folded)
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadOfd("ofd_unreadable", "an encrypted part or an unknown compression")
        if name.endswith("/"):
            if entry.file_size:
                raise BadOfd("ofd_unsafe", "a folder with content")
        else:
            entries[name] = entry
    if "OFD.xml" not in entries:
        raise BadOfd("not_an_ofd", "a zip without OFD.xml")
    return Container(archive, entries)


def read_xml(data: bytes) -> Element:
    """Parse one part. Raises `BadOfd` for a DOCTYPE, for more than is reasonable and for what is not well-formed."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    top = Element("", {})
    open_elements = [top]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > _MOST_ELEMENTS or len(open_elements) > _DEEPEST:
            raise BadOfd("ofd_too_large", "too much markup")
        namespace, _, local = name.rpartition(" ")
        element = Element(local if namespace in (NAMESPACE, "") else name, attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        open_elements.pop()

    def text(characters: str) -> None:
        open_elements[-1].text += characters

    def refuse(*_: object) -> None:
        raise BadOfd("ofd_unsafe", "a document type in a part")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # LookupError: an encoding that nobody knows
        raise BadOfd("ofd_unreadable", "a part that is not well-formed") from error
    return top.children[0]


def _is_safe(name: str) -> bool:
    """A relative path of plain names: no way up, no drive, no backslash, nothing invisible."""
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs") or character in '\\:"<>|?*' for character in name):
        return False
    return all(step not in ("", ".", "..") and step == step.strip() for step in name.split("/"))


def _check_layout(data: bytes, archive: zipfile.ZipFile, listed: list[zipfile.ZipInfo]) -> None:
    """Entries must lie end to end from the first byte to the directory, and the directory reach to the file's end."""
    at = 0
    for entry in sorted(listed, key=lambda entry: entry.header_offset):
        start = entry.header_offset
        if start != at or len(data) < start + _LOCAL_HEADER.size:
            raise BadOfd("ofd_unsafe", "bytes between the parts")
        header = _LOCAL_HEADER.unpack_from(data, start)
        signature, _, flags, method, _, _, crc, packed, size, name_length, extra_length = header
        described = bool(flags & _WITH_DESCRIPTOR)
        said = (0, 0, 0) if described and not packed else (entry.CRC, entry.compress_size, entry.file_size)
        name = data[start + _LOCAL_HEADER.size :][:name_length]
        expected = entry.orig_filename.encode("utf-8" if flags & 0x800 else "cp437", "replace")
        if signature != _LOCAL or method != entry.compress_type or (crc, packed, size) != said or name != expected:
            raise BadOfd("ofd_unsafe", "two headers that contradict each other")
        at = start + _LOCAL_HEADER.size + name_length + extra_length + entry.compress_size
        if described:  # crc and sizes after the data, with or without a signature of their own (APPNOTE 4.3.9)
            at += 16 if data[at : at + 4] == b"PK\x07\x08" else 12
    end = data.rfind(_END)
    if archive.start_dir != at or end < 0:
        raise BadOfd("ofd_unsafe", "bytes before the directory")
    _, _, _, _, _, directory, offset, comment = _END_RECORD.unpack_from(data, end)
    if offset != at or offset + directory != end or end + _END_RECORD.size + comment != len(data):
        raise BadOfd("ofd_unsafe", "bytes around the directory")

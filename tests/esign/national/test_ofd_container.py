"""Containers built to hurt or to deceive, and odd ones that are fine."""

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from esign.national.errors import BadOfd
from esign.national.ofd_container import Container, open_container, read_xml

OFD = "http://www.ofdspec.org/2016"
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def packed(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return written.getvalue()


GOOD = packed(("OFD.xml", b"<a/>"), ("Doc_0/", b""), ("Doc_0/Document.xml", b"<b/>"), ("Doc_0/文字.xml", b"<c/>"))


def read_all(data: bytes) -> None:
    container = open_container(data)
    for name in container.names:
        list(container.chunks(name))


def refused(data: bytes) -> str:
    with pytest.raises(BadOfd) as raised:
        read_all(data)
    return raised.value.finding


def bomb() -> bytes:
    """The directory says 3 GiB; nobody should try."""
    at = GOOD.index(CENTRAL) + 24
    return GOOD[:at] + struct.pack("<L", 3 << 30) + GOOD[at + 4 :]


def test_a_good_one() -> None:
    container = open_container(GOOD)
    assert container.names == {"OFD.xml", "Doc_0/Document.xml", "Doc_0/文字.xml"}
    assert container.read("OFD.xml") == b"<a/>"
    assert container.xml("Doc_0/Document.xml", "b").name == "b"


def test_streamed_zips_are_fine() -> None:
    """Many producers write sizes behind the data, since they do not know them before."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: Any) -> int:
            self.data += bytes(piece)
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        archive.writestr("OFD.xml", b"<a/>" * 100)
        archive.writestr("b", b"")
    assert struct.unpack("<H", pipe.data[6:8])[0] & 0x8
    assert open_container(pipe.data).names == {"OFD.xml", "b"}


@pytest.mark.parametrize(
    ("data", "finding"),
    [
        (b"%PDF-1.7", "not_an_ofd"),
        (packed(("other.xml", b"x")), "not_an_ofd"),
        (GOOD[: len(GOOD) // 2], "ofd_unreadable"),
        (LOCAL + b"\0" * 100, "ofd_unreadable"),
        (b"PK\x03\x04" + b"\0" * (50 * 1024 * 1024), "ofd_too_large"),
        (packed(("OFD.xml", b"x"), *((f"p{index}", b"") for index in range(500))), "ofd_too_large"),
        (bomb(), "ofd_too_large"),
        (packed(("OFD.xml", b"x"), ("a", b"y"), method=zipfile.ZIP_BZIP2), "ofd_unreadable"),
    ],
    ids=["pdf", "no entry", "cut", "zeros", "large", "many", "bomb", "method"],
)
def test_unreadable_ones(data: bytes, finding: str) -> None:
    assert refused(data) == finding


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/../../x",
        "/etc/passwd",
        "a\\b",
        "C:/x",
        "a//b",
        "./a",
        "a\x07b",
        "a\u202eb",
        "a /b",
        "OFD.xml",
        "ofd.XML",
        "ＯＦＤ.xml",
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_mislead(name: str) -> None:
    assert refused(packed(("OFD.xml", b"x"), (name, b"y"))) == "ofd_unsafe"


def changed(at: int, new: bytes, data: bytes = GOOD) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def moved(data: bytes, before: bytes, inserted: bytes) -> bytes:
    """Bytes put in before a record, and the offset of the directory corrected."""
    at = data.index(before)
    data = data[:at] + inserted + data[at:]
    end = data.rindex(END)
    offset = struct.unpack("<L", data[end + 16 : end + 20])[0]
    return changed(end + 16, struct.pack("<L", offset + len(inserted)), data)


@pytest.mark.parametrize(
    ("make", "finding"),
    [
        (lambda: b"junk" + GOOD, "not_an_ofd"),
        (lambda: GOOD + b"junk", "ofd_unsafe"),
        (lambda: moved(GOOD, CENTRAL, b"hidden bytes"), "ofd_unsafe"),
        (lambda: moved(GOOD, CENTRAL, GOOD[: GOOD.index(LOCAL, 4)]), "ofd_unsafe"),
        (lambda: changed(GOOD.index(b"OFD.xml"), b"ODF.xml"), "ofd_unsafe"),
        (lambda: changed(14, b"\xff"), "ofd_unsafe"),
        (lambda: changed(22, b"\xff"), "ofd_unsafe"),
        (lambda: changed(8, b"\0"), "ofd_unsafe"),
        (lambda: changed(GOOD.index(CENTRAL) + 16, b"\xff"), "ofd_unsafe"),
        (lambda: GOOD[:-2] + b"\x03\x00later", "ofd_unsafe"),
    ],
    ids=[
        "before",
        "behind",
        "between",
        "entry not in the directory",
        "local name",
        "local crc",
        "local size",
        "local method",
        "central crc",
        "comment shorter than said",
    ],
)
def test_layouts_that_two_readers_see_differently(make: Callable[[], bytes], finding: str) -> None:
    assert refused(make()) == finding


def test_a_comment_at_the_end_is_no_part() -> None:
    assert open_container(GOOD[:-2] + b"\x05\x00hello").names == open_container(GOOD).names


def test_damaged_data_is_noticed() -> None:
    stored = packed(("OFD.xml", b"<a>text</a>"), method=zipfile.ZIP_STORED)
    assert refused(stored.replace(b"text", b"TEXT")) == "ofd_unreadable"


@pytest.mark.parametrize(
    "markup",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<!DOCTYPE a [<!ENTITY x0 "ha"><!ENTITY x1 "&x0;&x0;">]><a>&x1;</a>',
    ],
)
def test_document_types_are_refused(markup: str) -> None:
    with pytest.raises(BadOfd) as raised:
        read_xml(markup.encode())
    assert raised.value.finding == "ofd_unsafe"


@pytest.mark.parametrize(
    ("markup", "finding"),
    [
        (b"", "ofd_unreadable"),
        (b"<a>", "ofd_unreadable"),
        (b"<a/><b/>", "ofd_unreadable"),
        (b"<a>&unknown;</a>", "ofd_unreadable"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "ofd_unreadable"),
        (b"<a>" * 40 + b"</a>" * 40, "ofd_too_large"),
        (b"<a>" + b"<b/>" * 4_001 + b"</a>", "ofd_too_large"),
    ],
)
def test_markup_that_is_none(markup: bytes, finding: str) -> None:
    with pytest.raises(BadOfd) as raised:
        read_xml(markup)
    assert raised.value.finding == finding


def test_markup() -> None:
    root = read_xml(f'<o:a xmlns:o="{OFD}" xmlns:x="urn:x"><o:b I="1">t<!-- c -->u</o:b><x:b/><b/></o:a>'.encode())
    assert root.name == "a"
    assert [child.text for child in root.all("b")] == ["tu", ""]
    assert root.children[0].attributes == {"I": "1"}
    assert root.children[1].name == "urn:x b"
    assert root.one("none") is None
    with pytest.raises(BadOfd, match="2 elements b"):
        root.one("b")


@pytest.mark.parametrize(
    ("path", "base", "found"),
    [
        ("/Doc_0/a.xml", "x/y", "Doc_0/a.xml"),
        ("a.xml", "Doc_0/Signs/Signatures.xml", "Doc_0/Signs/a.xml"),
        ("../a.xml", "Doc_0/Signs/Signatures.xml", "Doc_0/a.xml"),
        ("./a//b.xml", "", "a/b.xml"),
    ],
)
def test_locations(path: str, base: str, found: str) -> None:
    assert open_container(GOOD).locate(path, base) == found


def test_locations_from_the_root_without_a_slash() -> None:
    container = open_container(GOOD)
    assert container.named("Doc_0/Document.xml", "Doc_0/Signs/Signatures.xml") == "Doc_0/Document.xml"
    assert container.named("Document.xml", "Doc_0/x") == "Doc_0/Document.xml"


@pytest.mark.parametrize("path", ["../x", "/../x", "a/../../x", "", "/", "http://host/x", "..\\x"])
def test_locations_out_of_the_container(path: str) -> None:
    with pytest.raises(BadOfd) as raised:
        open_container(GOOD).locate(path, "OFD.xml")
    assert raised.value.finding == "ofd_unsafe"


def test_a_missing_part_and_a_large_one() -> None:
    container: Container = open_container(packed(("OFD.xml", b"x"), ("a", b"y" * 11)))
    with pytest.raises(BadOfd, match="missing"):
        container.read("none")
    with pytest.raises(BadOfd, match="too large"):
        container.read("a", 10)

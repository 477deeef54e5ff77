"""The parts of a document: as the standard orders them, escaped, packed the same way each time."""

import io
import zipfile
from datetime import date, datetime
from xml.etree import ElementTree

from esign.national.ofd_drawing import PageArt, Picture
from esign.national.ofd_package import DocumentInfo, Page, document_parts, pack, xml

OFD = "{http://www.ofdspec.org/2016}"
INFO = DocumentInfo(
    "ab" * 16, "标题<&>", "局\"'", date(2026, 11, 22), {"number": "一<二"}, "/Doc_0/Signs/Signatures.xml"
)


def parsed(data: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(data)  # noqa: S314 - our own


def names(element: ElementTree.Element) -> list[str]:
    return [child.tag.removeprefix(OFD) for child in element]


def test_entry_and_document() -> None:
    art = PageArt()
    identifier = art.picture(Picture(b"png", "png"))
    parts, pages = document_parts(INFO, [Page(210, 297, "<ofd:PathObject/>"), Page(210, 148.5, "")], art)
    body = parsed(parts["OFD.xml"])[0]
    assert names(body) == ["DocInfo", "DocRoot", "Signatures"]
    assert names(body[0]) == ["DocID", "Title", "Author", "CreationDate", "Creator", "CustomDatas"]
    assert [child.text for child in body[0]][1:4] == ["标题<&>", "局\"'", "2026-11-22"]
    assert body[0][5][0].text == "一<二"
    document = parsed(parts["Doc_0/Document.xml"])
    assert names(document) == ["CommonData", "Pages"]
    assert names(document[0]) == ["MaxUnitID", "PageArea", "DocumentRes"]
    assert int(document[0][0].text or "") == art.next_id - 1 >= max(*pages, identifier)
    assert [page.attrib["BaseLoc"] for page in document[1]] == ["Pages/Page_0/Content.xml", "Pages/Page_1/Content.xml"]
    page = parsed(parts["Doc_0/Pages/Page_1/Content.xml"])
    assert page[0][0].text == "0 0 210 148.5"
    resource = parsed(parts["Doc_0/DocumentRes.xml"])[0][0]
    assert parts[f"Doc_0/Res/{resource[0].text}"] == b"png"


def test_identifiers_are_unique() -> None:
    art = PageArt()
    parts, _ = document_parts(INFO, [Page(1, 1, ""), Page(1, 1, "")], art)
    used = [
        element.attrib["ID"] for data in parts.values() for element in parsed(data).iter() if "ID" in element.attrib
    ]
    assert len(used) == len(set(used)) == 4  # two pages, two layers


def test_packed_the_same_each_time() -> None:
    parts = {"OFD.xml": xml("OFD", "内容"), "a/b.png": b"x" * 100}
    moment = datetime(2026, 11, 22, 9, 30, 12)  # noqa: DTZ001 - ZIP has no zones
    data = pack(parts, moment)
    assert data == pack(parts, moment)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == parts
        assert archive.getinfo("OFD.xml").date_time == (2026, 11, 22, 9, 30, 12)
        assert archive.getinfo("a/b.png").compress_type == zipfile.ZIP_STORED

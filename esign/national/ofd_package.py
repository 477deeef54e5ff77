"""An unsigned OFD document as parts (GB/T 33190-2016, clause 7): names and bytes, and the ZIP that holds them.

Layout as most producers write it: OFD.xml, and below Doc_0 the document, its pages and resources. What is drawn comes
from `ofd_drawing`; signing adds its parts later.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

from esign.national.ofd_drawing import PageArt, number

__all__ = ["NAMESPACE", "DocumentInfo", "Page", "document_parts", "pack", "xml"]

NAMESPACE = "http://www.ofdspec.org/2016"
_FORMATS = {"png": "PNG", "jpg": "JPEG"}
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - the first moment that ZIP knows; it has no zones


@dataclass(frozen=True)
class Page:
    """Size in millimetres and the objects on it (XML)."""

    width: float
    height: float
    objects: str


@dataclass(frozen=True)
class DocumentInfo:
    """What the document says about itself; `custom` holds further facts by name."""

    document_id: str
    title: str
    author: str
    created_on: date
    custom: Mapping[str, str] = field(default_factory=dict)
    signatures: str = ""  # where the list of signatures will stand, "" for none


def document_parts(info: DocumentInfo, pages: Sequence[Page], art: PageArt) -> tuple[dict[str, bytes], list[int]]:
    """The parts by name, and the number of each page."""
    parts = {"OFD.xml": xml("OFD", _entry(info), ' Version="1.0" DocType="OFD"')}
    page_ids = []
    listed = ""
    for index, page in enumerate(pages):
        page_ids.append(art.new_id())
        where = f"Pages/Page_{index}/Content.xml"
        listed += f'<ofd:Page ID="{page_ids[-1]}" BaseLoc="{where}"/>'
        layer = f'<ofd:Content><ofd:Layer ID="{art.new_id()}" Type="Body">{page.objects}</ofd:Layer></ofd:Content>'
        parts[f"Doc_0/{where}"] = xml("Page", f"<ofd:Area>{_box(page)}</ofd:Area>{layer}")
    resources = ""
    if art.fonts:
        resources += "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
        parts |= _fonts(art)
    if art.pictures:
        resources += "<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
        parts |= _pictures(art)
    common = (
        f"<ofd:CommonData><ofd:MaxUnitID>{art.next_id - 1}</ofd:MaxUnitID>"
        f"<ofd:PageArea>{_box(pages[0])}</ofd:PageArea>{resources}</ofd:CommonData>"
    )
    parts["Doc_0/Document.xml"] = xml("Document", f"{common}<ofd:Pages>{listed}</ofd:Pages>")
    return parts, page_ids


def pack(parts: Mapping[str, bytes], moment: datetime = _EPOCH) -> bytes:
    """The parts as a ZIP, all with the same date: same parts, same bytes."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_STORED if name.endswith((".png", ".jpg")) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return written.getvalue()


def xml(root: str, content: str, attributes: str = "") -> bytes:
    """A part: the declaration and a root element in the namespace of the standard."""
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{declaration}\n<ofd:{root} xmlns:ofd="{NAMESPACE}"{attributes}>{content}</ofd:{root}>'.encode()


def _entry(info: DocumentInfo) -> str:
    custom = "".join(
        f"<ofd:CustomData Name={quoteattr(name)}>{escape(value)}</ofd:CustomData>"
        for name, value in info.custom.items()
    )
    signatures = f"<ofd:Signatures>{info.signatures}</ofd:Signatures>" if info.signatures else ""
    return (
        f"<ofd:DocBody><ofd:DocInfo><ofd:DocID>{info.document_id}</ofd:DocID>"
        f"<ofd:Title>{escape(info.title)}</ofd:Title>"
        f"<ofd:Author>{escape(info.author)}</ofd:Author>"
        f"<ofd:CreationDate>{info.created_on.isoformat()}</ofd:CreationDate><ofd:Creator>Cloud Window</ofd:Creator>"
        f"{f'<ofd:CustomDatas>{custom}</ofd:CustomDatas>' if custom else ''}</ofd:DocInfo>"
        f"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{signatures}</ofd:DocBody>"
    )


def _box(page: Page) -> str:
    return f"<ofd:PhysicalBox>0 0 {number(page.width)} {number(page.height)}</ofd:PhysicalBox>"


def _fonts(art: PageArt) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    listed = ""
    for identifier, font in art.fonts.values():
        file = f"font_{identifier}.otf"
        family = font.name.partition("-")[0]
        serif = "true" if "Serif" in font.name else "false"
        listed += (
            f'<ofd:Font ID="{identifier}" FontName={quoteattr(font.name)} FamilyName={quoteattr(family)} '
            f'Serif="{serif}"><ofd:FontFile>{file}</ofd:FontFile></ofd:Font>'
        )
        parts[f"Doc_0/Res/{file}"] = font.opentype
    parts["Doc_0/PublicRes.xml"] = xml("Res", f"<ofd:Fonts>{listed}</ofd:Fonts>", ' BaseLoc="Res"')
    return parts


def _pictures(art: PageArt) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    listed = ""
    for identifier, picture in art.pictures:
        file = f"image_{identifier}.{picture.kind}"
        listed += (
            f'<ofd:MultiMedia ID="{identifier}" Type="Image" Format="{_FORMATS[picture.kind]}">'
            f"<ofd:MediaFile>{file}</ofd:MediaFile></ofd:MultiMedia>"
        )
        parts[f"Doc_0/Res/{file}"] = picture.data
    parts["Doc_0/DocumentRes.xml"] = xml("Res", f"<ofd:MultiMedias>{listed}</ofd:MultiMedias>", ' BaseLoc="Res"')
    return parts

"""What a notice PDF says about itself in its document information: template, number, authority, place of the seal.

Written by `templates/notice.typ`, read by `seal` (where to stamp, for whom) and by `verify` (whose seal it must be).
"""

import re

import msgspec
from pyhanko.pdf_utils.reader import PdfFileReader

__all__ = ["Origin", "parse_origin", "read_origin"]

_KEYWORDS = re.compile(
    r"template:(?P<template>[a-z_]+/\d+), number:(?P<number>.+), test:(?P<test>yes|no), "
    r"seal:(?P<page>\d{1,4}):(?P<x>\d{1,4}(?:\.\d+)?):(?P<y>\d{1,4}(?:\.\d+)?)"
    # notices without a query code, and those of earlier versions, have no place for a printed code
    r"(?:, code:(?P<code_page>\d{1,4}):(?P<code_x>\d{1,4}(?:\.\d+)?):(?P<code_y>\d{1,4}(?:\.\d+)?)"
    r":(?P<code_size>\d{1,3}(?:\.\d+)?))?"
)


class Origin(msgspec.Struct, frozen=True):
    """`seal_page` counts from 1; `seal_x` and `seal_y` are the middle of the stamp in points from the lower left.

    `code_x` and `code_y` are the lower left corner of the square for the printed code, `code_size` its side in points;
    `code_page` 0: there is none. The quiet zone lies outside the square and is left white by the template.
    """

    template: str
    title: str
    number: str
    authority: str
    is_test: bool
    seal_page: int
    seal_x: float
    seal_y: float
    code_page: int = 0
    code_x: float = 0.0
    code_y: float = 0.0
    code_size: float = 0.0


def read_origin(reader: PdfFileReader) -> Origin | None:
    """The origin, or None when the file does not come from one of our templates."""
    info = reader.trailer["/Info"] if "/Info" in reader.trailer else {}  # noqa: SIM401 - its get() does not resolve
    return parse_origin(str(info.get("/Keywords", "")), str(info.get("/Title", "")), str(info.get("/Author", "")))


def parse_origin(keywords: str, title: str, author: str) -> Origin | None:
    """The origin from the three texts of the document information; None when they are not those of our templates."""
    found = _KEYWORDS.fullmatch(keywords)
    if found is None:
        return None
    return Origin(
        template=found["template"],
        title=title,
        number=found["number"],
        authority=author,
        is_test=found["test"] == "yes",
        seal_page=int(found["page"]),
        seal_x=float(found["x"]),
        seal_y=float(found["y"]),
        code_page=int(found["code_page"] or 0),
        code_x=float(found["code_x"] or 0),
        code_y=float(found["code_y"] or 0),
        code_size=float(found["code_size"] or 0),
    )

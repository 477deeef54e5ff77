"""What a notice PDF says about itself in its document information: template, number, authority, place of the seal.

Written by `templates/notice.typ`, read by `seal` (where to stamp, for whom) and by `verify` (whose seal it must be).
"""

import re

import msgspec
from pyhanko.pdf_utils.reader import PdfFileReader

__all__ = ["Origin", "read_origin"]

_KEYWORDS = re.compile(
    r"template:(?P<template>[a-z_]+/\d+), number:(?P<number>.+), test:(?P<test>yes|no), "
    r"seal:(?P<page>\d{1,4}):(?P<x>\d{1,4}(?:\.\d+)?):(?P<y>\d{1,4}(?:\.\d+)?)"
)


class Origin(msgspec.Struct, frozen=True):
    """`seal_page` counts from 1; `seal_x` and `seal_y` are the middle of the stamp in points from the lower left."""

    template: str
    title: str
    number: str
    authority: str
    is_test: bool
    seal_page: int
    seal_x: float
    seal_y: float


def read_origin(reader: PdfFileReader) -> Origin | None:
    """The origin, or None when the file does not come from one of our templates."""
    info = reader.trailer["/Info"] if "/Info" in reader.trailer else {}  # noqa: SIM401 - its get() does not resolve
    found = _KEYWORDS.fullmatch(str(info.get("/Keywords", "")))
    if found is None:
        return None
    return Origin(
        template=found["template"],
        title=str(info.get("/Title", "")),
        number=found["number"],
        authority=str(info.get("/Author", "")),
        is_test=found["test"] == "yes",
        seal_page=int(found["page"]),
        seal_x=float(found["x"]),
        seal_y=float(found["y"]),
    )

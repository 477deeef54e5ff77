"""The kinds of mark, as frozen values in page space.

Page space: the page after CropBox and /Rotate, origin top left, y down, unit 1/72 in (pt).
No drawing, no bytes and no identity here: who drew a mark and when is said by its operation.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

Colour = tuple[int, int, int]

RED_PEN: Final[Colour] = (0xE0, 0x20, 0x20)
YELLOW_HIGHLIGHTER: Final[Colour] = (0xFF, 0xE0, 0x4D)
MOUSE_PRESSURE: Final = 64 / 127  # what a device without pressure reports: the middle step of the codec's 7 bits


class InkPoint(NamedTuple):
    """One sample of a pen: page space in pt, pressure 0..1 (0.5 draws the nominal width)."""

    x: float
    y: float
    pressure: float = MOUSE_PRESSURE


class MarkStyle(msgspec.Struct, frozen=True):
    """Colour as 8-bit RGB; width in pt at medium pressure."""

    colour: Colour = RED_PEN
    width_pt: float = 2.0


class Stroke(msgspec.Struct, frozen=True, tag="stroke"):
    """Red pen: one pen-down to pen-up, its width following the pressure."""

    style: MarkStyle
    points: tuple[InkPoint, ...]


class Highlighter(msgspec.Struct, frozen=True, tag="highlighter"):
    """Wide ink that darkens the page below it (multiply) and leaves it readable."""

    style: MarkStyle
    points: tuple[InkPoint, ...]


class Arrow(msgspec.Struct, frozen=True, tag="arrow"):
    """Straight arrow whose head is at (x1, y1)."""

    style: MarkStyle
    x0: float
    y0: float
    x1: float
    y1: float


class Rectangle(msgspec.Struct, frozen=True, tag="rectangle"):
    """Unfilled rectangle between two opposite corners, in any order."""

    style: MarkStyle
    x0: float
    y0: float
    x1: float
    y1: float


class Cloud(msgspec.Struct, frozen=True, tag="cloud"):
    """Revision cloud (云线) along the rectangle between two opposite corners."""

    style: MarkStyle
    x0: float
    y0: float
    x1: float
    y1: float


class Text(msgspec.Struct, frozen=True, tag="text"):
    """Words on the page; (x, y) is the top left corner of the first line, lines end with a newline."""

    style: MarkStyle
    x: float
    y: float
    size_pt: float
    text: str


Mark = Stroke | Highlighter | Arrow | Rectangle | Cloud | Text
Ink = Stroke | Highlighter
Box = Rectangle | Cloud

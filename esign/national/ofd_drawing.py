"""PDF content of our own making -> graphic objects of an OFD page (GB/T 33190-2016, clauses 8, 9 and 11).

Knows the operators that typst, the stamp and the printed code use; any other one refuses the twin, for a twin that
looks different would be worse than none. Lengths in an OFD are millimetres, the origin is the upper left corner.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import sqrt
from typing import Any
from xml.sax.saxutils import escape

from pypdf.errors import PdfReadError
from pypdf.generic import ContentStream, StreamObject

from esign.national.errors import OfdFailed
from esign.national.ofd_fonts import PageFont

__all__ = ["MM", "Matrix", "PageArt", "Picture", "draw", "number"]

MM = 25.4 / 72
_CLOSE = 1e-6
_ABOVE, _BELOW, _BESIDE = 1.1, 0.4, 0.25  # how far a glyph may reach out of its em square, in ems

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Picture:
    """An image as it stands in the package: its bytes, and `png` or `jpg`."""

    data: bytes
    kind: str


@dataclass
class PageArt:
    """What pages use while they are drawn: running numbers for objects, resources in the order of first use."""

    next_id: int = 1
    fonts: dict[int, tuple[int, PageFont]] = field(default_factory=dict)  # by id(): names may stand for two subsets
    pictures: list[tuple[int, Picture]] = field(default_factory=list)

    def new_id(self) -> int:
        """The next free number; every object, page and resource of a document has its own."""
        self.next_id += 1
        return self.next_id - 1

    def font(self, font: PageFont) -> int:
        """The number of a font resource."""
        if id(font) not in self.fonts:
            self.fonts[id(font)] = (self.new_id(), font)
        return self.fonts[id(font)][0]

    def picture(self, picture: Picture) -> int:
        """The number of a picture resource."""
        self.pictures.append((self.new_id(), picture))
        return self.pictures[-1][0]


@dataclass(frozen=True)
class _State:
    matrix: Matrix
    fill: Colour = (0, 0, 0)
    stroke: Colour = (0, 0, 0)
    line_width: float = 1.0
    dash: tuple[float, ...] = ()
    clip: Box | None = None
    font: PageFont | None = None
    size: float = 0.0
    rendering: int = 0


def draw(
    content: bytes,
    base: Matrix,
    art: PageArt,
    fonts: dict[str, PageFont] | None = None,
    pictures: dict[str, Picture] | None = None,
) -> str:
    """The objects (XML) for the operators of a PDF content stream; `base` leads from its units to millimetres.

    Raises `OfdFailed` for an operator, a text direction or a clip that it cannot show the same way.
    """
    stream = StreamObject()
    stream.set_data(content)
    try:
        operations = ContentStream(stream, None).operations
        return "".join(_Interpreter(base, art, fonts or {}, pictures or {}).run(operations))
    except (PdfReadError, ValueError, LookupError, TypeError) as error:
        raise OfdFailed(f"the content cannot be read: {error}") from error


class _Interpreter:
    def __init__(self, base: Matrix, art: PageArt, fonts: dict[str, PageFont], pictures: dict[str, Picture]) -> None:
        self._art, self._fonts, self._pictures = art, fonts, pictures
        self._state = _State(base)
        self._saved: list[_State] = []
        self._path: list[tuple[str, list[tuple[float, float]]]] = []
        self._text_matrix: Matrix = (1, 0, 0, 1, 0, 0)
        self._clips = False

    def run(self, operations: Iterable[tuple[list[Any], bytes]]) -> Iterator[str]:
        for operands, operator in operations:
            yield from self._one(operator.decode("latin-1"), operands)

    def _one(self, operator: str, operands: list[Any]) -> Iterator[str]:
        match operator:
            case "q":
                self._saved.append(self._state)
            case "Q":
                self._state = self._saved.pop()
            case "cm":
                self._change(matrix=_times(_numbers(operands), self._state.matrix))
            case "w":
                self._change(line_width=float(operands[0]))
            case "d":
                self._change(dash=tuple(float(length) for length in operands[0]))
            case "rg" | "g" | "scn":
                self._change(fill=_colour(operands))
            case "RG" | "G" | "SCN":
                self._change(stroke=_colour(operands))
            case "m" | "l" | "c":
                self._path.append((operator, self._points(operands)))
            case "h":
                self._path.append(("h", []))
            case "re":
                x, y, width, height = (float(number) for number in operands)
                corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
                self._path += [("l" if index else "m", self._points([*corner])) for index, corner in enumerate(corners)]
                self._path.append(("h", []))
            case "W":
                self._clips = True
            case "n" | "f" | "S" | "B":
                yield from self._painted(fills=operator in "fB", strokes=operator in "SB")
            case "Tf":
                self._change(font=self._fonts.get(str(operands[0])), size=float(operands[1]))
            case "Tr":
                self._change(rendering=int(operands[0]))
            case "Tm":
                self._text_matrix = _numbers(operands)
            case "Tj":
                yield from self._text([operands[0]])
            case "TJ":
                yield from self._text(operands[0])
            case "Do":
                yield self._image(str(operands[0]))
            # colour spaces are told by the number of components; mitre limits and marked content do not show
            case "BT" | "ET" | "BDC" | "EMC" | "cs" | "CS" | "M":
                pass
            case _:
                raise OfdFailed(f"operator {operator} has no place in an ofd twin")

    def _change(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)

    def _points(self, operands: list[Any]) -> list[tuple[float, float]]:
        flat = [float(number) for number in operands]
        return [_moved(self._state.matrix, flat[at], flat[at + 1]) for at in range(0, len(flat), 2)]

    def _painted(self, *, fills: bool, strokes: bool) -> Iterator[str]:
        path, self._path = self._path, []
        corners = [point for _, points in path for point in points]
        if self._clips:
            self._clips = False
            self._change(clip=_meet(_rectangle(path), self._state.clip))
        if not (fills or strokes) or not corners:
            return
        state = self._state
        width = state.line_width * _scale(state.matrix)
        # room for the line and its mitred corners: a reader cuts off what reaches out of the boundary
        margin = 2 * width if strokes else 0.01
        left, right = min(x for x, _ in corners) - margin, max(x for x, _ in corners) + margin
        top, bottom = min(y for _, y in corners) - margin, max(y for _, y in corners) + margin
        box = _meet((left, top, right, bottom), state.clip)
        letters = {"m": "M", "l": "L", "c": "B", "h": "C"}
        data = " ".join(
            " ".join([letters[step], *(f"{number(x - box[0])} {number(y - box[1])}" for x, y in points)])
            for step, points in path
        )
        attributes = f' Stroke="{str(strokes).lower()}" Fill="{str(fills).lower()}"'
        if strokes:
            attributes += f' LineWidth="{number(width)}"'
            if state.dash:
                lengths = " ".join(number(length * _scale(state.matrix)) for length in state.dash)
                attributes += f' DashPattern="{lengths}"'
        # the stroke's colour comes first in a path, the fill's in a text (GB/T 33190, 9.1 and 11.2)
        colours = _coloured("StrokeColor", state.stroke) if strokes else ""
        colours += _coloured("FillColor", state.fill) if fills else ""
        yield (
            f'<ofd:PathObject ID="{self._art.new_id()}" Boundary="{_boundary(box)}"{attributes}>{colours}'
            f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
        )

    def _text(self, shown: list[Any]) -> Iterator[str]:
        """One object for each stretch of glyphs that their characters find, one for each glyph that they do not."""
        font = self._state.font
        if font is None or self._state.rendering not in (0, 2):
            raise OfdFailed("text in a font or a way that cannot be shown")
        matrix = _times(self._text_matrix, self._state.matrix)
        em = self._state.size * matrix[0]
        if abs(matrix[1]) > _CLOSE or abs(matrix[2]) > _CLOSE or em <= 0 or abs(matrix[0] + matrix[3]) > _CLOSE:
            raise OfdFailed("text that does not run from left to right")
        at, glyphs = 0.0, list[tuple[float, int]]()
        for item in shown:
            if isinstance(item, int | float):
                at -= item / 1000 * em
                continue
            codes = item.original_bytes
            for place in range(0, len(codes), 2):
                code = int.from_bytes(codes[place : place + 2], "big")
                if code not in font.texts:
                    raise OfdFailed(f"glyph {code} of {font.name} says nothing")
                glyphs.append((matrix[4] + at, code))
                at += font.widths.get(code, 0) / 1000 * em
        for stretch in _stretches(font, glyphs):
            yield self._text_object(font, stretch, em, matrix[5])

    def _text_object(self, font: PageFont, glyphs: list[tuple[float, int]], em: float, baseline: float) -> str:
        state = self._state
        first, (last, code) = glyphs[0][0], glyphs[-1]
        right = last + font.widths.get(code, 0) / 1000 * em + _BESIDE * em
        box = _meet((first - _BESIDE * em, baseline - _ABOVE * em, right, baseline + _BELOW * em), state.clip)
        is_bold = state.rendering == 2  # typst thickens a regular font by stroking its outlines
        attributes, colours = "", _coloured("FillColor", state.fill)
        if is_bold:
            attributes = f' Stroke="true" LineWidth="{number(state.line_width * _scale(state.matrix))}"'
            colours += _coloured("StrokeColor", state.stroke)
        special = ""
        if not font.is_plain(code):
            special = (
                f'<ofd:CGTransform CodePosition="0" CodeCount="{len(font.texts[code])}" GlyphCount="1">'
                f"<ofd:Glyphs>{code}</ofd:Glyphs></ofd:CGTransform>"
            )
        texts = "".join(_text_code(font, part, box, baseline) for part in _code_units(font, glyphs))
        return (
            f'<ofd:TextObject ID="{self._art.new_id()}" Boundary="{_boundary(box)}" Font="{self._art.font(font)}" '
            f'Size="{number(em)}"{attributes}>{colours}{special}{texts}</ofd:TextObject>'
        )

    def _image(self, name: str) -> str:
        matrix = self._state.matrix
        picture = self._pictures.get(name)
        if picture is None or abs(matrix[1]) > _CLOSE or abs(matrix[2]) > _CLOSE or matrix[0] < 0 or matrix[3] > 0:
            raise OfdFailed("a picture that is turned, or none at all")
        left, bottom, width, height = matrix[4], matrix[5], matrix[0], -matrix[3]
        box = _meet((left, bottom - height, left + width, bottom), self._state.clip)
        # an image is a unit square with its upper left corner in the origin (GB/T 33190, clause 10)
        place = " ".join(map(number, (width, 0, 0, height, left - box[0], bottom - height - box[1])))
        return (
            f'<ofd:ImageObject ID="{self._art.new_id()}" Boundary="{_boundary(box)}" CTM="{place}" '
            f'ResourceID="{self._art.picture(picture)}"/>'
        )


def number(value: float) -> str:
    """A length as it is written: a tenth of a micrometre is enough for anyone."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _stretches(font: PageFont, glyphs: list[tuple[float, int]]) -> Iterator[list[tuple[float, int]]]:
    """Without blanks at the ends: they draw nothing, and a reader of XML might drop them and count wrong."""
    stretch: list[tuple[float, int]] = []
    for x, code in [*glyphs, (0.0, -1)]:
        if code >= 0 and font.is_plain(code):
            stretch.append((x, code))
            continue
        while stretch and font.texts[stretch[-1][1]].isspace():
            stretch.pop()
        while stretch and font.texts[stretch[0][1]].isspace():
            stretch.pop(0)
        if stretch:
            yield stretch
        stretch = []
        if code >= 0 and font.texts[code].strip():
            yield [(x, code)]


def _code_units(font: PageFont, glyphs: list[tuple[float, int]]) -> Iterator[list[tuple[float, int]]]:
    """Cut so that a character beyond U+FFFF stands alone: readers disagree whether it takes one advance or two."""
    part: list[tuple[float, int]] = []
    for glyph in glyphs:
        if ord(font.texts[glyph[1]][0]) > 0xFFFF:
            if part:
                yield part
            yield [glyph]
            part = []
        else:
            part.append(glyph)
    if part:
        yield part


def _text_code(font: PageFont, glyphs: list[tuple[float, int]], box: Box, baseline: float) -> str:
    text = escape("".join(font.texts[code] for _, code in glyphs))
    steps = " ".join(number(after - before) for (before, _), (after, _) in pairwise(glyphs))
    advances = f' DeltaX="{steps}"' if steps else ""
    x, y = number(glyphs[0][0] - box[0]), number(baseline - box[1])
    return f'<ofd:TextCode X="{x}" Y="{y}"{advances}>{text}</ofd:TextCode>'


def _coloured(name: str, colour: Colour) -> str:
    return f'<ofd:{name} Value="{" ".join(map(str, colour))}"/>'


def _colour(operands: list[Any]) -> Colour:
    parts = [round(255 * float(part)) for part in operands]
    if len(parts) not in (1, 3):
        raise OfdFailed(f"a colour of {len(parts)} components")
    return (parts[0], parts[0], parts[0]) if len(parts) == 1 else (parts[0], parts[1], parts[2])


def _numbers(operands: list[Any]) -> Matrix:
    a, b, c, d, e, f = (float(part) for part in operands)
    return a, b, c, d, e, f


def _times(first: Matrix, then: Matrix) -> Matrix:
    """First the one, then the other (ISO 32000-2, 8.3.4)."""
    a, b, c, d, e, f = first
    x, y = _moved(then, e, f)
    return (
        a * then[0] + b * then[2],
        a * then[1] + b * then[3],
        c * then[0] + d * then[2],
        c * then[1] + d * then[3],
        x,
        y,
    )


def _moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    return matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]


def _scale(matrix: Matrix) -> float:
    return sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))


def _rectangle(path: list[tuple[str, list[tuple[float, float]]]]) -> Box:
    points = [point for step, points in path for point in points if step in "ml"]
    xs, ys = sorted({round(x, 4) for x, _ in points}), sorted({round(y, 4) for _, y in points})
    if any(step == "c" for step, _ in path) or len(xs) != 2 or len(ys) != 2:
        raise OfdFailed("a clip that is not a rectangle")
    return xs[0], ys[0], xs[1], ys[1]


def _meet(box: Box, clip: Box | None) -> Box:
    """The boundary of an object is its clip too (GB/T 33190, 8.5)."""
    if clip is None:
        return box
    return max(box[0], clip[0]), max(box[1], clip[1]), min(box[2], clip[2]), min(box[3], clip[3])


def _boundary(box: Box) -> str:
    return " ".join(map(number, (box[0], box[1], max(0.0, box[2] - box[0]), max(0.0, box[3] - box[1]))))

"""Operations and wet ink as bytes: msgpack with all geometry as varint deltas of 1/64 pt.

First byte is the version. Pressure has 7 bits. Decoding accepts bytes from strangers: whatever is wrong
with them becomes an `OperationError`, and sizes are limited before anything large is built.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, assert_never

import msgspec

from annotate.errors import OperationError
from annotate.marks import Arrow, Cloud, Colour, Highlighter, InkPoint, Mark, MarkStyle, Rectangle, Stroke, Text
from annotate.operations import AddMark, EraseMark, Operation, Redo, Undo, WetInk

VERSION: Final = 1
MAX_BODY_BYTES: Final = 64 * 1024
MAX_POINTS: Final = 20_000
MAX_TEXT: Final = 2_000
MAX_ID: Final = 64
MAX_COORDINATE_PT: Final = 100_000.0
MAX_PAGE: Final = 100_000
MAX_WIDTH_PT: Final = 500.0
_UNITS: Final = 64  # steps per pt
_MAX_NUMBER: Final = 2**31

_ADD, _ERASE, _UNDO, _REDO = range(4)
_KINDS: Final[tuple[type[Mark], ...]] = (Stroke, Highlighter, Arrow, Rectangle, Cloud, Text)


class _Body(msgspec.Struct, array_like=True):
    what: int
    id: str
    page: int = 0
    kind: int = 0
    colour: int = 0
    width: int = 0
    geometry: bytes = b""
    text: str = ""
    stroke_no: int = 0


class _Wet(msgspec.Struct, array_like=True):
    stroke_no: int
    from_index: int
    page: int
    colour: int
    width: int
    is_highlighter: bool
    geometry: bytes


_encoder = msgspec.msgpack.Encoder()
_body_decoder = msgspec.msgpack.Decoder(_Body)
_wet_decoder = msgspec.msgpack.Decoder(_Wet)


def on_grid(point: InkPoint) -> InkPoint:
    """The point as it will be after encoding and decoding (1/64 pt, 7-bit pressure)."""
    return InkPoint(round(point.x * _UNITS) / _UNITS, round(point.y * _UNITS) / _UNITS, _p7(point.pressure) / 127)


def encode_operation(operation: Operation) -> bytes:
    """Body of an operation for the wire and the log. Raises OperationError (out_of_range)."""
    match operation:
        case AddMark():
            body = _add_body(operation)
        case EraseMark(mark_id=target):
            body = _Body(_ERASE, target)
        case Undo(operation_id=target):
            body = _Body(_UNDO, target)
        case Redo(operation_id=target):
            body = _Body(_REDO, target)
        case _:
            assert_never(operation)
    data = bytes([VERSION]) + _encoder.encode(body)
    if len(data) > MAX_BODY_BYTES:
        raise OperationError("out_of_range", f"body of {len(data)} bytes, allowed {MAX_BODY_BYTES}")
    decode_operation(data)  # we never send what we would refuse
    return data


def decode_operation(data: bytes) -> Operation:
    """Inverse of `encode_operation`. Raises OperationError for anything that is not exactly an operation."""
    try:
        body = _body_decoder.decode(_payload(data))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OperationError("malformed", f"operation of {len(data)} bytes: {error}") from None
    if not 0 < len(body.id) <= MAX_ID:
        raise OperationError("out_of_range", f"id of {len(body.id)} characters")
    if body.what == _ADD:
        _check("page", body.page, MAX_PAGE)
        _check("stroke_no", body.stroke_no, _MAX_NUMBER)
        return AddMark(body.id, body.page, _mark(body), body.stroke_no)
    if body.what == _ERASE:
        return EraseMark(body.id)
    if body.what == _UNDO:
        return Undo(body.id)
    if body.what == _REDO:
        return Redo(body.id)
    raise OperationError("malformed", f"unknown operation {body.what}")


def encode_wet(wet: WetInk) -> bytes:
    """Wet ink for the wire, about 5 bytes a point. Raises OperationError (out_of_range)."""
    body = _Wet(
        wet.stroke_no,
        wet.from_index,
        wet.page,
        _rgb(wet.colour),
        round(wet.width_pt * _UNITS),
        wet.is_highlighter,
        encode_points(wet.points),
    )
    data = bytes([VERSION]) + _encoder.encode(body)
    decode_wet(data)
    return data


def decode_wet(data: bytes) -> WetInk:
    """Inverse of `encode_wet`. Raises OperationError."""
    try:
        body = _wet_decoder.decode(_payload(data))
    except msgspec.MsgspecError as error:
        raise OperationError("malformed", f"wet ink of {len(data)} bytes: {error}") from None
    _check("stroke_no", body.stroke_no, _MAX_NUMBER)
    _check("from_index", body.from_index, MAX_POINTS)
    _check("page", body.page, MAX_PAGE)
    style = _style(body.colour, body.width)
    return WetInk(
        body.stroke_no,
        body.from_index,
        body.page,
        style.colour,
        style.width_pt,
        body.is_highlighter,
        decode_points(body.geometry),
    )


def encode_points(points: Iterable[Sequence[float]]) -> bytes:
    """Points (x, y, pressure) -> zigzag varint deltas of x and y, then one byte of pressure."""
    out = bytearray()
    last_x = last_y = 0
    for x, y, pressure in points:
        if not (abs(x) <= MAX_COORDINATE_PT and abs(y) <= MAX_COORDINATE_PT and math.isfinite(pressure)):
            raise OperationError("out_of_range", f"point {x}, {y}, {pressure}")
        grid_x, grid_y = round(x * _UNITS), round(y * _UNITS)
        _put_varint(out, grid_x - last_x)
        _put_varint(out, grid_y - last_y)
        out.append(_p7(pressure))
        last_x, last_y = grid_x, grid_y
    return bytes(out)


def decode_points(data: bytes) -> tuple[InkPoint, ...]:
    """Inverse of `encode_points`; 1..MAX_POINTS points or OperationError."""
    points: list[InkPoint] = []
    limit = MAX_COORDINATE_PT * _UNITS
    x = y = at = 0
    try:
        while at < len(data):
            step, at = _take_varint(data, at)
            x += step
            step, at = _take_varint(data, at)
            y += step
            pressure = data[at]
            at += 1
            if pressure > 127 or abs(x) > limit or abs(y) > limit or len(points) == MAX_POINTS:
                raise OperationError("out_of_range", f"point {len(points)}")
            points.append(InkPoint(x / _UNITS, y / _UNITS, pressure / 127))
    except IndexError:
        raise OperationError("malformed", f"point {len(points)} is cut off") from None
    if not points:
        raise OperationError("malformed", "no points")
    return tuple(points)


def _add_body(operation: AddMark) -> _Body:
    mark = operation.mark
    text = ""
    match mark:
        case Stroke() | Highlighter():
            points: Iterable[Sequence[float]] = mark.points
        case Arrow() | Rectangle() | Cloud():
            points = ((mark.x0, mark.y0, 0), (mark.x1, mark.y1, 0))
        case Text():
            # The second point carries the size, so that one packing serves all kinds.
            points, text = ((mark.x, mark.y, 0), (mark.x, mark.y + mark.size_pt, 0)), mark.text
        case _:
            assert_never(mark)
    return _Body(
        _ADD,
        operation.mark_id,
        operation.page,
        _KINDS.index(type(mark)),
        _rgb(mark.style.colour),
        round(mark.style.width_pt * _UNITS),
        encode_points(points),
        text,
        operation.stroke_no,
    )


def _mark(body: _Body) -> Mark:
    style = _style(body.colour, body.width)
    points = decode_points(body.geometry)
    if not 0 <= body.kind < len(_KINDS):
        raise OperationError("malformed", f"unknown kind of mark {body.kind}")
    kind = _KINDS[body.kind]
    if kind is Stroke or kind is Highlighter:
        return kind(style, points)
    if len(points) != 2:
        raise OperationError("malformed", f"{len(points)} points where two belong")
    (x0, y0, _), (x1, y1, _) = points
    if kind is Text:
        size_pt = y1 - y0
        if not (0 < size_pt <= MAX_WIDTH_PT and 0 < len(body.text) <= MAX_TEXT):
            raise OperationError("out_of_range", f"text of {len(body.text)} characters at {size_pt} pt")
        return Text(style, x0, y0, size_pt, body.text)
    if kind is Arrow or kind is Rectangle or kind is Cloud:
        return kind(style, x0, y0, x1, y1)
    raise AssertionError(kind)


def _style(colour: int, width: int) -> MarkStyle:
    _check("colour", colour, 0xFFFFFF)
    if not 0 < width <= MAX_WIDTH_PT * _UNITS:
        raise OperationError("out_of_range", f"width {width}/{_UNITS} pt")
    return MarkStyle((colour >> 16, colour >> 8 & 255, colour & 255), width / _UNITS)


def _rgb(colour: Colour) -> int:
    red, green, blue = colour
    for part in colour:
        _check("colour part", part, 255)
    return red << 16 | green << 8 | blue


def _payload(data: bytes) -> bytes:
    if not 2 <= len(data) <= MAX_BODY_BYTES:
        raise OperationError("malformed", f"{len(data)} bytes")
    if data[0] != VERSION:
        raise OperationError("unsupported_version", f"version {data[0]}, known {VERSION}")
    return data[1:]


def _check(name: str, value: int, limit: int) -> None:
    if not 0 <= value <= limit:
        raise OperationError("out_of_range", f"{name} {value}, allowed 0..{limit}")


def _p7(pressure: float) -> int:
    return min(127, max(0, round(pressure * 127)))


def _put_varint(out: bytearray, value: int) -> None:
    value = value << 1 if value >= 0 else (-value << 1) - 1  # zigzag: small steps of either sign stay small
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _take_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return (value >> 1 if not value & 1 else -((value + 1) >> 1)), at
        shift += 7
        if shift > 35:
            raise OperationError("malformed", "number too long")

"""Operations and wet ink survive the wire, stay small, and nothing malformed gets through."""

from __future__ import annotations

import math
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.codec import (
    MAX_BODY_BYTES,
    decode_operation,
    decode_points,
    decode_wet,
    encode_operation,
    encode_points,
    encode_wet,
    on_grid,
)
from annotate.errors import OperationError
from annotate.geometry import simplify
from annotate.marks import Arrow, Cloud, Highlighter, InkPoint, MarkStyle, Rectangle, Stroke, Text
from annotate.operations import AddMark, EraseMark, Redo, Undo, WetInk

coordinates = st.integers(-6_400_000, 6_400_000).map(lambda step: step / 64)
points = st.builds(InkPoint, coordinates, coordinates, st.integers(0, 127).map(lambda step: step / 127))
colours = st.tuples(*[st.integers(0, 255)] * 3)
styles = st.builds(MarkStyle, colours, st.integers(1, 32_000).map(lambda step: step / 64))
lines = st.lists(points, min_size=1, max_size=30).map(tuple)
marks = st.one_of(
    st.builds(Stroke, styles, lines),
    st.builds(Highlighter, styles, lines),
    *[st.builds(kind, styles, *[coordinates] * 4) for kind in (Arrow, Rectangle, Cloud)],
    st.builds(
        Text,
        styles,
        st.integers(-64_000, 64_000).map(lambda step: step / 64),
        st.integers(-64_000, 64_000).map(lambda step: step / 64),
        st.integers(1, 32_000).map(lambda step: step / 64),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
    ),
)
ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)
operations = st.one_of(
    st.builds(AddMark, ids, st.integers(0, 100_000), marks, st.integers(0, 2**31)),
    st.builds(EraseMark, ids),
    st.builds(Undo, ids),
    st.builds(Redo, ids),
)


@settings(deadline=None)
@given(operations)
def test_operations_come_back_equal(operation: AddMark | EraseMark | Undo | Redo) -> None:
    assert decode_operation(encode_operation(operation)) == operation


@settings(deadline=None)
@given(
    st.builds(
        WetInk,
        st.integers(0, 2**31),
        st.integers(0, 20_000),
        st.integers(0, 100_000),
        colours,
        st.integers(1, 32_000).map(lambda step: step / 64),
        st.booleans(),
        lines,
    )
)
def test_wet_ink_comes_back_equal(wet: WetInk) -> None:
    assert decode_wet(encode_wet(wet)) == wet


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused_or_are_canonical(data: bytes) -> None:
    for attempt in (data, b"\x01" + data):
        with suppress(OperationError):
            operation = decode_operation(attempt)
            assert decode_operation(encode_operation(operation)) == operation
        with suppress(OperationError):
            wet = decode_wet(attempt)
            assert decode_wet(encode_wet(wet)) == wet


@settings(deadline=None)
@given(operations, st.data())
def test_damaged_operations_are_refused_or_are_canonical(operation: AddMark, data: st.DataObject) -> None:
    body = bytearray(encode_operation(operation))
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    del body[data.draw(st.integers(1, len(body))) :]
    with suppress(OperationError):
        damaged = decode_operation(bytes(body))
        assert decode_operation(encode_operation(damaged)) == damaged


def _add(*fields: object) -> bytes:
    return b"\x01" + msgspec.msgpack.encode([0, "m", *fields])


TWO = encode_points(((0, 0, 0), (10, 10, 0)))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "malformed"),
        (b"\x01", "malformed"),
        (b"\x02" + encode_operation(Undo("o"))[1:], "unsupported_version"),
        (b"\x01" + b"x" * MAX_BODY_BYTES, "malformed"),
        (b"\x01" + msgspec.msgpack.encode([9, "m"]), "malformed"),
        (b"\x01" + msgspec.msgpack.encode([1, ""]), "out_of_range"),
        (b"\x01" + msgspec.msgpack.encode([1, "x" * 65]), "out_of_range"),
        (_add(-1, 3, 0, 64, TWO), "out_of_range"),
        (_add(0, 6, 0, 64, TWO), "malformed"),
        (_add(0, -1, 0, 64, TWO), "malformed"),
        (_add(0, 3, 1 << 24, 64, TWO), "out_of_range"),
        (_add(0, 3, 0, 0, TWO), "out_of_range"),
        (_add(0, 3, 0, 64, b""), "malformed"),
        (_add(0, 3, 0, 64, TWO[:-1]), "malformed"),
        (_add(0, 3, 0, 64, TWO[:3]), "malformed"),
        (_add(0, 0, 0, 64, b"\xff" * 12), "malformed"),
        (_add(0, 0, 0, 64, b"\x00\x00\xff"), "out_of_range"),
        (_add(0, 5, 0, 64, TWO, ""), "out_of_range"),
        (_add(0, 5, 0, 64, TWO, "字" * 2001), "out_of_range"),
        (_add(0, 5, 0, 64, encode_points(((0, 10, 0), (0, 0, 0))), "字"), "out_of_range"),
    ],
)
def test_malformed_operations_are_refused_with_a_code(data: bytes, code: str) -> None:
    with pytest.raises(OperationError) as caught:
        decode_operation(data)
    assert caught.value.code == code


def test_too_many_points_are_refused_on_both_sides() -> None:
    with pytest.raises(OperationError):
        decode_points(b"\x00\x00\x40" * 20_001)
    many = tuple(InkPoint(float(x % 90_000), 5.0) for x in range(0, 30_000 * 77, 77))
    with pytest.raises(OperationError):
        encode_operation(AddMark("m", 0, Stroke(MarkStyle(), many)))


@pytest.mark.parametrize("bad", [math.nan, math.inf, 200_000.0])
def test_values_that_are_no_place_are_never_sent(bad: float) -> None:
    with pytest.raises(OperationError):
        encode_points([(bad, 0, 0.5)])


def test_error_is_at_most_half_a_step() -> None:
    point = on_grid(InkPoint(10.0071, -3.3333, 0.777))
    assert abs(point.x - 10.0071) <= 1 / 128
    assert abs(point.y + 3.3333) <= 1 / 128
    assert decode_points(encode_points([InkPoint(10.0071, -3.3333, 0.777)])) == (point,)


def test_ink_costs_few_bytes() -> None:
    drawn = tuple(
        on_grid(InkPoint(100 + 60 * math.cos(i / 30), 200 + 40 * math.sin(i / 25), 0.5 + 0.3 * math.sin(i / 9)))
        for i in range(200)
    )
    assert len(encode_operation(AddMark("0123456789abcdef", 0, Stroke(MarkStyle(), drawn)))) / 200 <= 4.5
    kept = Stroke(MarkStyle(), simplify(drawn))
    assert len(encode_operation(AddMark("0123456789abcdef", 0, kept))) / 200 <= 2.0
    wet = WetInk(2**28, 96, 0, (224, 32, 32), 2.0, False, drawn[96:104])
    assert len(encode_wet(wet)) / 8 <= 12

"""Frames: every message there and back, and every kind of nonsense refused with the right code."""

import json
import re
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signaling.protocol.codec import (
    MAX_FRAME_BYTES,
    MAX_SERVER_FRAME_BYTES,
    decode_from_client,
    decode_from_server,
    encode,
)
from signaling.protocol.errors import ErrorCode, MalformedMessage
from signaling.protocol.messages import (
    Description,
    Done,
    Error,
    FromClient,
    FromServer,
    OperateMark,
    Rejoin,
    SetAvailability,
)


def test_every_message_comes_back_as_it_was(sample):
    frame = encode(sample)
    readers = []
    if isinstance(sample, get_args(FromClient)):
        readers.append(decode_from_client)
    if isinstance(sample, get_args(FromServer)):
        readers.append(decode_from_server)
    assert readers
    for read in readers:
        assert read(frame) == sample
        assert read(frame.encode()) == sample


def test_nobody_says_what_is_the_others_to_say(sample):
    frame = encode(sample)
    if not isinstance(sample, get_args(FromClient)):
        assert refusal(decode_from_client, frame) == ErrorCode.UNKNOWN_MESSAGE
    if not isinstance(sample, get_args(FromServer)):
        assert refusal(decode_from_server, frame) == ErrorCode.UNKNOWN_MESSAGE


def test_unknown_fields_are_ignored(sample):
    fields = json.loads(encode(sample)) | {"colour_of_the_sky": {"r": [1, 2]}}
    read = decode_from_client if isinstance(sample, get_args(FromClient)) else decode_from_server
    assert read(json.dumps(fields)) == sample


def test_a_missing_field_is_refused(sample):
    fields = json.loads(encode(sample))
    read = decode_from_client if isinstance(sample, get_args(FromClient)) else decode_from_server
    required = [name for name in fields if name in _required(type(sample))]
    for name in required:
        rest = {key: value for key, value in fields.items() if key != name}
        assert refusal(read, json.dumps(rest)) == ErrorCode.MALFORMED_MESSAGE


def _required(kind):
    return kind.__struct_fields__[: len(kind.__struct_fields__) - len(kind.__struct_defaults__)]


def refusal(read, frame):
    with pytest.raises(MalformedMessage) as caught:
        read(frame)
    return caught.value.code


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("", ErrorCode.MALFORMED_MESSAGE),
        ("null", ErrorCode.MALFORMED_MESSAGE),
        ("[]", ErrorCode.MALFORMED_MESSAGE),
        ('"Done"', ErrorCode.MALFORMED_MESSAGE),
        ("{}", ErrorCode.MALFORMED_MESSAGE),
        ('{"type":""}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":1}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":null}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"BuyTea"}', ErrorCode.UNKNOWN_MESSAGE),
        ('{"type":"BuyTea","amount":NaN}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"Rejoin","call_id":"k","generation":NaN}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"Rejoin","call_id":"k","generation":Infinity}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"Rejoin","call_id":"k","generation":1e400}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"Rejoin","call_id":"k","generation":"1"}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"Rejoin","call_id":"k","generation":true}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"Rejoin","call_id":["k"],"generation":1}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"Rejoin","call_id":"k","generation":1', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"Rejoin","call_id":"k","generation":1}{}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"SetAvailability","is_ready":true,"reason":"\\ud800"}', ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"SetAvailability","is_ready":true,"reason":"\ud800"}', ErrorCode.MALFORMED_MESSAGE),
        (b'{"type":"SetAvailability","is_ready":true,"reason":"\xff"}', ErrorCode.MALFORMED_MESSAGE),
        (b"\x00\x01\x02", ErrorCode.MALFORMED_MESSAGE),
        ("[" * 60_000, ErrorCode.MALFORMED_MESSAGE),
        ('{"type":' + "[" * 30_000 + "]" * 30_000 + "}", ErrorCode.MALFORMED_MESSAGE),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, ErrorCode.MALFORMED_MESSAGE),
        (" " * (MAX_FRAME_BYTES + 1), ErrorCode.MESSAGE_TOO_LARGE),
    ],
)
def test_nonsense_is_refused_with_its_code(frame, code):
    assert refusal(decode_from_client, frame) == code


def test_the_limit_counts_bytes_not_characters():
    reason = "审" * 199
    assert decode_from_client(encode(SetAvailability(False, reason))).reason == reason
    frame = '{"type":"SetAvailability","is_ready":true,"x":"' + "审" * 22_000 + '"}'
    assert len(frame) < MAX_FRAME_BYTES < len(frame.encode())
    assert refusal(decode_from_client, frame) == ErrorCode.MESSAGE_TOO_LARGE


def test_a_client_takes_larger_frames_than_a_server():
    sentence = "x" * MAX_FRAME_BYTES
    assert decode_from_server(encode(Error(ErrorCode.NOT_FOUND, sentence))).sentence == sentence
    assert refusal(decode_from_server, "x" * (MAX_SERVER_FRAME_BYTES + 1)) == ErrorCode.MESSAGE_TOO_LARGE


def test_the_largest_mark_and_description_fit_a_frame():
    largest = OperateMark("c" * 64, "a" * 64, "o" * 64, "erase", "m" * 64, b"x" * 48_000)
    assert decode_from_client(encode(largest)) == largest
    worst = Description("k" * 64, 10**9, "answer", "\r\n" * 8_192)
    assert decode_from_client(encode(worst)) == worst


def outcome(read, frame):
    """What a frame is taken for: a message, or the code of the refusal."""
    try:
        return read(frame)
    except MalformedMessage as problem:
        return problem.code


@given(st.text() | st.binary(max_size=500))
def test_no_frame_raises_anything_else(frame):
    for read in (decode_from_client, decode_from_server):
        assert isinstance(outcome(read, frame), ErrorCode)


@given(st.integers(), st.text(max_size=80))
@example(number=2**31, text="k")
@example(number=2**31 - 1, text="k")
@example(number=2**64, text="k")
def test_numbers_and_ids_of_any_shape_are_judged(number, text):
    is_sound = 1 <= number < 2**31 and re.fullmatch("[A-Za-z0-9_.:-]{1,64}", text) is not None
    frame = json.dumps({"type": "Rejoin", "call_id": text, "generation": number})
    expected = Rejoin(text, number) if is_sound else ErrorCode.MALFORMED_MESSAGE
    assert outcome(decode_from_client, frame) == expected


def test_done_is_small():
    assert encode(Done("r1")) == '{"type":"Done","request_id":"r1"}'

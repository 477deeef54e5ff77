"""Messages: every one has a sample, its own name on the wire, and limits on what a stranger may send."""

import json
from typing import get_args

import msgspec
import pytest

from signaling.protocol.codec import encode
from signaling.protocol.messages import (
    Decide,
    Description,
    FromClient,
    FromHall,
    FromServer,
    OperateMark,
    ShowPage,
    ToHall,
    WetInk,
)

DIGEST = "a" * 64


def test_every_message_has_a_sample(samples):
    assert {type(message) for message in samples} == set(get_args(FromClient) + get_args(FromServer))


def test_the_unions_nest():
    assert set(get_args(ToHall)) < set(get_args(FromClient))
    assert set(get_args(FromHall)) < set(get_args(FromServer))


def test_a_message_is_named_by_its_type_and_frozen(sample):
    assert json.loads(encode(sample))["type"] == type(sample).__name__
    assert hash(sample) is not None
    assert type(sample).__struct_config__.frozen
    assert type(sample).__doc__


@pytest.mark.parametrize(
    "fields",
    [
        (ShowPage, {"case_id": "c", "digest": DIGEST, "page": -1}),
        (Description, {"call_id": "k", "generation": 0, "kind": "offer", "sdp": ""}),
        (Description, {"call_id": "k", "generation": 1, "kind": "rollback", "sdp": ""}),
        (Description, {"call_id": "k", "generation": 1, "kind": "offer", "sdp": "x" * 16_385}),
        (OperateMark, {"op_class": "admin"}),
        (OperateMark, {"body": b"x" * 48_001}),
        (Decide, {"request_id": "r", "case_id": "c", "outcome": "accept", "preview": "a" * 65}),
        (WetInk, {"case_id": "c", "digest": DIGEST, "page": 0, "body": b"x" * 4_097}),
    ],
)
def test_what_no_message_may_hold_is_refused(fields):
    kind, values = fields
    if kind is OperateMark:
        sound = {"case_id": "c", "digest": DIGEST, "operation_id": "o", "op_class": "mark", "target": "m", "body": b"x"}
        assert msgspec.convert(sound, OperateMark)
        values = sound | values
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(values, kind)

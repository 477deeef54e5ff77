"""The states agree with the rooms below, word for word: the session must not reach those rooms itself."""

from typing import get_args

from reviewer.calls import Call, Connection, Link, Offer
from signaling.client import ConnectionState
from signaling.peer.negotiation import LinkState


def test_the_words_are_those_of_client_and_peer():
    assert set(get_args(Connection)) == {"logged_out", *get_args(ConnectionState)}
    assert set(get_args(Link)) == set(get_args(LinkState))


def test_a_call_begins_without_a_leg_and_with_both_sources(build):
    call = Call("c", 1, "T")
    assert (call.leg, call.older_leg, call.link, call.is_held) == (0, 0, "new", False)
    assert call.has_microphone
    assert call.has_camera
    assert not Offer("c", 20.0, build.noon).is_answering

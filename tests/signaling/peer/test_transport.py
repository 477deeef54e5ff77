"""The peer connection by itself: whom it asks, what it counts, how it ends."""

import asyncio

import pytest

from signaling.peer.synthetic import SyntheticSources
from signaling.peer.tracks import PictureTrack
from signaling.peer.transport import IceServer, PeerConnection, candidate_of
from signaling.protocol.messages import Candidate


async def test_no_server_is_asked_that_was_not_named() -> None:
    connection = PeerConnection(())
    connection.addTransceiver("audio")
    (ice,) = {one.transport.transport for one in connection.getReceivers()}
    assert ice._connection.stun_server is None
    assert ice._connection.turn_server is None
    await connection.shut()
    named = PeerConnection((IceServer("turn:127.0.0.1:3478?transport=udp", "user", "word"),))
    named.addTransceiver("audio")
    (ice,) = {one.transport.transport for one in named.getReceivers()}
    assert ice._connection.turn_server == ("127.0.0.1", 3478)
    assert (ice._connection.turn_username, ice._connection.turn_password) == ("user", "word")
    await named.shut()


async def test_two_connections_count_and_stop_with_no_task_left() -> None:
    before = asyncio.all_tasks()
    one, other = PeerConnection(()), PeerConnection(())
    one.addTrack(PictureTrack(SyntheticSources("甲")))
    assert (one.packets_received, one.traffic(), one.round_trip_s()) == (0, (0, 0, 0), None)
    await one.setLocalDescription(await one.createOffer())
    await other.setRemoteDescription(one.localDescription)
    await other.setLocalDescription(await other.createAnswer())
    await one.setRemoteDescription(other.localDescription)
    async with asyncio.timeout(20):
        for _ in range(5):
            await other.getReceivers()[0].track.recv()
    assert other.packets_of("video") >= 5
    assert other.packets_of("audio") == 0
    assert other.packets_received >= 5
    packets_sent, bytes_sent, _ = one.traffic()
    assert packets_sent >= 5
    assert bytes_sent >= other.traffic()[2] > 1000
    await one.shut()
    await other.shut()
    assert asyncio.all_tasks() == before


async def test_an_exception_while_connecting_is_logged_and_not_lost(caplog: pytest.LogCaptureFixture) -> None:
    one, other = PeerConnection(()), PeerConnection(())
    one.addTransceiver("audio")
    await one.setLocalDescription(await one.createOffer())
    other.addTransceiver("audio")
    vars(other)["_RTCPeerConnection__remoteIce"] = {other.getTransceivers()[0]: "not parameters"}
    await other.setLocalDescription(await other.createOffer())
    for _ in range(1000):
        if "connecting failed" in caplog.text:
            break
        await asyncio.sleep(0.01)
    assert "connecting failed" in caplog.text
    await one.shut()
    await other.shut()


def test_a_browsers_candidate_is_read() -> None:
    text = "candidate:842163049 1 udp 1677729535 127.0.0.1 46154 typ srflx raddr 127.0.0.1 rport 46154 generation 0"
    made = candidate_of(Candidate("c", 1, text, "0", 0))
    assert made is not None
    assert (made.ip, made.port, made.type, made.sdpMid, made.sdpMLineIndex) == ("127.0.0.1", 46154, "srflx", "0", 0)
    assert candidate_of(Candidate("c", 1, "", None, None)) is None

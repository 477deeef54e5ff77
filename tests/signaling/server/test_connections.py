"""Connections through real sockets: opening deadline, floods, nonsense, slow readers, leave-taking."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from signaling.hall.events import Connected, Disconnected, Event, MessageReceived
from signaling.protocol.codec import decode_from_server, encode
from signaling.protocol.enrolment import signed_hello
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerChallenge,
    Challenge,
    DeskChanged,
    Error,
    FromServer,
    Hello,
    SetAvailability,
    Welcome,
    WetInk,
)
from signaling.server.authentication import Door, Passwords
from signaling.server.clock import SystemClock
from signaling.server.connections import MESSAGES_BURST, MOST_STRIKES, POLICY, TRY_AGAIN, Connections
from signaling.server.register import Register

READY = SetAvailability(is_ready=True)


class Place:
    """A listening server without a hall: what happens in it is kept in order."""

    def __init__(self, connections: Connections, events: "asyncio.Queue[Event]") -> None:
        self.connections = connections
        self.events = events
        self.port = 0

    async def next(self) -> Event:
        return await asyncio.wait_for(self.events.get(), 10)

    def open(self, **options: object) -> connect:
        return connect(f"ws://127.0.0.1:{self.port}/hall", compression=None, proxy=None, **options)  # type: ignore[arg-type]


@pytest.fixture
async def place(
    register: Register,
    passwords: Passwords,
    listening: Callable[[Starlette], AbstractAsyncContextManager[int]],
) -> AsyncIterator[Place]:
    events: asyncio.Queue[Event] = asyncio.Queue()
    door = Door(register, passwords)
    connections = Connections(door, events.put_nowait, SystemClock(), admission_s=0.3, send_s=0.5)
    made = Place(connections, events)
    application = Starlette(routes=[WebSocketRoute("/hall", connections.endpoint)])
    async with listening(application) as made.port:
        yield made


async def hear(peer: ClientConnection) -> FromServer:
    return decode_from_server(await asyncio.wait_for(peer.recv(), 10))


async def admitted(place: Place, peer: ClientConnection, key: Ed25519PrivateKey) -> tuple[Welcome, str]:
    """The welcome and the session id that the hall was told."""
    await peer.send(encode(Hello("terminal", "T-01", (1,))))
    challenge = await hear(peer)
    assert isinstance(challenge, Challenge)
    await peer.send(encode(AnswerChallenge(key.sign(signed_hello(challenge.nonce)))))
    welcome = await hear(peer)
    assert isinstance(welcome, Welcome)
    connected = await place.next()
    assert isinstance(connected, Connected)
    return welcome, connected.session_id


async def end_of(peer: ClientConnection) -> tuple[list[FromServer], int | None]:
    """What is still said, and the close code."""
    said = []
    while True:
        try:
            said.append(await hear(peer))
        except ConnectionClosed as closed:
            return said, closed.rcvd.code if closed.rcvd else None


async def test_a_party_is_welcomed_speaks_and_leaves(place: Place, device_key: Ed25519PrivateKey) -> None:
    async with place.open() as peer:
        welcome, session_id = await admitted(place, peer, device_key)
        assert (welcome.version, welcome.name, welcome.session_id) == (1, "自助终端 01", session_id)
        session = place.connections.session_of(welcome.http_token)
        assert session is not None
        assert session.party_id == "T-01"
        await peer.send(encode(READY))
        assert await place.next() == MessageReceived(session_id, READY)
    assert await place.next() == Disconnected(session_id)
    assert place.connections.session_of(welcome.http_token) is None
    place.connections.send(session_id, DeskChanged("ready", "", datetime.now(UTC)))  # gone: passed over


async def test_who_says_nothing_is_closed(place: Place) -> None:
    async with place.open() as peer:
        said, code = await end_of(peer)
    assert [message.code for message in said if isinstance(message, Error)] == [ErrorCode.NOT_AUTHENTICATED]
    assert code == POLICY
    assert place.events.empty()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("nonsense", ErrorCode.MALFORMED_MESSAGE),
        ('{"type":"Teleport"}', ErrorCode.UNKNOWN_MESSAGE),
        (b"\x00\x01", ErrorCode.MALFORMED_MESSAGE),
        ("x" * 70_000, ErrorCode.MESSAGE_TOO_LARGE),
        (encode(READY), ErrorCode.NOT_AUTHENTICATED),
    ],
)
async def test_before_the_welcome_anything_else_ends_the_connection(
    place: Place, frame: str | bytes, code: ErrorCode
) -> None:
    async with place.open() as peer:
        await peer.send(frame)
        said, close_code = await end_of(peer)
    assert [message.code for message in said if isinstance(message, Error)] == [code]
    assert close_code == POLICY
    assert place.events.empty()


async def test_a_wrong_key_is_told_and_closed(place: Place, device_key: Ed25519PrivateKey) -> None:
    async with place.open() as peer:
        await peer.send(encode(Hello("terminal", "T-01", (1,))))
        await hear(peer)
        await peer.send(encode(AnswerChallenge(b"no signature")))
        said, close_code = await end_of(peer)
    assert [message.code for message in said if isinstance(message, Error)] == [ErrorCode.WRONG_DEVICE_KEY]
    assert close_code == POLICY


async def test_nonsense_is_answered_and_the_connection_stays(place: Place, device_key: Ed25519PrivateKey) -> None:
    async with place.open() as peer:
        _, session_id = await admitted(place, peer, device_key)
        for frame, code in [
            ("{}", ErrorCode.MALFORMED_MESSAGE),
            ('{"type":"Teleport"}', ErrorCode.UNKNOWN_MESSAGE),
            ("x" * 70_000, ErrorCode.MESSAGE_TOO_LARGE),
            (encode(Hello("terminal", "T-02", (1,))), ErrorCode.NOT_ALLOWED),
            (encode(AnswerChallenge(b"")), ErrorCode.NOT_ALLOWED),
        ]:
            await peer.send(frame)
            answer = await hear(peer)
            assert isinstance(answer, Error)
            assert answer.code is code
        await peer.send(encode(READY))
        assert await place.next() == MessageReceived(session_id, READY)


async def test_nothing_but_nonsense_ends_the_connection(place: Place, device_key: Ed25519PrivateKey) -> None:
    async with place.open() as peer:
        await admitted(place, peer, device_key)
        for _ in range(MOST_STRIKES - 1):
            await peer.send("{}")
        await peer.send(encode(READY))
        for _ in range(MOST_STRIKES):
            await peer.send("{}")
        said, close_code = await end_of(peer)
    assert len(said) == 2 * MOST_STRIKES
    assert close_code == POLICY


async def test_a_frame_beyond_all_measure_ends_the_connection(place: Place, device_key: Ed25519PrivateKey) -> None:
    async with place.open() as peer:
        _, session_id = await admitted(place, peer, device_key)
        with contextlib.suppress(ConnectionClosed):
            await peer.send("x" * (17 << 20))
        assert await place.next() == Disconnected(session_id)


async def test_a_flood_is_read_slowly_and_nothing_of_it_is_lost(place: Place, device_key: Ed25519PrivateKey) -> None:
    count = int(MESSAGES_BURST) + 40
    async with place.open() as peer:
        await admitted(place, peer, device_key)
        start = asyncio.get_running_loop().time()
        for _ in range(count):
            await peer.send(encode(READY))
        heard = [await place.next() for _ in range(count)]
        took_s = asyncio.get_running_loop().time() - start
    assert all(isinstance(event, MessageReceived) for event in heard)
    assert took_s > 0.15  # 40 messages beyond the burst at 200 a second


async def test_a_reader_that_stops_is_cut_and_hurts_nobody(place: Place, device_key: Ed25519PrivateKey) -> None:
    ink = WetInk("c1", "0" * 64, 0, b"i" * 3000)
    with socket.socket() as narrow:
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.connect(("127.0.0.1", place.port))
        narrow.setblocking(False)
        async with place.open(sock=narrow, max_queue=1, close_timeout=0.1) as slow, place.open() as quick:
            _, slow_id = await admitted(place, slow, device_key)
            _, quick_id = await admitted(place, quick, device_key)
            start = asyncio.get_running_loop().time()
            gone = asyncio.ensure_future(place.next())
            while not gone.done():
                for _ in range(20):
                    place.connections.send(slow_id, DeskChanged("away", "x" * 190, datetime.now(UTC)))
                    place.connections.send(slow_id, ink, is_droppable=True)
                place.connections.send(quick_id, READY_TO_HEAR)
                before = asyncio.get_running_loop().time()
                assert await hear(quick) == READY_TO_HEAR
                assert asyncio.get_running_loop().time() - before < 0.4
            assert gone.result() == Disconnected(slow_id)
            assert asyncio.get_running_loop().time() - start < 5


READY_TO_HEAR = DeskChanged("ready", "", datetime(2026, 11, 20, tzinfo=UTC))


async def test_closing_says_why(place: Place, device_key: Ed25519PrivateKey) -> None:
    async with place.open() as peer:
        _, session_id = await admitted(place, peer, device_key)
        place.connections.send(session_id, READY_TO_HEAR)
        place.connections.close(session_id, ErrorCode.TAKEN_OVER)
        place.connections.send(session_id, READY_TO_HEAR)
        said, close_code = await end_of(peer)
    assert said[0] == READY_TO_HEAR
    assert [message.code for message in said[1:] if isinstance(message, Error)] == [ErrorCode.TAKEN_OVER]
    assert close_code == POLICY


async def test_a_revoked_party_is_put_out(place: Place, device_key: Ed25519PrivateKey) -> None:
    async with place.open() as peer:
        await admitted(place, peer, device_key)
        assert place.connections.party_ids() == {"T-01"}
        place.connections.close_parties(frozenset({"T-99"}))
        place.connections.close_parties(frozenset({"T-01"}))
        said, close_code = await end_of(peer)
    assert [message.code for message in said if isinstance(message, Error)] == [ErrorCode.NOT_AUTHENTICATED]
    assert close_code == POLICY


async def test_stopping_tells_everyone_to_come_back(place: Place, device_key: Ed25519PrivateKey) -> None:
    async with place.open() as peer:
        welcome, session_id = await admitted(place, peer, device_key)
        async with asyncio.TaskGroup() as group:
            group.create_task(place.connections.stop())
            said, close_code = await end_of(peer)
        assert [message.code for message in said if isinstance(message, Error)] == [ErrorCode.SERVER_STOPPING]
        assert close_code == TRY_AGAIN
        assert await place.next() == Disconnected(session_id)
        assert place.connections.session_of(welcome.http_token) is None

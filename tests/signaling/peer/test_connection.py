"""Two legs on the loopback: real ICE, DTLS, RTP and codecs, and what goes wrong with them."""

import asyncio
import contextlib
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signaling.peer.connection import CallLeg, LegStats
from signaling.peer.negotiation import LinkState
from signaling.peer.picture import Picture
from signaling.peer.synthetic import SyntheticSources
from signaling.peer.tracks import I420, Listener
from signaling.protocol.codec import decode_from_client, encode
from signaling.protocol.messages import Candidate, Description, Rejoin

pytestmark = pytest.mark.slow


DEADLINE_S = 20.0
"""For a condition that takes well under a second on a calm machine."""


class CountingSources:
    """Synthetic sources that tell whether they were opened and closed."""

    def __init__(self, label: str) -> None:
        self._inner = SyntheticSources(label)
        self.opened = self.closed = 0

    def open(self) -> None:
        self.opened += 1

    def close(self) -> None:
        self.closed += 1

    def picture(self) -> I420:
        return self._inner.picture()

    def listener(self) -> Listener:
        return self._inner.listener()


class Side:
    """One leg and everything it reported."""

    def __init__(
        self, is_offerer: bool, *, sources: CountingSources, generation: int = 1, is_accepted: bool = True
    ) -> None:
        self.sources = sources
        self.said: list[Description | Candidate | Rejoin] = []
        self.states: list[LinkState] = []
        self.newest: Picture | None = None
        self.sound: list[bytes] = []
        self.deliver: Callable[[Description | Candidate], None] = lambda message: None
        self.leg = CallLeg(
            "call-1",
            generation,
            is_offerer,
            sources,
            self._send,
            self._show,
            self.states.append,
            is_accepted=is_accepted,
            on_sound=self.sound.append,
        )

    @property
    def stats(self) -> LegStats:
        return self.leg.stats()

    @property
    def rejoins(self) -> int:
        return sum(isinstance(message, Rejoin) for message in self.said)

    def _send(self, message: Description | Candidate | Rejoin) -> None:
        self.said.append(message)
        if not isinstance(message, Rejoin):
            over_the_wire = decode_from_client(encode(message))
            assert isinstance(over_the_wire, Description | Candidate)
            self.deliver(over_the_wire)

    def _show(self, picture: Picture) -> None:
        self.newest = picture


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something that happens by itself."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def call(
    generation: int = 1,
    is_accepted: bool = True,
    sources: tuple[CountingSources, CountingSources] | None = None,
    through: Callable[[Description], Description] = lambda message: message,
) -> AsyncIterator[tuple[Side, Side]]:
    """A desk that offers and a terminal that answers, running; closed at the end."""
    desk_sources, terminal_sources = sources or (CountingSources("审核席位"), CountingSources("自助终端"))
    desk = Side(True, sources=desk_sources, generation=generation)
    terminal = Side(False, sources=terminal_sources, generation=generation, is_accepted=is_accepted)

    def between(receiver: Side) -> Callable[[Description | Candidate], None]:
        return lambda message: receiver.leg.receive(through(message) if isinstance(message, Description) else message)

    desk.deliver, terminal.deliver = between(terminal), between(desk)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(terminal.leg.run())
        tasks.create_task(desk.leg.run())
        try:
            yield desk, terminal
        finally:
            await asyncio.gather(desk.leg.close(), terminal.leg.close())


def both_see(desk: Side, terminal: Side, frames: int = 5) -> Callable[[], bool]:
    return lambda: min(desk.stats.frames_received, terminal.stats.frames_received) >= frames


def brightness(picture: Picture) -> float:
    return float(np.frombuffer(picture.bgra, np.uint8).reshape(-1, 4)[:, :3].mean())


def loudness(sound: list[bytes]) -> int:
    """The peak of the last 100 ms."""
    return max(np.abs(np.frombuffer(b"".join(sound[-5:]), np.int16).astype(int)).tolist())


def media_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if "decoder" in thread.name]


async def test_pictures_and_sound_go_both_ways_and_the_end_leaves_nothing() -> None:
    before = asyncio.all_tasks()
    async with call() as (desk, terminal):
        await until(both_see(desk, terminal, 12), "pictures both ways")
        await until(lambda: min(len(desk.sound), len(terminal.sound)) >= 10, "sound both ways")
        assert len(media_threads()) == 4
    for side in (desk, terminal):
        stats = side.stats
        assert side.states == ["connecting", "connected", "closed"]
        assert stats.first_frame_s is not None
        assert stats.first_frame_s < 5
        assert stats.frames_shown <= stats.frames_received
        assert stats.video_packets >= 12
        assert stats.audio_packets >= 10
        assert stats.audio_frames >= 10
        assert stats.bytes_received > 5_000
        assert stats.bytes_sent > 5_000
        assert side.newest is not None
        assert (side.newest.width, side.newest.height) == (640, 480)
        assert len(side.newest.bgra) == 4 * 640 * 480
        assert 60 < brightness(side.newest) < 200
        assert loudness(side.sound) > 800
        assert (side.sources.opened, side.sources.closed) == (1, 1)
        assert side.rejoins == 0
    assert asyncio.all_tasks() == before
    assert media_threads() == []


async def test_nothing_leaves_a_side_that_has_not_accepted() -> None:
    async with call(is_accepted=False) as (desk, terminal):
        await until(lambda: len(desk.said) == 1, "the offer")
        await asyncio.sleep(0.3)
        assert terminal.said == []
        assert terminal.sources.opened == 0
        assert terminal.stats == LegStats()
        assert desk.stats.packets_sent == 0
        assert desk.stats.bytes_received == 0
        terminal.leg.accept()
        await until(both_see(desk, terminal), "pictures after accepting")


async def test_muting_replaces_picture_and_sound() -> None:
    async with call() as (desk, terminal):
        await until(both_see(desk, terminal), "pictures")
        desk.leg.set_muted(microphone=True, camera=True)
        await until(lambda: terminal.newest is not None and brightness(terminal.newest) < 60, "the still")
        await until(lambda: loudness(terminal.sound) < 50, "silence")
        assert desk.newest is not None
        assert brightness(desk.newest) > 60
        desk.leg.set_muted(microphone=False, camera=False)
        await until(lambda: terminal.newest is not None and brightness(terminal.newest) > 60, "the picture again")


async def test_a_leg_muted_before_it_runs_never_shows_the_room() -> None:
    terminal = Side(False, sources=CountingSources("自助终端"))
    desk = Side(True, sources=CountingSources("审核席位"))
    desk.leg.set_muted(microphone=True, camera=True)
    desk.deliver, terminal.deliver = terminal.leg.receive, desk.leg.receive
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(terminal.leg.run())
        tasks.create_task(desk.leg.run())
        await until(lambda: terminal.newest is not None, "the still")
        assert terminal.newest is not None
        assert brightness(terminal.newest) < 60
        await desk.leg.close()
        await terminal.leg.close()


async def test_a_cut_link_is_noticed_recovers_and_is_replaced(wire: Any) -> None:
    """Short cut: unstable, connected again. Long cut: failed, one Rejoin; generation 2 runs beside it."""
    sources = (CountingSources("审核席位"), CountingSources("自助终端"))
    async with call(sources=sources, through=wire.through) as (desk, terminal):
        await until(both_see(desk, terminal), "pictures")
        wire.is_cut = True
        await until(lambda: desk.leg.state == terminal.leg.state == "unstable", "unstable")
        wire.is_cut = False
        await until(lambda: desk.leg.state == terminal.leg.state == "connected", "connected again")
        wire.is_cut = True
        await until(lambda: desk.leg.state == terminal.leg.state == "failed", "failed")
        assert (desk.rejoins, terminal.rejoins) == (1, 1)
        assert desk.newest is not None
        async with call(generation=2, sources=sources) as (desk_2, terminal_2):
            await until(both_see(desk_2, terminal_2), "pictures of generation 2")
            await desk.leg.close()
            await terminal.leg.close()
            seen = desk_2.stats.frames_received
            await until(lambda: desk_2.stats.frames_received > seen + 5, "generation 2 goes on")
            assert desk_2.leg.state == terminal_2.leg.state == "connected"
    assert [(one.opened, one.closed) for one in sources] == [(2, 2), (2, 2)]


async def test_a_lossy_link_keeps_moving(wire: Any) -> None:
    """Five of a hundred packets lost both ways: no pause over half a second."""
    async with call(through=wire.through) as (desk, terminal):
        await until(both_see(desk, terminal), "pictures")
        wire.loss = 0.05
        longest, last, seen = 0.0, time.monotonic(), desk.stats.frames_received
        end = time.monotonic() + 3
        while (now := time.monotonic()) < end:
            if desk.stats.frames_received != seen:
                longest, last, seen = max(longest, now - last), now, desk.stats.frames_received
            await asyncio.sleep(0.005)
        assert longest < 0.5, f"stood still for {longest:.2f} s"
        assert seen > 50
        assert desk.states == ["connecting", "connected"]


async def test_messages_of_another_generation_and_repeats_change_nothing() -> None:
    async with call(generation=2) as (desk, terminal):
        await until(both_see(desk, terminal), "pictures")
        offer, answer = desk.said[0], terminal.said[0]
        assert isinstance(offer, Description)
        assert isinstance(answer, Description)
        terminal.leg.receive(Description("call-1", 1, "offer", offer.sdp))
        desk.leg.receive(Description("call-1", 3, "answer", answer.sdp))
        desk.leg.receive(answer)
        terminal.deliver = lambda message: None
        terminal.leg.receive(offer)
        assert terminal.said == [answer, answer]
        seen = desk.stats.frames_received
        await until(lambda: desk.stats.frames_received > seen + 5, "pictures go on")
        assert desk.states == terminal.states == ["connecting", "connected"]


async def test_the_other_side_going_away_ends_the_leg_and_asks_once() -> None:
    async with call() as (desk, terminal):
        await until(both_see(desk, terminal), "pictures")
        await terminal.leg.close()
        await until(lambda: desk.leg.state == "failed", "failed")
        assert desk.states == ["connecting", "connected", "unstable", "failed"]
        assert desk.rejoins == 1


async def test_a_leg_can_be_closed_at_any_moment() -> None:
    idle = Side(True, sources=CountingSources("审核席位"))
    await idle.leg.close()
    await idle.leg.run()
    assert idle.states == ["closed"]
    assert idle.sources.opened == 0
    for pause_s in (0.0, 0.005, 0.02, 0.05, 0.1):
        async with call() as (desk, terminal):
            await asyncio.sleep(pause_s)
        assert (desk.states[-1], terminal.states[-1]) == ("closed", "closed")
        assert desk.sources.opened == desk.sources.closed
    assert media_threads() == []


async def test_cancelling_the_task_of_a_leg_leaves_nothing() -> None:
    before = asyncio.all_tasks()
    terminal = Side(False, sources=CountingSources("自助终端"))
    desk = Side(True, sources=CountingSources("审核席位"))
    desk.deliver, terminal.deliver = terminal.leg.receive, desk.leg.receive
    running = [asyncio.ensure_future(side.leg.run()) for side in (desk, terminal)]
    await until(both_see(desk, terminal), "pictures")
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert (desk.states[-1], terminal.states[-1]) == ("closed", "closed")
    assert asyncio.all_tasks() == before
    assert media_threads() == []


@pytest.mark.parametrize("turns", [1, 3, 6])
async def test_a_leg_cancelled_while_it_closes_still_frees_its_ports(turns: int) -> None:
    before = asyncio.all_tasks()
    terminal = Side(False, sources=CountingSources("自助终端"))
    desk = Side(True, sources=CountingSources("审核席位"))
    desk.deliver, terminal.deliver = terminal.leg.receive, desk.leg.receive
    running = [asyncio.ensure_future(side.leg.run()) for side in (desk, terminal)]
    await until(both_see(desk, terminal), "pictures")
    closing = [asyncio.ensure_future(side.leg.close()) for side in (desk, terminal)]
    for _ in range(2):  # a second cancellation hurries it no more than the first
        for _ in range(turns):
            await asyncio.sleep(0)
        for task in running:
            task.cancel()
    ends = await asyncio.gather(*running, *closing, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError] * 2 + [type(None)] * 2
    sdps = [message.sdp for side in (desk, terminal) for message in side.said if isinstance(message, Description)]
    ports = {int(port) for sdp in sdps for port in re.findall(r" udp \d+ 127\.0\.0\.1 (\d+) typ host", sdp)}
    assert len(ports) == 2
    for port in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", port))
    assert (desk.states[-1], terminal.states[-1]) == ("closed", "closed")
    assert desk.sources.opened == desk.sources.closed == 1
    assert asyncio.all_tasks() == before
    assert media_threads() == []


async def test_a_stranger_who_sends_dtls_and_junk_does_not_stop_the_call() -> None:
    client_hello = bytes.fromhex("16fefd0000000000000000002f0100002300000000000000 23fefd") + bytes(40)
    junk = [client_hello, b"", b"\x00", b"\x16", b"\x80" * 40, bytes(range(256)), b"\x00\x01\x00\x08" + bytes(24)]
    ports: set[int] = set()

    def noted(message: Description) -> Description:
        for line in message.sdp.splitlines():
            if line.startswith("a=candidate:"):
                ports.add(int(line.split()[5]))
        return message

    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.0.1", 0))

    async def spray() -> None:
        while True:
            for port in ports:
                for datagram in junk:
                    stranger.sendto(datagram, ("127.0.0.1", port))
            await asyncio.sleep(0.005)

    async with call(through=noted) as (desk, terminal):
        spraying = asyncio.ensure_future(spray())
        try:
            await until(both_see(desk, terminal, 20), "pictures in spite of the stranger")
        finally:
            spraying.cancel()
            stranger.close()
        assert desk.states == terminal.states == ["connecting", "connected"]
        assert len(ports) == 2


@pytest.fixture(scope="module")
def real_offer() -> str:
    """An offer of our own, as material for mutations."""

    async def make() -> str:
        desk = Side(True, sources=CountingSources("审核席位"))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(desk.leg.run())
            await until(lambda: bool(desk.said), "an offer")
            await desk.leg.close()
        message = desk.said[0]
        assert isinstance(message, Description)
        return message.sdp

    return asyncio.run(make())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_description_that_cannot_be_read_ends_the_leg_and_nothing_else(data: st.DataObject, real_offer: str) -> None:
    lines = real_offer.split("\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "cut", "swap", "text"])):
            case "drop":
                del lines[place]
            case "cut":
                lines[place] = lines[place][: data.draw(st.integers(0, len(lines[place])))]
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[place], lines[other] = lines[other], lines[place]
            case _:
                lines[place] = lines[place][:2] + data.draw(st.text(max_size=20))
        if not lines:
            break
    mutated = "\r\n".join(lines)
    complaints: list[dict[str, Any]] = []

    async def answer() -> Side:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
        terminal = Side(False, sources=CountingSources("自助终端"))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(terminal.leg.run())
            await asyncio.sleep(0)
            terminal.leg.receive(Description("call-1", 1, "offer", mutated))
            terminal.leg.receive(Candidate("call-1", 1, mutated[:300], "0", 0))
            await until(lambda: bool(terminal.said), "an answer or a Rejoin")
            await terminal.leg.close()
        return terminal

    terminal = asyncio.run(answer())
    assert complaints == []
    assert terminal.states[-1] in ("failed", "closed")
    assert terminal.sources.opened == terminal.sources.closed

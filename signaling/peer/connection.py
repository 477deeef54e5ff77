"""One WebRTC leg on aiortc: performs the steps of negotiation.py, counts, shows pictures.

Owns the peer connection, its two sending tracks and the readers of what arrives. It decides
nothing about the call. Everything runs on one asyncio loop; ``receive``, ``accept`` and
``set_muted`` belong to that loop's thread, callbacks come from it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import assert_never

import msgspec
from aiortc import (
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler, VideoFrame

from signaling.peer.negotiation import (
    Drop,
    LinkState,
    MakeAnswer,
    MakeOffer,
    Negotiation,
    Say,
    Show,
    Step,
    TakeAnswer,
    TakeCandidate,
)
from signaling.peer.picture import Picture, picture_from
from signaling.peer.tracks import SAMPLE_RATE, PictureTrack, SoundTrack, Sources
from signaling.peer.transport import IceServer, PeerConnection, candidate_of
from signaling.peer.tuning import tune, with_start_bitrate
from signaling.protocol.messages import Candidate, Description, Rejoin

logger = logging.getLogger(__name__)

LOOK_S = 0.25
CLOSE_S = 3.0


class LegStats(msgspec.Struct, frozen=True):
    """Counts since the leg began. ``first_frame_s``: from acceptance to the first decoded picture."""

    frames_received: int = 0
    frames_shown: int = 0
    video_packets: int = 0
    audio_packets: int = 0
    audio_frames: int = 0
    bytes_received: int = 0
    bytes_sent: int = 0
    packets_sent: int = 0
    first_frame_s: float | None = None
    round_trip_s: float | None = None


class CallLeg:
    """One generation of one call. Run it in the caller's TaskGroup; it ends by ``close`` or when the link is gone.

    ``is_accepted=False`` withholds everything (camera, addresses, media) until ``accept``; an offer that
    comes earlier waits. ``on_picture`` gets only the newest picture; ``on_sound`` gets 16 bit mono 48 kHz.
    """

    def __init__(
        self,
        call_id: str,
        generation: int,
        is_offerer: bool,
        sources: Sources,
        send: Callable[[Description | Candidate | Rejoin], None],
        on_picture: Callable[[Picture], None],
        on_state: Callable[[LinkState], None],
        ice_servers: Sequence[IceServer] = (),
        *,
        is_accepted: bool = True,
        on_sound: Callable[[bytes], None] | None = None,
    ) -> None:
        self._negotiation = Negotiation(call_id, generation, is_offerer)
        self._sources = sources
        self._send = send
        self._on_picture = on_picture
        self._on_state = on_state
        self._on_sound = on_sound
        self._ice_servers = ice_servers
        self._is_accepted = is_accepted
        self._is_muted = (False, False)
        self._steps: asyncio.Queue[Step] = asyncio.Queue()
        self._ending = asyncio.Event()
        self._ended = asyncio.Event()
        self._is_running = False
        self._connection: PeerConnection | None = None
        self._sound: SoundTrack | None = None
        self._picture: PictureTrack | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._tasks: asyncio.TaskGroup | None = None
        self._accepted_at: float | None = None
        self._first_frame_s: float | None = None
        self._frames_received = self._frames_shown = self._audio_frames = 0
        self._last_stats = LegStats()

    @property
    def state(self) -> LinkState:
        """The link as it was last shown."""
        return self._negotiation.state

    async def run(self) -> None:
        """Negotiate and carry media until ``close`` or until the link is gone. Once per leg."""
        tune()
        self._is_running = True
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                self._readers = [
                    tasks.create_task(self._perform_steps(), name="leg steps"),
                    tasks.create_task(self._look(), name="leg look"),
                ]
                if self._is_accepted:
                    self._accept()
                await self._ending.wait()
                for task in self._readers:
                    task.cancel()
        finally:
            self._tasks = None
            try:
                await self._shut_to_the_end()
            finally:
                self._take(self._negotiation.close())
                self._ended.set()

    def accept(self) -> None:
        """This side agrees to send and receive; only needed with ``is_accepted=False``."""
        self._is_accepted = True
        if self._is_running:
            self._accept()

    def receive(self, message: Description | Candidate) -> None:
        """Something the other side said. Never raises, whatever it is."""
        self._take(self._negotiation.received(message))

    def set_muted(self, microphone: bool, camera: bool) -> None:
        """Replace what this side sends by silence and a still. Holds for the whole leg, before it runs too."""
        self._is_muted = (microphone, camera)
        if self._sound is not None and self._picture is not None:
            self._sound.is_muted, self._picture.is_muted = self._is_muted

    async def close(self) -> None:
        """End the leg and wait until its sockets, threads and tasks are gone. May be repeated."""
        self._take(self._negotiation.close())
        self._ending.set()
        if self._is_running:
            await self._ended.wait()

    def stats(self) -> LegStats:
        """What was counted so far; stays after the end."""
        if self._connection is not None:
            self._last_stats = self._counted(self._connection)
        return self._last_stats

    # --- steps --------------------------------------------------------------------------------

    def _accept(self) -> None:
        if self._accepted_at is None:
            self._accepted_at = time.monotonic()
        self._take(self._negotiation.accept())

    def _take(self, steps: list[Step]) -> None:
        for step in steps:
            match step:
                case Say():
                    self._send(step.message)
                case Show():
                    logger.info("call %s generation %d: %s", *self._name(), step.state)
                    self._on_state(step.state)
                case Drop():
                    self._ending.set()
                case MakeOffer() | MakeAnswer() | TakeAnswer() | TakeCandidate():
                    self._steps.put_nowait(step)
                case _:
                    assert_never(step)

    async def _perform_steps(self) -> None:
        while True:
            step = await self._steps.get()
            sdp = None
            try:
                sdp = await self._perform(step)
            except Exception as problem:  # noqa: BLE001 - aiortc raises seven types for descriptions it cannot read
                logger.warning(
                    "call %s generation %d: %s failed: %s", *self._name(), type(step).__name__, type(problem).__name__
                )
                if not isinstance(step, TakeCandidate):
                    self._take(self._negotiation.broken())
            if sdp is not None:
                self._take(self._negotiation.described(with_start_bitrate(sdp)))

    async def _perform(self, step: Step) -> str | None:
        """Give one step to the connection; returns our description where the step asks for one."""
        match step:
            case MakeOffer():
                connection = self._open()
                await connection.setLocalDescription(await connection.createOffer())
                return connection.localDescription.sdp
            case MakeAnswer():
                connection = self._open()
                await connection.setRemoteDescription(RTCSessionDescription(sdp=step.offer, type="offer"))
                await connection.setLocalDescription(await connection.createAnswer())
                return connection.localDescription.sdp
            case TakeAnswer() if self._connection is not None:
                await self._connection.setRemoteDescription(RTCSessionDescription(sdp=step.answer, type="answer"))
            case TakeCandidate() if self._connection is not None:
                await self._connection.addIceCandidate(candidate_of(step.candidate))
        return None

    def _open(self) -> PeerConnection:
        self._sources.open()
        self._sound, self._picture = SoundTrack(self._sources), PictureTrack(self._sources)
        self._sound.is_muted, self._picture.is_muted = self._is_muted
        connection = self._connection = PeerConnection(self._ice_servers)
        connection.addTrack(self._sound)
        connection.addTrack(self._picture)
        for transceiver in connection.getTransceivers():
            if transceiver.kind == "video":
                # The one codec that every browser has (RFC 7742, 5) and that is tuned here; rtx repairs losses.
                codecs = RTCRtpSender.getCapabilities("video").codecs
                transceiver.setCodecPreferences([one for one in codecs if one.name in ("VP8", "rtx")])
        connection.on("track", self._read)
        connection.on("connectionstatechange", self._connection_changed)
        return connection

    def _connection_changed(self) -> None:
        if self._connection is not None and self._connection.connectionState in ("failed", "closed"):
            self._take(self._negotiation.gone(time.monotonic()))
        self._observe()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self._observe()

    def _observe(self) -> None:
        connection = self._connection
        is_open = connection is not None and connection.connectionState == "connected"
        packets = connection.packets_received if connection is not None else 0
        self._take(self._negotiation.observed(time.monotonic(), packets, is_open))

    # --- what arrives -------------------------------------------------------------------------

    def _read(self, track: MediaStreamTrack) -> None:
        if self._tasks is not None:
            reader = self._read_pictures(track) if track.kind == "video" else self._read_sound(track)
            self._readers.append(self._tasks.create_task(reader, name=f"leg {track.kind}"))

    async def _read_pictures(self, track: MediaStreamTrack) -> None:
        queue = getattr(track, "_queue", None)
        try:
            while True:
                frame = await track.recv()
                self._frames_received += 1
                while queue is not None and not queue.empty():
                    frame = await track.recv()
                    self._frames_received += 1
                if not isinstance(frame, VideoFrame):
                    continue
                if self._first_frame_s is None and self._accepted_at is not None:
                    self._first_frame_s = time.monotonic() - self._accepted_at
                self._frames_shown += 1
                self._on_picture(picture_from(frame))
        except MediaStreamError:
            return  # the other side stopped sending; the look notices silence

    async def _read_sound(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        try:
            while True:
                frame = await track.recv()
                self._audio_frames += 1
                if self._on_sound is not None and isinstance(frame, AudioFrame):
                    for block in resampler.resample(frame):
                        self._on_sound(block.to_ndarray().tobytes())
        except MediaStreamError:
            return

    # --- counting and ending ------------------------------------------------------------------

    def _counted(self, connection: PeerConnection) -> LegStats:
        packets_sent, bytes_sent, bytes_received = connection.traffic()
        return LegStats(
            frames_received=self._frames_received,
            frames_shown=self._frames_shown,
            video_packets=connection.packets_of("video"),
            audio_packets=connection.packets_of("audio"),
            audio_frames=self._audio_frames,
            bytes_received=bytes_received,
            bytes_sent=bytes_sent,
            packets_sent=packets_sent,
            first_frame_s=self._first_frame_s,
            round_trip_s=connection.round_trip_s(),
        )

    async def _shut_to_the_end(self) -> None:
        """Also when cancelled meanwhile: a connection closed half-way would keep its UDP ports open."""
        shutting = asyncio.ensure_future(self._shut())
        is_cancelled = False
        while not shutting.done():
            try:
                await asyncio.shield(shutting)
            except asyncio.CancelledError:
                is_cancelled = True
        if is_cancelled:
            raise asyncio.CancelledError

    async def _shut(self) -> None:
        connection = self._connection
        if connection is None:
            return
        self._last_stats = self._counted(connection)
        self._connection = None
        connection.remove_all_listeners()
        try:
            async with asyncio.timeout(CLOSE_S):
                await connection.shut()
        except Exception:
            logger.exception("call %s generation %d: closing failed", *self._name())
        finally:
            await asyncio.to_thread(self._sources.close)  # a camera's driver may take its time

    def _name(self) -> tuple[str, int]:
        return self._negotiation.call_id, self._negotiation.generation

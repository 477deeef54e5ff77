"""Received RTP packets back into frames: order, loss, lateness. Replaces aiortc's buffers (see tuning.py).

aiortc 1.16 releases a video frame only when the next one begins, asks for a lost packet once,
and resets itself for a packet that comes 100 late. Here a frame goes out with its last packet
(marker bit, RFC 3550, 5.1), a loss is asked for four times at growing intervals, late packets are
dropped, and what does not come in 300 ms is given up: then nothing is decoded until a key frame.
Time comes from an injected clock in seconds.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket
from aiortc.utils import uint16_add, uint16_gt

VIDEO_CAPACITY = 1024
AUDIO_PREFETCH = 2
AUDIO_WAIT = 4
GIVE_UP_S = 0.3
REPEATS_S = (0.0, 0.03, 0.09, 0.21)
"""When, after a gap was seen, a lost packet is asked for."""
KEY_FRAME_FIRST_S = 0.2
KEY_FRAME_MAX_S = 1.6
RESTART_AFTER_LATE = 200
"""So many late packets in a row are a sender that started anew, not lateness."""

Clock = Callable[[], float]


class _Arrival(NamedTuple):
    packet: RtpPacket
    data: bytes
    at: float


class VideoBuffer:
    """VP8 packets (RFC 7741) into frames. ``add`` has the shape that RTCRtpReceiver expects."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._packets: dict[int, _Arrival] = {}
        self._next: int | None = None
        self._needs_key = True
        self._late = 0
        self._ask_at = 0.0
        self._ask_gap_s = KEY_FRAME_FIRST_S

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Returns (ask the sender for a key frame, a whole frame or None). More frames may wait: see ``release``."""
        now = self._clock()
        sequence = packet.sequence_number
        if self._next is None:
            self._next = sequence
        ahead = uint16_add(sequence, -self._next)
        if ahead >= 0x8000:
            self._late += 1
            if self._late < RESTART_AFTER_LATE:
                return self._key_wanted(now), None
            self._restart(sequence)
        elif ahead >= VIDEO_CAPACITY:
            self._restart(sequence)
        self._late = 0
        self._packets[sequence] = _Arrival(packet, packet._data, now)  # type: ignore[attr-defined]  # set by the receiver
        self._give_up(now)
        frame = self.release()
        return self._key_wanted(now), frame

    def release(self) -> JitterFrame | None:
        """The next whole frame that can be decoded, oldest first."""
        while arrivals := self._whole_frame():
            data = b"".join(arrival.data for arrival in arrivals)
            if not data:
                continue  # padding only: a sender probing the link
            if self._needs_key and not _begins_key_frame(arrivals[0]):
                continue
            if self._needs_key:
                self._needs_key = False
                self._ask_at, self._ask_gap_s = 0.0, KEY_FRAME_FIRST_S
            return JitterFrame(data=data, timestamp=arrivals[0].packet.timestamp)
        return None

    def _whole_frame(self) -> list[_Arrival]:
        """Take the packets of the oldest frame out if none is missing; else an empty list."""
        if self._next is None or self._next not in self._packets:
            return []
        sequence = self._next
        timestamp = self._packets[sequence].packet.timestamp
        found: list[int] = []
        while (arrival := self._packets.get(sequence)) is not None:
            if arrival.packet.timestamp != timestamp:
                break
            found.append(sequence)
            if arrival.packet.marker:
                break
            sequence = uint16_add(sequence, 1)
        else:
            return []
        self._next = uint16_add(found[-1], 1)
        return [self._packets.pop(one) for one in found]

    def _give_up(self, now: float) -> None:
        """Skip a gap that has lasted too long, to the next key frame if it is already here."""
        if self._next is None:
            return
        hole = self._next
        while hole in self._packets:
            hole = uint16_add(hole, 1)
        beyond = sorted((one for one in self._packets if uint16_gt(one, hole)), key=lambda one: uint16_add(one, -hole))
        if not beyond or now - min(self._packets[one].at for one in beyond) < GIVE_UP_S:
            return
        self._needs_key = True
        start = next((one for one in beyond if _begins_key_frame(self._packets[one])), None)
        kept = beyond[beyond.index(start) :] if start is not None else []
        self._next = start if start is not None else uint16_add(beyond[-1], 1)
        self._packets = {one: self._packets[one] for one in kept}

    def _restart(self, sequence: int) -> None:
        self._packets.clear()
        self._next = sequence
        self._needs_key = True

    def _key_wanted(self, now: float) -> bool:
        """Ask with growing pauses: key frames on a full link are what fills it."""
        if not self._needs_key or self._next is None:
            return False
        if self._ask_at == 0.0:
            # The very first frame is a key frame by itself; give it time before asking.
            self._ask_at = now + KEY_FRAME_FIRST_S
            return False
        if now < self._ask_at:
            return False
        self._ask_gap_s = min(self._ask_gap_s * 2, KEY_FRAME_MAX_S)
        self._ask_at = now + self._ask_gap_s
        return True


def _begins_key_frame(arrival: _Arrival) -> bool:
    """First partition's first packet (RFC 7741, 4.2: S and PID) with the P bit clear (4.3)."""
    payload = arrival.packet.payload
    return bool(payload) and payload[0] & 0x17 == 0x10 and bool(arrival.data) and arrival.data[0] & 1 == 0


class AudioBuffer:
    """Opus packets in order, two of them held back for those that overtake each other (40 ms).

    Lost sound is not asked for again: after AUDIO_WAIT later packets the gap is skipped.
    """

    def __init__(self) -> None:
        self._packets: dict[int, JitterFrame] = {}
        self._next: int | None = None
        self._late = 0

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """As VideoBuffer.add; never asks for a key frame."""
        sequence = packet.sequence_number
        if self._next is None:
            self._next = sequence
        ahead = uint16_add(sequence, -self._next)
        if ahead >= 0x8000:
            self._late += 1
            if self._late < RESTART_AFTER_LATE:
                return False, None
            self._packets.clear()
            self._next = sequence
        self._late = 0
        data: bytes = packet._data  # type: ignore[attr-defined]  # set by the receiver
        self._packets[sequence] = JitterFrame(data=data, timestamp=packet.timestamp)
        return False, self.release()

    def release(self) -> JitterFrame | None:
        """The next packet's sound, as long as more than the prefetch is here."""
        if self._next is None or len(self._packets) <= AUDIO_PREFETCH:
            return None
        if self._next not in self._packets:
            if len(self._packets) < AUDIO_WAIT:
                return None
            origin = self._next
            self._next = min(self._packets, key=lambda one: uint16_add(one, -origin))
        frame = self._packets.pop(self._next)
        self._next = uint16_add(self._next, 1)
        return frame


class LossReport:
    """Which packets to ask for again (RFC 4585, 6.2.1), in the shape of aiortc's NackGenerator."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lost: dict[int, tuple[float, int]] = {}
        self.max_seq: int | None = None
        self.missing: set[int] = set()
        """Due now; valid after ``add`` returned True."""

    def add(self, packet: RtpPacket) -> bool:
        """Note a packet; True when something is to be asked for now."""
        now = self._clock()
        sequence = packet.sequence_number
        if self.max_seq is None:
            self.max_seq = sequence
        elif uint16_gt(sequence, self.max_seq):
            if uint16_add(sequence, -self.max_seq) > VIDEO_CAPACITY:
                self._lost.clear()  # the buffer starts over as well
            else:
                gap = uint16_add(self.max_seq, 1)
                while gap != sequence:
                    self._lost[gap] = (now, 0)
                    gap = uint16_add(gap, 1)
            self.max_seq = sequence
        else:
            self._lost.pop(sequence, None)
        self.missing = self._due(now)
        return bool(self.missing)

    def _due(self, now: float) -> set[int]:
        due = set()
        for sequence, (since, asked) in list(self._lost.items()):
            if asked == len(REPEATS_S):
                del self._lost[sequence]
            elif now - since >= REPEATS_S[asked]:
                due.add(sequence)
                self._lost[sequence] = (since, asked + 1)
        return due

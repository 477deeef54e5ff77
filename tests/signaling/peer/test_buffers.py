"""Order, loss and lateness of received packets, with a clock of our own."""

import itertools
import random

import pytest
from aiortc.rtp import RtpPacket

from signaling.peer.buffers import (
    GIVE_UP_S,
    KEY_FRAME_FIRST_S,
    REPEATS_S,
    RESTART_AFTER_LATE,
    AudioBuffer,
    LossReport,
    VideoBuffer,
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def packet(sequence: int, timestamp: int, data: bytes, *, first: bool = False, last: bool = False) -> RtpPacket:
    made = RtpPacket(payload_type=97, marker=int(last), sequence_number=sequence % 65536, timestamp=timestamp)
    made.payload = bytes([0x10 if first else 0x00]) + data
    made._data = data  # type: ignore[attr-defined]
    return made


def frame(sequence: int, number: int, parts: int = 3, key: bool = False) -> list[RtpPacket]:
    """One VP8 frame of several packets; the first byte's lowest bit is clear for a key frame."""
    bodies = [bytes([(0 if key else 1) if part == 0 else 255, number, part]) for part in range(parts)]
    return [
        packet(sequence + part, 3600 * number, body, first=part == 0, last=part == parts - 1)
        for part, body in enumerate(bodies)
    ]


def numbers(buffer: VideoBuffer, packets: list[RtpPacket]) -> list[int]:
    """The numbers of the frames that came out."""
    out = []
    for one in packets:
        _, made = buffer.add(one)
        while made is not None:
            out.append(made.timestamp // 3600)
            made = buffer.release()
    return out


def test_a_frame_is_released_with_its_last_packet() -> None:
    buffer = VideoBuffer(Clock())
    first, second, third = frame(10, 1, key=True)
    assert buffer.add(first) == (False, None)
    assert buffer.add(second) == (False, None)
    _, made = buffer.add(third)
    assert made is not None
    assert made.data == b"\x00\x01\x00\xff\x01\x01\xff\x01\x02"


@pytest.mark.parametrize("start", [0, 65530])
def test_shuffled_packets_come_out_in_order(start: int) -> None:
    buffer = VideoBuffer(Clock())
    assert numbers(buffer, frame(start, 0, key=True)) == [0]
    later = [one for number in range(1, 8) for one in frame(start + 3 * number, number)]
    chance = random.Random(7)  # noqa: S311 - an order to try, no secret
    chance.shuffle(later)
    assert numbers(buffer, later) == list(range(1, 8))


def test_the_packet_that_closes_a_gap_releases_all_that_waited() -> None:
    buffer = VideoBuffer(Clock())
    numbers(buffer, frame(0, 0, parts=1, key=True))
    waiting = [frame(number, number, parts=1)[0] for number in (2, 3, 4)]
    assert numbers(buffer, waiting) == []
    assert numbers(buffer, frame(1, 1, parts=1)) == [1, 2, 3, 4]


def test_late_and_repeated_packets_are_dropped_however_late() -> None:
    buffer = VideoBuffer(Clock())
    packets = [one for number in range(60) for one in frame(3 * number, number, key=number == 0)]
    assert numbers(buffer, packets) == list(range(60))
    assert numbers(buffer, packets[:150]) == []
    assert numbers(buffer, frame(180, 60)) == [60]


def test_a_sender_that_starts_anew_is_followed() -> None:
    buffer = VideoBuffer(Clock())
    numbers(buffer, frame(40_000, 0, key=True))
    again = [one for number in range(200) for one in frame(20_000 + number, number, parts=1, key=number % 100 == 0)]
    shown = numbers(buffer, [*again, *frame(20_200, 200, parts=1), *frame(20_201, 201, parts=1, key=True)])
    assert len(again) == RESTART_AFTER_LATE
    assert shown[-1] == 201


def test_a_gap_is_given_up_and_nothing_is_shown_until_a_key_frame() -> None:
    clock = Clock()
    buffer = VideoBuffer(clock)
    numbers(buffer, frame(0, 0, key=True))
    assert numbers(buffer, frame(6, 2)) == []  # frame 1 is lost
    clock.now += GIVE_UP_S + 0.01
    assert numbers(buffer, frame(9, 3)) == []
    assert numbers(buffer, frame(12, 4)) == []
    assert numbers(buffer, frame(15, 5, key=True)) == [5]
    assert numbers(buffer, frame(18, 6)) == [6]


def test_a_key_frame_that_waits_behind_the_gap_is_used_at_once() -> None:
    clock = Clock()
    buffer = VideoBuffer(clock)
    numbers(buffer, frame(0, 0, key=True))
    assert numbers(buffer, [*frame(6, 2), *frame(9, 3, key=True)]) == []
    clock.now += GIVE_UP_S + 0.01
    assert numbers(buffer, frame(12, 4)) == [3, 4]


def test_a_big_frame_on_a_slow_link_is_not_given_up() -> None:
    clock = Clock()
    buffer = VideoBuffer(clock)
    shown = []
    for one in frame(0, 0, parts=40, key=True):
        clock.now += 0.05
        shown += numbers(buffer, [one])
    assert shown == [0]


def test_key_frames_are_asked_for_with_growing_pauses() -> None:
    clock = Clock()
    buffer = VideoBuffer(clock)
    asked = []
    for number in range(200):
        clock.now += 0.04
        wanted, made = buffer.add(frame(number, number, parts=1)[0])
        assert made is None
        if wanted:
            asked.append(clock.now - 100.04)
    pauses = [round(later - earlier, 2) for earlier, later in itertools.pairwise(asked)]
    assert asked[0] == pytest.approx(KEY_FRAME_FIRST_S, abs=0.05)
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(1.6, abs=0.05)


def test_padding_is_not_a_frame() -> None:
    buffer = VideoBuffer(Clock())
    numbers(buffer, frame(0, 0, key=True))
    assert numbers(buffer, [packet(3, 0, b""), packet(4, 0, b"")]) == []
    assert numbers(buffer, frame(5, 1)) == [1]


def test_audio_starts_after_two_packets_and_survives_a_loss() -> None:
    buffer = AudioBuffer()
    out: list[list[int]] = []
    for number in [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13]:
        _, made = buffer.add(packet(number, 960 * number, bytes([number])))
        out.append([])
        while made is not None:
            out[-1].append(made.timestamp // 960)
            made = buffer.release()
    assert out[:4] == [[], [], [0], [1]]
    assert [one for several in out for one in several] == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11]
    assert out[-1] == [11], "two packets behind again, as before the loss"


def test_late_audio_does_not_start_the_buffer_over() -> None:
    buffer = AudioBuffer()
    for number in range(200, 230):
        buffer.add(packet(number, 960 * number, b"x"))
    assert buffer.add(packet(20, 960 * 20, b"x")) == (False, None)
    _, made = buffer.add(packet(230, 960 * 230, b"x"))
    assert made is not None


def test_a_lost_packet_is_asked_for_four_times_then_given_up() -> None:
    clock = Clock()
    report = LossReport(clock)
    asked = []
    report.add(packet(0, 0, b""))
    for sequence in range(2, 100):
        if report.add(packet(sequence, 0, b"")):
            assert report.missing == {1}
            asked.append(clock.now - 100.0)
        clock.now += 0.01
    assert asked == pytest.approx(list(REPEATS_S), abs=0.011)


def test_what_arrives_is_not_asked_for_again() -> None:
    clock = Clock()
    report = LossReport(clock)
    report.add(packet(65534, 0, b""))
    assert report.add(packet(1, 0, b""))
    assert report.missing == {65535, 0}
    report.add(packet(0, 0, b""))
    clock.now += 0.05
    assert report.add(packet(2, 0, b""))
    assert report.missing == {65535}


def test_a_leap_asks_for_nothing() -> None:
    report = LossReport(Clock())
    report.add(packet(0, 0, b""))
    assert not report.add(packet(20_000, 0, b""))

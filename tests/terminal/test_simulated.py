"""Invented applicants have valid numbers; drawn sheets lie where they are said to lie."""

import threading

import numpy as np
import pytest

from signaling.protocol.identity import credit_code_fault, resident_id_fault
from terminal.devices import DeviceError
from terminal.simulated import (
    DrawnSheetCamera,
    SimulatedCabinet,
    SimulatedReader,
    SimulatedScanner,
    corners_on_desk,
)

pytestmark = pytest.mark.slow


def test_numbers_are_valid_and_people_differ() -> None:
    reader = SimulatedReader(1)
    people = [reader.read("person") for _ in range(200)]
    companies = [reader.read("organisation") for _ in range(200)]
    assert {resident_id_fault(card.id_number) for card in people} == {None}
    assert {credit_code_fault(card.id_number) for card in companies} == {None}
    assert len({card.id_number for card in people}) > 195
    assert all(card.legal_representative for card in companies)


def test_the_same_seed_gives_the_same_people() -> None:
    assert SimulatedReader(5).read("person") == SimulatedReader(5).read("person")


def test_sheets_come_one_after_the_other_and_never_lie_the_same() -> None:
    camera = DrawnSheetCamera((("甲",), ("乙",)), 2)
    first, second, third = camera.shoot(), camera.shoot(), camera.shoot()
    assert first.shape == (1944, 2592, 3)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, third)


def test_corners_are_clockwise_from_the_top_left() -> None:
    corners = corners_on_desk(0, 0)
    assert corners[0] == pytest.approx((2592 / 2 - 1060 * 0.56, 1944 / 2 - 1500 * 0.56))
    assert corners[2][0] > corners[3][0]


def test_a_scanner_reads_what_is_shown_once() -> None:
    scanner = SimulatedScanner()
    scanner.show("7K2M9QX4TC")
    assert scanner.read() == "7K2M9QX4TC"
    with pytest.raises(DeviceError):
        scanner.read()


def test_a_door_is_shut_by_hand_and_told_once() -> None:
    closed: list[int] = []
    cabinet = SimulatedCabinet(cells=3, closes_after_s=None)
    cabinet.open(2, lambda: closed.append(2))
    cabinet.open(2, lambda: closed.append(22))
    assert cabinet.open_cells == {2}
    cabinet.shut(2)
    cabinet.shut(2)
    assert (closed, cabinet.open_cells) == ([2], frozenset())
    with pytest.raises(DeviceError) as problem:
        cabinet.open(4, lambda: None)
    assert problem.value.code == "cabinet_stuck"


def test_a_door_shuts_by_itself() -> None:
    shut = threading.Event()
    SimulatedCabinet(closes_after_s=0.0).open(1, shut.set)
    assert shut.wait(5)

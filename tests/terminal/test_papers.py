"""The tray: capture with retakes, hand-in with replacement, cancel and retry, versions."""

from typing import Any

import pytest

from terminal.effects import CancelHandIn, HandIn, ListFiles, ShootPage
from terminal.papers import FileRow, PaperTray, Shot

GOOD = Shot("/booth/1.jpg", 0.9, True)
BLURRED = Shot("/booth/2.jpg", 0.3, True, "shot_blurred")


@pytest.fixture
def tray(play: Any) -> PaperTray:
    return play.at_materials().session.tray  # type: ignore[no-any-return]


def shoot(tray: PaperTray, shot: Shot) -> None:
    tray.shoot()
    assert tray.capture is not None
    tray.page_shot(tray.capture.capture_id, shot)


def test_pages_are_shot_and_handed_in_together(play: Any, tray: PaperTray) -> None:
    tray.start_capture("form")
    tray.start_capture("plan")
    shoot(tray, GOOD)
    shoot(tray, Shot("/booth/3.jpg", 0.8, False, hint="shot_whole"))
    tray.finish_capture()
    assert tray.capture is None
    (order,) = play.of(HandIn)
    assert (order.paths, order.source) == (("/booth/1.jpg", "/booth/3.jpg"), "camera")
    assert tray.papers["form"].name == "排污许可证申请表"


def test_a_blurred_page_blocks_until_it_is_taken_again(play: Any, tray: PaperTray) -> None:
    tray.start_capture("form")
    shoot(tray, GOOD)
    shoot(tray, BLURRED)
    tray.finish_capture()
    assert not play.of(HandIn)
    shoot(tray, GOOD)
    assert tray.capture is not None
    assert tray.capture.shots == (GOOD, GOOD), "the refused page was replaced"
    tray.remove_shot(0)
    tray.remove_shot(9)
    assert tray.capture.shots == (GOOD,)


def test_one_shot_at_a_time_and_failures_are_shown(play: Any, tray: PaperTray) -> None:
    tray.start_capture("form")
    tray.shoot()
    tray.shoot()
    assert len(play.of(ShootPage)) == 1
    assert tray.capture is not None
    tray.shot_failed(tray.capture.capture_id, "camera_lost")
    assert tray.capture.problem == "camera_lost"
    tray.page_shot("an older capture", GOOD)
    assert tray.capture.shots == ()
    tray.cancel_capture()
    assert tray.capture is None


def test_progress_to_ready(play: Any, tray: PaperTray) -> None:
    paper_id = play.check("form", "a", size=1000)
    tray.paper_progressed(paper_id, 400, 1000)
    paper = tray.papers["form"]
    assert (paper.state, paper.done, paper.total) == ("uploading", 400, 1000)
    tray.paper_stored(paper_id)
    tray.paper_progressed(paper_id, 1, 1000)
    assert (tray.papers["form"].state, tray.papers["form"].done) == ("ready", 1000)
    assert tray.files["a" * 64] == "/booth/form.pdf"
    assert [slot.code for slot in tray.missing] == ["plan"]


def test_a_new_paper_replaces_and_cancels_the_old(play: Any, tray: PaperTray) -> None:
    old = play.check("form", "a")
    play.check("form", "c")
    assert play.of(CancelHandIn) == [CancelHandIn(old)]
    tray.paper_stored(old)
    assert tray.papers["form"].state == "uploading", "news of the replaced paper are ignored"
    tray.remove_paper("form")
    assert not tray.papers


@pytest.mark.parametrize("code", ["file_encrypted", "file_misnamed", "network", "material_too_large"])
def test_a_failed_paper_can_be_tried_again(play: Any, tray: PaperTray, code: str) -> None:
    paper_id = play.check("form", "a")
    tray.paper_failed(paper_id, code)
    assert (tray.papers["form"].state, tray.papers["form"].problem) == ("failed", code)
    tray.try_again("form")
    assert tray.papers["form"].state == "checking"
    assert play.of(HandIn)[-1].paper_id == paper_id
    tray.try_again("form")
    assert len(play.of(HandIn)) == 2


def test_an_optional_paper_counts_once_it_is_there(play: Any, tray: PaperTray) -> None:
    play.store("form", "a")
    play.store("plan", "b")
    assert tray.is_complete
    paper_id = play.check("extra", "c")
    assert not tray.is_complete
    tray.paper_stored(paper_id)
    assert [material.slot for material in tray.materials] == ["form", "plan", "extra"]


def test_nothing_changes_while_a_submission_is_on_its_way(play: Any, tray: PaperTray) -> None:
    tray.lock(is_locked=True)
    tray.hand_in("form", ("/x",), "usb")
    tray.start_capture("form")
    assert (tray.papers, tray.capture) == ({}, None)


def test_versions_count_within_the_slot(play: Any) -> None:
    tray = play.in_call().corrections().session.tray
    play.store("plan", "d")
    assert tray.materials[0].version == 2
    assert tray.materials[0].name == "plan.pdf"


def test_what_failed_for_want_of_the_hall_is_handed_in_again_when_it_is_back(play: Any, tray: PaperTray) -> None:
    unreached, broken = play.check("form", "a"), play.check("plan", "b")
    tray.paper_failed(unreached, "network")
    tray.paper_failed(broken, "file_unreadable")
    play.session.connection_changed("waiting", "", 1.0)
    handed_in = len(play.of(HandIn))
    play.session.connection_changed("online")
    assert [order.paper_id for order in play.of(HandIn)[handed_in:]] == [unreached]
    assert tray.papers["form"].state == "checking"
    assert tray.papers["plan"].problem == "file_unreadable"


def test_the_file_that_is_to_be_replaced_is_refused(play: Any) -> None:
    tray = play.in_call().corrections().session.tray
    paper_id = play.check("plan", "b")
    assert (tray.papers["plan"].state, tray.papers["plan"].problem) == ("failed", "same_as_before")
    assert play.of(CancelHandIn)[-1] == CancelHandIn(paper_id)
    tray.paper_stored(paper_id)
    assert not tray.is_complete, "an upload that was faster than the refusal changes nothing"
    tray.try_again("plan")
    assert tray.papers["plan"].state == "failed", "the same file stays the same"
    play.store("plan", "d")
    assert tray.is_complete


def test_a_file_is_chosen_from_a_folder_of_a_stick(play: Any, tray: PaperTray) -> None:
    tray.start_choosing("form")
    tray.start_choosing("plan")
    tray.start_capture("plan")
    assert tray.capture is None
    (asked,) = play.of(ListFiles)
    assert asked.folder == ""
    assert tray.choosing is not None
    assert tray.choosing.is_listing
    tray.files_listed("of another time", (FileRow("/x", "x", "PDF"),))
    assert tray.choosing.rows == ()
    tray.files_listed(asked.listing_id, (FileRow("/stick/a", "a", ""),))
    tray.choose("/etc/passwd")
    assert len(play.of(ListFiles)) == 1, "only what was listed can be chosen"
    tray.choose("/stick/a")
    inside = play.of(ListFiles)[-1]
    assert inside.folder == "/stick/a"
    tray.listing_failed(inside.listing_id, "network")
    assert tray.choosing.problem == "network"
    tray.list_again()
    inside = play.of(ListFiles)[-1]
    assert (inside.folder, tray.choosing.problem) == ("/stick/a", "")
    tray.files_listed(inside.listing_id, (FileRow("/stick/a/1.pdf", "1.pdf", "PDF", 9),))
    assert not tray.is_complete
    tray.choose("/stick/a/1.pdf")
    assert tray.choosing is None
    (order,) = play.of(HandIn)
    assert (order.paths, order.source) == (("/stick/a/1.pdf",), "usb")
    assert tray.papers["form"].name == "1.pdf"


def test_leaving_the_file_list(play: Any, tray: PaperTray) -> None:
    tray.start_choosing("form")
    tray.files_listed(play.of(ListFiles)[-1].listing_id, (FileRow("/stick/a", "a", ""),))
    tray.choose("/stick/a")
    tray.cancel_choosing()
    assert tray.choosing is not None
    assert tray.choosing.folder == "", "first up, then out"
    tray.cancel_choosing()
    assert tray.choosing is None
    tray.choose("/stick/a")
    assert not play.of(HandIn)

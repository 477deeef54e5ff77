"""The window follows the session, keeps 返回 and 求助 in place, and fits both sizes without cut text."""

from typing import Any, get_args

import pytest

from signaling.protocol.values import Fix
from terminal.qt.steps import PLACES
from terminal.qt.window import BoothWindow
from terminal.session import Step

SIZES = [(960, 1080), (1280, 800)]
BEFORE = ("online", "identified", "at_items", "at_materials", "at_submit")
AFTER = ("waiting", "start_call", "corrections", "verified")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_step_fits(play: Any, show: Any, clipped: Any, width: int, height: int) -> None:
    window = show(BoothWindow(play.session, "新华东街自助点 3 号小屋"), width, height)
    places = set()
    for name in BEFORE + AFTER:
        getattr(play, name)()
        assert window.stack.currentWidget() is window.panels[play.session.step]
        assert clipped(window) == [], name
        assert (window.width(), window.height()) == (width, height), f"{name} does not fit"
        places.add((window.back.pos().x(), window.ask_help.pos().x(), window.back.pos().y()))
    assert len(places) == 1


ASIDE = ("at_claim", "at_pickup", "at_trouble", "at_cabinet", "left", "at_opinion")


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("name", ASIDE)
def test_every_step_aside_fits(play: Any, show: Any, clipped: Any, name: str, width: int, height: int) -> None:
    play.session.cabinet.is_there = True
    window = show(BoothWindow(play.session, "新华东街自助点 3 号小屋"), width, height)
    getattr(play, name)()
    assert play.session.step not in ("welcome", "waiting")
    assert window.stack.currentWidget() is window.panels[play.session.step]
    assert clipped(window) == []
    assert (window.width(), window.height()) == (width, height)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_fix_in_the_call_fits(play: Any, show: Any, clipped: Any, width: int, height: int) -> None:
    window = show(BoothWindow(play.session, "新华东街自助点 3 号小屋"), width, height)
    play.in_call().changed("reviewing", fixes=(Fix("f1", "name", "北京通运", "北京通运环保"),))
    assert window.fix.isVisible()
    assert clipped(window) == []
    assert (window.width(), window.height()) == (width, height)
    play.changed("reviewing", fixes=())
    assert not window.fix.isVisible(), "it goes away when it is answered"
    assert clipped(window) == []
    assert (window.width(), window.height()) == (width, height)


def test_every_step_has_its_panel(play: Any, show: Any) -> None:
    window = show(BoothWindow(play.session, "x"), 960, 900)
    assert set(window.panels) == set(get_args(Step)) == set(PLACES)


def test_back_and_help(play: Any, show: Any) -> None:
    window = show(BoothWindow(play.at_items().session, "x"), 960, 900)
    window.ask_help.click()
    assert window.help.isVisible()
    play.session.set_commitment(True)
    assert window.help.isVisible(), "a change in the same step does not close it"
    window.ask_help.click()
    assert window.panels["items"].isVisible()
    window.ask_help.click()
    window.help.close_it.click()
    window.back.click()
    assert window.panels["identify"].isVisible()
    window.show_idle(12)
    assert "12 秒" in window.idle.text()
    window.show_idle(0)
    assert window.idle.text() == ""


def test_a_new_step_begins_without_focus_and_the_camera_with_its_button(play: Any, show: Any) -> None:
    window = show(BoothWindow(play.at_materials().session, "x"), 1280, 800)
    materials = window.panels["materials"]
    materials.cards[0].camera.setFocus()
    materials.cards[0].camera.click()
    assert window.focusWidget() is materials.capture.shoot
    materials.capture.cancel.click()
    play.store("form", "a")
    play.store("plan", "b")
    materials.next.setFocus()
    materials.next.click()
    assert play.session.step == "submit"
    assert window.focusWidget() is None
    play.waiting()
    window.panels["waiting"].withdraw.setFocus()
    play.start_call()
    assert window.focusWidget() is None
    play.corrections()
    window.call.corrections.cards[0].file.setFocus()
    play.changed("reviewing", corrections=())
    assert window.focusWidget() not in (window.call.video.microphone, window.call.video.hang_up)

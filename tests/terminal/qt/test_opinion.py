"""Five faces: none larger, none chosen; a bad one asks; thanks at the end."""

from itertools import pairwise
from typing import Any

from signaling.protocol.acts import Evaluate
from terminal.qt.opinion import REASONS, OpinionPanel


def test_one_touch_and_thanks(play: Any, show: Any, clipped: Any) -> None:
    play.waiting().changed("accepted")
    panel = show(OpinionPanel(play.session))
    play.session.done()
    assert not any(face.is_chosen for face in panel.faces.values())
    assert len({(face.width(), face.height()) for face in panel.faces.values()}) == 1
    assert not panel.send.isVisible()
    assert clipped(panel) == []
    panel.faces["satisfied"].click()
    assert play.said(Evaluate)[0].grade == "satisfied"
    assert not panel.faces["fair"].isEnabled()
    play.done(Evaluate)
    panel.finish.click()
    assert play.session.step == "welcome"


def test_a_bad_grade_asks_what_was_wrong(play: Any, show: Any, clipped: Any) -> None:
    play.waiting().changed("not_accepted")
    panel = show(OpinionPanel(play.session))
    play.session.done()
    panel.faces["dissatisfied"].click()
    assert panel.why.isVisible()
    panel.reasons.buttons[REASONS[1]].click()
    panel.comment.setPlainText("说了三次")
    assert clipped(panel) == []
    panel.send.click()
    assert play.said(Evaluate)[0].comment == f"{REASONS[1]}；说了三次"
    panel.skip.click()
    assert panel.comment.toPlainText() == "", "the next applicant does not read it"


def test_faces_look_different(play: Any, show: Any) -> None:
    play.waiting().changed("accepted")
    panel = show(OpinionPanel(play.session))
    play.session.done()
    pictures = [face.grab().toImage() for face in panel.faces.values()]
    assert all(one != other for one, other in pairwise(pictures))

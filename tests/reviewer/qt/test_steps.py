"""The way of a notice, drawn: what is done, what is under way, what is to come."""

import pytest

from reviewer.qt.steps import NoticeSteps


@pytest.fixture
def steps(qtbot):
    made = NoticeSteps()
    qtbot.addWidget(made)
    made.show()
    return made


def test_words_go_up_to_the_step_under_way(steps, build):
    steps.show_steps((("sealed", build.noon), ("delivered", None), ("printed", None)))
    assert steps.words() == ["盖章 12:00:00", "送达中"]
    assert steps.accessibleName() == "盖章 12:00:00，送达中"


def test_each_step_changes_the_picture(steps, build):
    pictures = []
    for done in range(4):
        times = [build.noon] * done + [None] * (3 - done)
        steps.show_steps(tuple(zip(("sealed", "delivered", "printed"), times, strict=True)))
        steps.resize(steps.sizeHint())
        pictures.append(steps.grab().toImage())
    assert all(one != other for place, one in enumerate(pictures) for other in pictures[:place])


def test_without_a_notice_it_takes_no_room(steps):
    assert steps.sizeHint().width() == 0
    assert steps.words() == []

"""Steps of a notice keep the time of their first news."""

from datetime import timedelta

from reviewer.progress import NoticeProgress


def test_each_step_keeps_its_first_time(build):
    progress, later = NoticeProgress(), build.noon + timedelta(minutes=1)
    progress.note(build.case(notices=(build.notice(state="received", sealed_at=build.noon),)), later)
    case = build.case(notices=(build.notice(state="printed"),))
    progress.note(case, later + timedelta(minutes=1))
    progress.note(case, later + timedelta(hours=1))  # a repeat
    assert progress.times(case) == (
        ("sealed", build.noon), ("delivered", later), ("printed", later + timedelta(minutes=1)),
    )  # fmt: skip


def test_only_the_newest_notice_counts(build):
    progress = NoticeProgress()
    case = build.case(notices=(build.notice("correction", "printed"), build.notice("acceptance", "sealing")))
    progress.note(case, build.noon)
    assert [time for _, time in progress.times(case)] == [None, None, None]


def test_without_a_notice_there_are_no_steps(build):
    assert NoticeProgress().times(build.case()) == ()

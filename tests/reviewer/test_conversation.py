"""Who sits here by which clock."""

from datetime import timedelta

from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import DeskChanged, Welcome


def test_the_hall_says_who_sits_here_and_what_the_person_may(stage, build):
    stage.session.log_in("ws://h/hall", "r-01", "p", "D-01")
    stage.session.admitted(Welcome(1, "s", "张敏", "t", build.noon, ("reviewer", "supervisor")), build.noon)
    session = stage.session
    assert (session.login, session.name, session.roles) == ("r-01", "张敏", ("reviewer", "supervisor"))


def test_the_hall_s_clock_holds_whatever_this_machine_s_says(stage, build):
    stage.session.admitted(Welcome(1, "s", "张敏", "t", build.noon + timedelta(hours=9)), build.noon)
    assert stage.session.hall_time(build.noon) == build.noon + timedelta(hours=9)


def test_a_simulated_clock_that_was_moved_ahead_is_noticed(stage, build):
    stage.online()
    morning = stage.now + timedelta(hours=12)
    stage.hear(DeskChanged("ready", "", morning))
    assert stage.session.hall_time(stage.now) == morning
    stage.hear(DeskChanged("ready", "", morning - timedelta(hours=1)))
    assert stage.session.hall_time(stage.now) >= morning, "an old stamp moves nothing back"


def test_a_reconnect_keeps_the_name_and_a_refusal_is_kept(stage):
    stage.online().session.connection_changed("waiting", None, 1.5)
    assert (stage.session.name, stage.session.retry_s, stage.session.is_online) == ("张敏", 1.5, False)
    stage.session.connection_changed("refused", ErrorCode.WRONG_PASSWORD)
    assert stage.session.refusal is ErrorCode.WRONG_PASSWORD

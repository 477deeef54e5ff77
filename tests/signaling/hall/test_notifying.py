"""Notifications: ordered with the phone, sent once, ordered again after a restart, complete in their fields."""

from datetime import UTC, datetime

import pytest

from signaling.hall.commands import Notify
from signaling.hall.events import Notified, TimerFired
from signaling.hall.notifying import FIELDS, moment, notify
from signaling.hall.office_facts import NotificationOrdered, NotificationSent
from signaling.protocol.acts import DepositPapers


@pytest.fixture
def ordered(play):
    """A case whose applicant was sent the code of a cell."""
    play.terminal(cells=4)
    case = play.submit()
    play.say("t1", DepositPapers(play.request_id(), case.case_id, ("form",), 3))
    return case


def test_an_order_carries_the_phone_which_no_fact_of_it_does(play, ordered):
    (note,) = [command for command in play.last if isinstance(command, Notify)]
    assert (note.phone, note.kind, note.case_id) == ("13800000000", "deposit_code", ordered.case_id)
    assert note.fields["ticket"] == ordered.ticket_number
    assert note.fields["item"] == ordered.item.name
    (fact,) = [fact for fact in play.recorded() if isinstance(fact, NotificationOrdered)]
    assert "13800000000" not in str(fact)


def test_what_was_not_sent_is_ordered_again_after_a_restart(play, ordered):
    before = play.notes[-1]
    play.kill()
    assert play.notes[-1] == before
    play.event(Notified(before.notification_id, is_sent=True))
    assert play.recorded() == [NotificationSent(ordered.case_id, before.notification_id, True, "")]
    play.event(Notified(before.notification_id, is_sent=False))
    assert play.recorded() == [], "only the first answer counts"
    count = len(play.notes)
    play.kill()
    assert len(play.notes) == count


def test_a_case_waits_for_its_last_notification(play, ordered):
    assert play.hall._floor.register.office.is_pending(ordered.case_id)


@pytest.mark.parametrize("fields", [{}, {"until": "x", "more": "y"}])
def test_a_message_without_its_fields_is_a_mistake(play, ordered, fields):
    floor = play.hall._floor
    with pytest.raises(ValueError, match="missed needs"):
        notify(floor, floor.register.cases[ordered.case_id], "missed", fields)


def test_every_kind_can_be_ordered(play, ordered):
    floor = play.hall._floor
    case = floor.register.cases[ordered.case_id]
    for kind, names in FIELDS.items():
        notify(floor, case, kind, dict.fromkeys(names, "x"))
    play.event(TimerFired("deposit:none"))
    assert [note.kind for note in play.notes[-len(FIELDS) :]] == list(FIELDS)


def test_moments_are_told_in_official_time():
    assert moment(datetime(2026, 11, 23, 1, 5, tzinfo=UTC)) == "11-23 09:05"

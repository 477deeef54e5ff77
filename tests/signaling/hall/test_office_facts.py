"""The office's facts are an on-disk format: name and fields stay, each can be written and read again."""

from datetime import UTC, date, datetime, time
from typing import get_args

import msgspec
import pytest

from signaling.hall.facts import Entry
from signaling.hall.office_facts import (
    HALL_OFFICE,
    CalendarDaySet,
    Evaluated,
    FollowUpAnswered,
    FollowUpOpened,
    NotificationOrdered,
    OfficeFact,
    ResultHandled,
    RosterSet,
    StaffLoggedIn,
    subject_of,
)
from signaling.protocol.office import CalendarDay, RosterEntry

FIELDS = {
    "DepositAllocated": "case_id request_id deposit_id terminal_id terminal_name cell code slots pages",
    "DepositOpened": "case_id request_id deposit_id",
    "DepositStored": "case_id request_id deposit_id",
    "DepositHandled": "case_id request_id deposit_id act pages note by",
    "DepositExpired": "case_id deposit_id",
    "DepositAlarmed": "case_id deposit_id reason",
    "DeliveryChosen": "case_id request_id way address",
    "ResultBegun": "case_id way address",
    "ResultHandled": "case_id request_id act by tracking terminal_id cell code keep_until",
    "LockerOpened": "case_id request_id terminal_id",
    "LockerClosed": "case_id request_id terminal_id",
    "ResultReminded": "case_id reason",
    "Evaluated": "case_id request_id grade comment",
    "FollowUpOpened": "follow_up_id request_id source about_case item_name text due grade phone",
    "FollowUpAnswered": "follow_up_id request_id answer is_settled by",
    "NotificationOrdered": "case_id notification_id kind fields",
    "NotificationSent": "case_id notification_id is_sent detail",
    "CalendarDaySet": "request_id entry",
    "YearPublished": "request_id year source",
    "RosterSet": "request_id entries",
    "ItemOpenSet": "request_id item_code is_open reason",
    "SkillsLearnt": "reviewer_id skills",
    "StaffLoggedIn": "staff_id session_id",
}


@pytest.mark.parametrize("fact", get_args(OfficeFact))
def test_the_journal_format_is_what_it_was(fact):
    assert FIELDS[fact.__struct_config__.tag].split() == list(fact.__struct_fields__)


@pytest.mark.parametrize(
    ("fact", "subject"),
    [
        (Evaluated("c1", "r", "fair", ""), "c1"),
        (NotificationOrdered("c1", "n1", "missed", {"until": "11-23 10:00"}), "c1"),
        (ResultHandled("c1", "r", "put_in_locker", "乙", keep_until=date(2026, 11, 30)), "c1"),
        (FollowUpOpened("f1", "r", "trouble", "c1", "事项", "办不成", date(2026, 11, 30)), "f1"),
        (FollowUpAnswered("f1", "r", "已办", True, "甲"), "f1"),
        (CalendarDaySet("r", CalendarDay(date(2026, 12, 1), False, "停电")), HALL_OFFICE),
        (RosterSet("r", (RosterEntry("r1", time(8, 30), time(12), weekday=0),)), HALL_OFFICE),
        (StaffLoggedIn("m1", "s1"), None),
    ],
)
def test_every_fact_has_its_subject_and_survives_being_written(fact, subject):
    assert subject_of(fact) == subject
    entry = Entry(datetime(2026, 11, 23, 1, 2, 3, 456789, UTC), "hall", subject, fact)
    assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry

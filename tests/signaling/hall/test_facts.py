"""Facts are an on-disk format: each can be written and read again, and its name and fields stay."""

from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest

from signaling.hall.facts import CallEndedFact, Entry, Fact, MarkRecorded
from signaling.hall.office_facts import OfficeFact
from signaling.hall.queue_facts import QueueFact
from signaling.protocol.values import Particulars

FIELDS = {
    "TerminalConnected": "terminal_id session_id",
    "ReviewerLoggedIn": "reviewer_id desk_id session_id",
    "CaseSubmitted": (
        "case_id ticket_number request_id item applicant materials consents_to_video terminal_id terminal_name"
        " token is_pre_review to_follow has_committed priority delivery address"
    ),
    "CorrectionSubmitted": "case_id request_id materials",
    "CaseWithdrawn": "case_id request_id notice",
    "CallPlaced": "call_id case_id desk_id reviewer_id rule passed_over",
    "CallAnswered": "call_id case_id desk_id reviewer_id reviewer_name",
    "CallRejoined": "call_id case_id generation",
    "CallHeld": "call_id case_id is_held",
    "CallEnded": "call_id case_id reason",
    "Decided": (
        "case_id request_id reviewer_id reviewer_name notice_id notice_kind notice_number corrections"
        " outcome particulars query_code preview"
    ),
    "NumberReserved": "case_id notice series count",
    "NumberReleased": "case_id notice_id number reason",
    "NoticeOrdered": "case_id notice_id order",
    "NoticeStored": "case_id notice_id digest sealed_at base_digest seal_id level",
    "SealingRefused": "case_id notice_id detail code",
    "NoticeDelivered": "case_id notice_id request_id is_genuine",
    "NoticePrintReported": "case_id notice_id request_id is_printed detail",
    "CaseClosed": "case_id",
    "CaseFiled": "case_id",
    "DeemedAccepted": "case_id accepted_on notice",
    "CorrectionsLapsed": "case_id lapsed_on notice",
    "GapLapsed": "case_id",
    "Escalated": "case_id clock percent",
    "ReviewOpened": "case_id request_id reviewer_id reviewer_name desk_id",
    "ReviewReturned": "case_id request_id",
    "FixAsked": "case_id request_id fix_id field old new",
    "FixAnswered": "case_id request_id fix_id is_confirmed",
    "NoticeVoided": "case_id request_id notice_id reason is_back approver_name notice",
    "CaseDelivered": "case_id",
    "PageShown": "case_id digest page",
    "MarkRecorded": "case_id digest seq operation_id op_class target body author author_id",
}


CORE = sorted(
    set(get_args(Fact)) - set(get_args(OfficeFact)) - set(get_args(QueueFact)), key=lambda fact: fact.__name__
)
"""The other families are held against their own tests."""


@pytest.mark.parametrize("fact", CORE)
def test_the_journal_format_is_what_it_was(fact):
    assert FIELDS[fact.__struct_config__.tag].split() == list(fact.__struct_fields__)


def test_no_fact_is_missing_here():
    assert FIELDS.keys() == {fact.__struct_config__.tag for fact in CORE}


@pytest.mark.parametrize(
    "fact",
    [CallEndedFact("k1", "c1", "lost"), MarkRecorded("c1", "d", 1, "o1", "mark", "m1", bytes(range(256)), "名", "r1")],
)
def test_an_entry_survives_being_written(fact):
    entry = Entry(datetime(2026, 11, 23, 1, 2, 3, 456789, UTC), "hall", "c1", fact)
    assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry


def test_a_whole_days_journal_survives_being_written(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case, "form"))
    play.seal()
    assert len(play.entries) > 6
    written = [msgspec.json.encode(entry) for entry in play.entries]
    assert [msgspec.json.decode(line, type=Entry) for line in written] == play.entries


def test_a_decision_of_the_first_version_can_still_be_read():
    line = (
        b'{"time":"2026-11-23T01:00:00Z","actor":"r","case_id":"c1","fact":{"type":"Decided","case_id":"c1",'
        b'"request_id":"q","reviewer_id":"r","reviewer_name":"n","notice_id":"n1","notice_kind":"correction",'
        b'"notice_number":"1","corrections":[]}}'
    )
    fact = msgspec.json.decode(line, type=Entry).fact
    assert (fact.outcome, fact.particulars) == ("", Particulars())
    assert (fact.query_code, fact.preview) == ("", "")


def test_a_notice_numbered_before_there_were_query_codes_can_still_be_read():
    line = (
        b'{"time":"2026-11-23T01:00:00Z","actor":"hall","case_id":"c1","fact":{"type":"DeemedAccepted","case_id":"c1",'
        b'"accepted_on":"2026-11-23","notice":{"notice_id":"n1","kind":"acceptance","number":"1"}}}'
    )
    assert msgspec.json.decode(line, type=Entry).fact.notice.query_code == ""

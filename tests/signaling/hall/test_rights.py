"""Roles: who has one may act, at a desk or on a page; the refusal of an entry tells why."""

import pytest

from signaling.hall.events import Desk, Staff, Terminal
from signaling.hall.rights import InvalidEntry, actor_of, require
from signaling.protocol.errors import ErrorCode, Refused

MANAGER = Staff("m1", "经理", ("manager", "collector"))
REVIEWER = Desk("D-01", "r1", "审核员", ("env",), ("reviewer", "issuer"))


@pytest.mark.parametrize(
    ("person", "roles", "actor"), [(MANAGER, ("collector",), "m1"), (REVIEWER, ("manager", "issuer"), "r1")]
)
def test_one_of_the_roles_is_enough(person, roles, actor):
    assert require(person, *roles) == actor


@pytest.mark.parametrize(
    ("person", "role"), [(MANAGER, "issuer"), (REVIEWER, "manager"), (Desk("D", "r", "", ()), "decider")]
)
def test_without_the_role_nothing_is_done(person, role):
    with pytest.raises(Refused) as refusal:
        require(person, role)
    assert refusal.value.code == ErrorCode.WRONG_ROLE


def test_every_party_has_a_name_in_the_journal():
    assert [actor_of(party) for party in (MANAGER, REVIEWER, Terminal("T-01", "1号"))] == ["m1", "r1", "T-01"]


def test_an_invalid_entry_carries_a_sentence_with_its_reason():
    entry = InvalidEntry("请写明依据")
    assert entry.code == ErrorCode.INVALID_ENTRY
    assert entry.sentence.endswith("：请写明依据")

"""The register of seals and the one check of a use, against a model that is told in other words."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.protocol.values import NoticeKind
from signaling.signer.custody import Custody
from signaling.signer.entries import (
    EVERYBODY,
    CustodyEntry,
    GrantGiven,
    GrantWithdrawn,
    SealRegistered,
    SealResumed,
    SealRevoked,
    SealSuspended,
)
from signaling.signer.errors import BadCustody, CustodyRefused, SignerError, UnknownSeal

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def seal(seal_id: str = "s", **fields: Any) -> SealRegistered:
    known: dict[str, Any] = {"authority": "甲局", "stamp": "", "is_test": False, "certificate": "", "serial": ""}
    return SealRegistered(seal_id, **{**known, "since": START, "until": START + 100 * DAY, **fields})


def grant(person: str = "shen", *kinds: NoticeKind, since: int = 0, until: int = 100, seal_id: str = "s") -> GrantGiven:
    return GrantGiven(seal_id, person, kinds, START + since * DAY, START + until * DAY, "keeper")


def refusal(custody: Custody, *persons: str, kind: NoticeKind = "acceptance", day: int = 1, seal_id: str = "s") -> str:
    """The code of the refusal, empty when the use is allowed."""
    try:
        custody.check(seal_id, kind, persons, START + day * DAY)
    except CustodyRefused as refused:
        return refused.code
    return ""


def test_a_grant_lets_one_person_do_one_thing_for_a_time() -> None:
    custody = Custody([seal(), grant("shen", "acceptance", since=1, until=3)])
    assert [refusal(custody, "shen", day=day) for day in (0, 1, 2, 3)] == ["no_grant", "", "", "no_grant"]
    assert refusal(custody, "zhou") == "no_grant"
    assert refusal(custody, "shen", kind="grant") == "no_grant"
    assert refusal(custody) == "no_grant", "nobody acted"
    assert refusal(custody, "shen", "zhou") == "no_grant", "who acts now is named last"
    assert refusal(custody, "zhou", "shen") == ""


def test_everybody_means_everybody_also_the_hall() -> None:
    custody = Custody([seal(), grant(EVERYBODY)])
    assert [refusal(custody, person) for person in ("shen", "zhou", "hall")] == ["", "", ""]


def test_the_seal_bounds_its_grants() -> None:
    custody = Custody([seal(kinds=("grant",), until=START + 5 * DAY), grant("shen")])
    assert refusal(custody, "shen", kind="grant") == ""
    assert refusal(custody, "shen", kind="acceptance") == "wrong_kind"
    assert refusal(custody, "shen", kind="grant", day=5) == "seal_out_of_date"
    with pytest.raises(BadCustody):
        custody.apply(grant("zhou", "acceptance"))


def test_two_persons_are_two_different_ones_with_grants() -> None:
    custody = Custody([seal(persons_needed=2), grant("shen"), grant("zhou")])
    assert refusal(custody, "shen") == "second_person_needed"
    assert refusal(custody, "shen", "shen") == "second_person_needed"
    assert refusal(custody, "wang", "shen") == "second_person_needed"
    assert refusal(custody, "zhou", "shen") == ""


def test_suspended_resumed_revoked() -> None:
    custody = Custody([seal(), grant("shen")])
    custody.apply(SealSuspended("s", "lost"))
    assert refusal(custody, "shen") == "seal_suspended"
    with pytest.raises(BadCustody):
        custody.apply(SealSuspended("s", "again"))
    custody.apply(SealResumed("s", "found"))
    assert refusal(custody, "shen") == ""
    custody.apply(SealRevoked("s", "stolen"))
    assert refusal(custody, "shen") == "seal_revoked"
    for entry in (SealResumed("s", ""), SealRevoked("s", ""), SealSuspended("s", ""), grant("zhou")):
        with pytest.raises(BadCustody):
            custody.apply(entry)


@pytest.mark.parametrize(
    "entry",
    [
        seal(),
        seal("t", until=START),
        grant(""),
        grant("shen", since=2, until=2),
        GrantWithdrawn("s", "zhou"),
    ],
    ids=["twice", "no time", "nobody", "no length", "nothing to withdraw"],
)
def test_acts_that_make_no_sense_change_nothing(entry: CustodyEntry) -> None:
    custody = Custody([seal(), grant("shen")])
    before = dict(custody.seals)
    with pytest.raises(BadCustody):
        custody.apply(entry)
    assert custody.seals == before


def test_an_unknown_seal_is_named() -> None:
    with pytest.raises(UnknownSeal, match="ghost"):
        Custody([seal()]).apply(SealSuspended("ghost", ""))


def test_a_real_seal_comes_before_a_test_seal_whatever_its_state() -> None:
    custody = Custody([seal("old", is_test=True), seal("real", kinds=("grant",)), seal("new", is_test=True)])
    chosen = [custody.seal_for(kind, "甲局").registered.seal_id for kind in ("acceptance", "grant")]
    assert chosen == ["new", "real"]
    custody.apply(SealSuspended("real", "lost"))
    assert custody.seal_for("grant", "甲局").registered.seal_id == "real", "nothing falls back to a test seal"
    with pytest.raises(CustodyRefused):
        custody.seal_for("grant", "乙局")


PERSONS = ("shen", "zhou", "wang")
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)[:3]
seals = st.sampled_from(["a", "b"])
persons = st.sampled_from([*PERSONS, EVERYBODY])
some_kinds = st.lists(st.sampled_from(KINDS), max_size=2, unique=True).map(tuple)
days = st.integers(0, 9)
acts = st.one_of(
    st.builds(lambda i, n, k: seal(i, persons_needed=n, kinds=k), seals, st.sampled_from([1, 2]), some_kinds),
    st.builds(
        lambda i, p, k, d, n: grant(p, *k, since=d, until=d + n, seal_id=i), seals, persons, some_kinds, days, days
    ),
    st.builds(lambda i, p: GrantWithdrawn(i, p), seals, persons),
    st.builds(lambda i: SealSuspended(i, ""), seals),
    st.builds(lambda i: SealResumed(i, ""), seals),
    st.builds(lambda i: SealRevoked(i, ""), seals),
)
uses = st.tuples(seals, st.sampled_from(KINDS), st.lists(st.sampled_from(PERSONS), max_size=3).map(tuple), days)


@given(st.lists(st.one_of(acts, uses), max_size=40))
def test_no_sequence_of_acts_allows_a_use_without_its_grants(steps: list[Any]) -> None:
    """The model keeps the whole history and asks of each use: who had been granted what, and what was taken away?"""
    custody, history = Custody(), list[Any]()
    for step in steps:
        if isinstance(step, tuple):
            seal_id, kind, who, day = step
            if seal_id in custody.seals and refusal(custody, *who, kind=kind, day=day, seal_id=seal_id) == "":
                assert_was_granted(history, seal_id, kind, who, START + day * DAY)
            continue
        try:
            custody.apply(step)
        except SignerError:
            continue
        history.append(step)


def assert_was_granted(history: list[Any], seal_id: str, kind: str, who: tuple[str, ...], now: datetime) -> None:
    about = [act for act in history if act.seal_id == seal_id]
    (registered,) = (act for act in about if isinstance(act, SealRegistered))
    assert not any(isinstance(act, SealRevoked) for act in about)
    switches = [act for act in about if isinstance(act, SealSuspended | SealResumed)]
    assert not switches or isinstance(switches[-1], SealResumed)
    assert registered.since <= now < registered.until
    assert kind in (registered.kinds or KINDS)
    allowed = set()
    for person in who:
        for name in (person, EVERYBODY):
            later = list(about)
            while later and (GrantWithdrawn(seal_id, name) in later):
                later = later[later.index(GrantWithdrawn(seal_id, name)) + 1 :]
            for act in later:
                if isinstance(act, GrantGiven) and act.person == name and act.since <= now < act.until:
                    allowed |= {person} if kind in (act.kinds or KINDS) else set()
    assert who[-1] in allowed
    assert len(allowed) >= registered.persons_needed

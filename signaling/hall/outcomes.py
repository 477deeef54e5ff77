"""What staff can decide, as data: who may, which notice tells it, what has to be said with it.

From which state an outcome leads where is case.py's table; the guards that look into the case are guards.py's.
"""

import msgspec

from signaling.hall.case import STEPS, Case
from signaling.protocol.values import AcceptanceKind, CaseState, NoticeKind, Outcome, Role


class Rule(msgspec.Struct, frozen=True):
    """The rule of one outcome. ``demands`` and ``allows`` name fields of ``Particulars``; the others are forbidden.

    ``must_have_read``: not while a required material has not been looked at. ``by_two``: not by who accepted the case.
    ``acceptance`` is the kind of acceptance it is, if it is one. ``article`` of 行政许可法.
    """

    roles: tuple[Role, ...]
    notice: NoticeKind | None
    article: str
    demands: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    must_have_read: bool = False
    by_two: bool = False
    acceptance: AcceptanceKind = ""


RULES: dict[Outcome, Rule] = {
    "advise": Rule(("reviewer",), None, ""),
    "not_accept": Rule(
        ("reviewer",), "not_accepted", "32(1), 32(2)", demands=("reason", "ground"), allows=("competent_body",)
    ),
    "request_corrections": Rule(("reviewer",), "correction", "32(4)", allows=("override",), must_have_read=True),
    "accept": Rule(("reviewer",), "acceptance", "32(5)", must_have_read=True, acceptance="full"),
    "accept_with_gap": Rule(
        ("reviewer",), "gap_acceptance", "32(5)", demands=("gaps",), must_have_read=True, acceptance="gap"
    ),
    "accept_on_commitment": Rule(("reviewer",), "acceptance", "32(5)", must_have_read=True, acceptance="commitment"),
    "pause": Rule(("decider",), "special_procedure", "45", demands=("step", "days", "reason")),
    "resume": Rule(("decider",), None, "45"),
    "extend": Rule(("decider",), "extension", "42", demands=("days", "reason")),
    "grant": Rule(("decider",), "grant", "38", allows=("reason",), must_have_read=True, by_two=True),
    "refuse": Rule(("decider",), "refusal", "38", demands=("reason",), must_have_read=True, by_two=True),
    "issue": Rule(("issuer",), None, "44"),
    "close": Rule(("issuer",), "closing", ""),
}

ON_THE_SPOT: tuple[Outcome, ...] = ("grant", "refuse")
"""What a reviewer may decide alone about an immediate item (即办件), in the same sitting as the acceptance."""

CLOSED_IN_SILENCE: tuple[CaseState, ...] = ("not_accepted", "refused")
"""Closed without a closing notice: the notice of the decision was the last word."""


def possible(case: Case) -> tuple[Outcome, ...]:
    """What the table and the item allow next, whoever may. Nothing while a notice waits for its seal."""
    if case.unsealed is not None:
        return ()
    return tuple(outcome for outcome in RULES if (case.state, outcome) in STEPS and _is_for(case, outcome))


def notice_of(case: Case, outcome: Outcome) -> NoticeKind | None:
    """The notice that tells this outcome of this case."""
    if outcome == "close" and case.state in CLOSED_IN_SILENCE:
        return None
    return RULES[outcome].notice


def _is_for(case: Case, outcome: Outcome) -> bool:
    match outcome:
        case "accept_on_commitment":
            return case.item.is_on_commitment and case.has_committed
        case "accept_with_gap":
            return case.has_committed and any(slot.is_gap_able for slot in case.item.slots)
        case "extend":
            return not case.extension_days
        case _:
            return True

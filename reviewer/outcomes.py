"""What can be decided about a case: who may, what each outcome demands to be said, and which notice it seals.

Plain tables and checks of what was filled in, so that a form can say what is missing before anything is sent;
the hall checks again and has the last word. Articles are those of the 行政许可法 (Administrative Licence Law).
"""

from typing import Literal

import msgspec

from signaling.protocol.values import (
    CaseState,
    CaseView,
    Clock,
    MaterialSlot,
    NoticeKind,
    Outcome,
    Particulars,
    Role,
)

Field = Literal["ground", "competent_body", "reason", "gaps", "step", "days", "override"]
FaultCode = Literal["no_ground", "no_body", "no_reason", "no_gap", "gap_days", "no_step", "no_days", "too_many_days"]
FixField = Literal["name", "phone", "legal_representative"]
"""What an applicant may put right on the spot; another number is another applicant."""


class Form(msgspec.Struct, frozen=True):
    """What belongs to an outcome. ``fields`` are shown, ``needs`` must be filled in.

    ``reads``: only once every paper was looked at, for nothing is accepted or corrected unread (art. 32).
    """

    role: Role
    notice: NoticeKind | None
    fields: tuple[Field, ...] = ()
    needs: tuple[Field, ...] = ()
    reads: bool = False


# In the order of the buttons from the right: the usual outcome of a state before the others.
FORMS: dict[Outcome, Form] = {
    "advise": Form("reviewer", None),
    "accept": Form("reviewer", "acceptance", reads=True),
    "request_corrections": Form("reviewer", "correction", ("override",), (), reads=True),
    "not_accept": Form("reviewer", "not_accepted", ("ground", "competent_body", "reason"), ("ground", "reason")),
    "accept_with_gap": Form("reviewer", "gap_acceptance", ("gaps",), ("gaps",), reads=True),
    "accept_on_commitment": Form("reviewer", "acceptance", reads=True),
    "pause": Form("decider", "special_procedure", ("step", "days", "reason"), ("step", "days", "reason")),
    "resume": Form("decider", None),
    "extend": Form("decider", "extension", ("days", "reason"), ("days", "reason")),
    "grant": Form("decider", "grant", ("reason",), reads=True),
    "refuse": Form("decider", "refusal", ("reason",), ("reason",), reads=True),
    "issue": Form("issuer", None),
    "close": Form("issuer", "closing"),
}

OFFERED: dict[CaseState, tuple[Outcome, ...]] = {
    "pre_review": ("advise",),
    "reviewing": (
        "accept", "request_corrections", "not_accept", "accept_with_gap", "accept_on_commitment",
    ),
    "accepted": ("grant", "refuse", "pause", "extend"),
    "paused": ("resume",),
    "granted": ("issue",),
    "delivered": ("close",),
    "refused": ("close",),
    "not_accepted": ("close",),
}  # fmt: skip
"""What a desk offers in each state, the usual one first; states that are not here wait for somebody else."""

ON_THE_SPOT: tuple[Outcome, ...] = ("grant", "refuse")
"""What a reviewer decides alone about an immediate item (即办件)."""
LONGEST_GAP_DAYS = 60
LONGEST_STEP_DAYS = 365
CORRECTING: frozenset[Outcome] = frozenset({"request_corrections", "advise"})
"""Outcomes the corrections written so far go with."""


def may(case: CaseView, outcome: Outcome, roles: tuple[Role, ...]) -> bool:
    """Whether somebody with these roles may take this step of this case at all."""
    is_on_the_spot = case.item.case_type == "immediate" and outcome in ON_THE_SPOT
    return FORMS[outcome].role in roles or (is_on_the_spot and "reviewer" in roles)


def offered(case: CaseView, roles: tuple[Role, ...]) -> tuple[Outcome, ...]:
    """The outcomes shown for this case to somebody with these roles, the usual one first."""
    return tuple(outcome for outcome in OFFERED.get(case.state, ()) if may(case, outcome, roles))


def notice_of(case: CaseView, outcome: Outcome) -> NoticeKind | None:
    """The notice this outcome seals; a refusal or non-acceptance is closed without another."""
    return None if outcome == "close" and case.state in ("not_accepted", "refused") else FORMS[outcome].notice


def open_gaps(case: CaseView) -> tuple[MaterialSlot, ...]:
    """Minor materials that were not handed in and may follow later (容缺)."""
    filled = {material.slot for material in case.materials}
    return tuple(slot for slot in case.item.slots if slot.is_gap_able and slot.code not in filled)


def missing_slots(case: CaseView) -> tuple[MaterialSlot, ...]:
    """Required materials that were not handed in; not those that come as paper into the cabinet."""
    filled = {material.slot for material in case.materials}
    wanted = (slot for slot in case.item.slots if slot.is_required and not slot.is_original_kept)
    return tuple(slot for slot in wanted if slot.code not in filled)


def pressing_clock(case: CaseView) -> Clock | None:
    """The running clock that is over first; None when none runs."""
    running = [clock for clock in case.clocks if clock.state == "running"]
    return min(running, key=lambda clock: clock.due, default=None)


def longest_days(case: CaseView, outcome: Outcome) -> int:
    """The most working days this outcome may give: a gap no more than the promised time, an extension as art. 42."""
    match outcome:
        case "extend":
            return 15 if case.item.case_type == "joint" else 10
        case "accept_with_gap":
            return max(1, min(case.item.promised_days or LONGEST_GAP_DAYS, LONGEST_GAP_DAYS))
        case _:
            return LONGEST_STEP_DAYS


def faults(case: CaseView, outcome: Outcome, filled: Particulars) -> tuple[FaultCode, ...]:
    """What is still wrong with the form of this outcome, in the order of its fields; empty when it can be sent."""
    needs = FORMS[outcome].needs
    longest = longest_days(case, outcome)
    found: list[FaultCode] = []
    if "ground" in needs and not filled.ground:
        found.append("no_ground")
    if filled.ground == "not_competent" and not filled.competent_body.strip():
        found.append("no_body")  # art. 32(2): the applicant must be told which body is competent
    if "gaps" in needs and not filled.gaps:
        found.append("no_gap")
    if any(not 1 <= gap.days <= longest for gap in filled.gaps):
        found.append("gap_days")
    if "step" in needs and not filled.step:
        found.append("no_step")
    if "days" in needs and filled.days < 1:
        found.append("no_days")
    elif filled.days > longest:
        found.append("too_many_days")
    if "reason" in needs and not filled.reason.strip():
        found.append("no_reason")
    return tuple(found)

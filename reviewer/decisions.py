"""A decision on its way, and everything that stands in the way of one, as codes.

One notice must name everything at one time (行政许可法 art. 32(4)): nothing is told the applicant while a
material that counts was never looked at. Plain functions; the hall checks again.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from reviewer.draft import DraftCorrection
from reviewer.outcomes import FORMS, may, missing_slots, open_gaps
from reviewer.papers import Paper
from signaling.protocol.values import CaseState, CaseView, Outcome, Role

ReasonCode = Literal[
    "offline",
    "no_call",
    "not_reviewing",
    "deciding",
    "unread",
    "cannot_open",
    "no_corrections",
    "correction_incomplete",
    "corrections_drafted",
    "sealing",
    "wrong_role",
    "no_gap",
    "not_on_commitment",
    "no_commitment",
    "missing",
    "fix_open",
]


class Reason(msgspec.Struct, frozen=True):
    """Why a decision is not possible yet; ``subject`` is a material's name, a correction's number, or a role."""

    code: ReasonCode
    subject: str = ""


class Decision(msgspec.Struct):
    """A decision that was sent and is not recorded yet; ``state`` is the case's when it was sent."""

    request_id: str
    outcome: Outcome
    state: CaseState


def case_reasons(outcome: Outcome, case: CaseView, roles: tuple[Role, ...]) -> list[Reason]:
    """What the case and the roles of the person at the desk say against this outcome."""
    if not may(case, outcome, roles):
        return [Reason("wrong_role", FORMS[outcome].role)]
    if any(notice.state == "sealing" for notice in case.notices):
        return [Reason("sealing")]
    if outcome == "accept_on_commitment" and not case.item.is_on_commitment:
        return [Reason("not_on_commitment")]
    if outcome == "accept_with_gap" and not open_gaps(case):
        return [Reason("no_gap")]
    if outcome not in case.outcomes:
        needs_letter = outcome in ("accept_with_gap", "accept_on_commitment") and "accept" in case.outcomes
        return [Reason("no_commitment" if needs_letter else "not_reviewing")]
    found = []
    if outcome in ("accept", "accept_on_commitment"):
        found += [Reason("missing", slot.name) for slot in missing_slots(case)]
    if outcome == "accept_with_gap":
        found += [Reason("missing", slot.name) for slot in missing_slots(case) if not slot.is_gap_able]
    if FORMS[outcome].reads and any(fix.state == "asked" for fix in case.fixes):
        found.append(Reason("fix_open"))
    return found


def paper_reasons(outcome: Outcome, papers: Iterable[Paper], drafts: Iterable[DraftCorrection]) -> list[Reason]:
    """What unread papers say against this outcome. A file that cannot be opened may only be corrected."""
    if not FORMS[outcome].reads:
        return []
    slots = {draft.slot for draft in drafts}
    reasons = []
    for paper in papers:
        if paper.is_looked_at:
            continue
        if paper.state == "failed":
            is_told = outcome == "request_corrections" and paper.material.slot in slots
            if not is_told:
                reasons.append(Reason("cannot_open", paper.slot_name))
        else:
            reasons.append(Reason("unread", paper.slot_name))
    return reasons


def draft_reasons(outcome: Outcome, drafts: tuple[DraftCorrection, ...]) -> list[Reason]:
    """What the draft alone says against this outcome."""
    if outcome == "request_corrections" and not drafts:
        return [Reason("no_corrections")]
    if outcome in ("request_corrections", "advise"):
        return [
            Reason("correction_incomplete", str(number))
            for number, draft in enumerate(drafts, 1)
            if not draft.is_complete
        ]
    return [Reason("corrections_drafted", str(len(drafts)))] if drafts else []

"""The correction draft (补正草稿) and the guard before a decision.

One notice must name everything at one time (行政许可法 art. 32(4)): nothing is decided while a material
that counts was never looked at. Plain state; the hall checks again.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from reviewer.papers import Paper
from signaling.protocol.values import Correction, Outcome

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
]


class Reason(msgspec.Struct, frozen=True):
    """Why a decision is not possible yet; ``subject`` is the material's name or the correction's number."""

    code: ReasonCode
    subject: str = ""


class Decision(msgspec.Struct):
    """A decision that was sent and is not recorded yet."""

    request_id: str
    outcome: Outcome


class DraftCorrection(msgspec.Struct, frozen=True):
    """One item the reviewer is writing. ``page`` counts from 0; ``mark_id`` is empty when added by hand."""

    draft_id: str
    slot: str
    page: int
    problem: str = ""
    requirement: str = ""
    mark_id: str = ""

    @property
    def is_complete(self) -> bool:
        """Both what is wrong and what it must meet are said."""
        return bool(self.problem.strip() and self.requirement.strip())


def as_corrections(drafts: Iterable[DraftCorrection]) -> tuple[Correction, ...]:
    """The drafts as they travel."""
    return tuple(
        Correction(draft.slot, draft.page, draft.problem.strip(), draft.requirement.strip(), draft.mark_id)
        for draft in drafts
    )


def paper_reasons(outcome: Outcome, papers: Iterable[Paper], drafts: Iterable[DraftCorrection]) -> list[Reason]:
    """What papers and draft say against this outcome. A file that cannot be opened may only be corrected."""
    slots = {draft.slot for draft in drafts}
    reasons = []
    for paper in papers:
        if paper.is_looked_at:
            continue
        if paper.state == "failed":
            if outcome == "accept" or paper.material.slot not in slots:
                reasons.append(Reason("cannot_open", paper.slot_name))
        else:
            reasons.append(Reason("unread", paper.slot_name))
    return reasons


def draft_reasons(outcome: Outcome, drafts: tuple[DraftCorrection, ...]) -> list[Reason]:
    """What the draft alone says against this outcome."""
    if outcome == "accept":
        return [Reason("corrections_drafted", str(len(drafts)))] if drafts else []
    if not drafts:
        return [Reason("no_corrections")]
    return [
        Reason("correction_incomplete", str(number)) for number, draft in enumerate(drafts, 1) if not draft.is_complete
    ]

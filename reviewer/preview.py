"""The draft of the notice that a decision brings (文书预览): asked for, fetched, read, then decided with exactly it.

Plain state, no I/O. Before the draft is asked for, the marked places of a correction are cut out and handed in: they
stand on it. Another content of the decision needs another draft; the number on it stays the same.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from reviewer.draft import DraftCorrection, as_corrections
from reviewer.effects import CropMarks, Effect, FetchDraft, ReleaseMaterials, Say
from reviewer.outcomes import CORRECTING
from reviewer.papers import MarkedPlace, OpenedPaper, Papers
from signaling.protocol.acts import NoticePreviewed, PreviewNotice
from signaling.protocol.values import Correction, Outcome, Particulars

DraftState = Literal["none", "cutting", "writing", "fetching", "shown", "failed"]


class NoticeDraft(msgspec.Struct):
    """One draft on its way. ``problem`` is an ErrorCode or ``unreachable``, ``detail`` what the hall adds to it."""

    request_id: str
    case_id: str
    outcome: Outcome
    particulars: Particulars
    drafts: tuple[DraftCorrection, ...]
    corrections: tuple[Correction, ...] = ()
    state: DraftState = "cutting"
    number: str = ""
    digest: str = ""
    opened: OpenedPaper | None = None
    problem: str = ""
    detail: str = ""


class Preview:
    """The draft that is on the screen, if any; a newer one takes its place."""

    def __init__(self, perform: Callable[[Effect], None], new_id: Callable[[], str]) -> None:
        self._perform = perform
        self._new_id = new_id
        self.draft: NoticeDraft | None = None

    @property
    def state(self) -> DraftState:
        """How far the draft is."""
        return self.draft.state if self.draft else "none"

    def fits(self, outcome: Outcome, drafts: tuple[DraftCorrection, ...], particulars: Particulars) -> bool:
        """Whether the draft is the one of this decision, in whatever state."""
        draft = self.draft
        return draft is not None and (draft.outcome, draft.drafts, draft.particulars) == (outcome, drafts, particulars)

    def ask(
        self,
        case_id: str,
        outcome: Outcome,
        drafts: tuple[DraftCorrection, ...],
        particulars: Particulars,
        papers: Papers,
    ) -> None:
        """Have the notice of this decision written. Marked places of corrections go before it."""
        self.drop()
        self.draft = NoticeDraft(self._new_id(), case_id, outcome, particulars, drafts)
        places = _places(drafts, papers) if outcome in CORRECTING else ()
        if places:
            self._perform(CropMarks(self.draft.request_id, places))
        else:
            self._write({}, {})

    def cut(self, request_id: str, crops: Mapping[str, str], papers: Papers) -> None:
        """The marked places were handed in: digests by mark; one that could not be cut out is missing."""
        if self.draft and self.draft.request_id == request_id and self.draft.state == "cutting":
            self._write(crops, {row.mark_id: row.number for row in papers.mark_rows()})

    def written(self, message: NoticePreviewed) -> None:
        """The hall has written the draft."""
        draft = self.draft
        if draft and draft.request_id == message.request_id and draft.state == "writing":
            draft.state, draft.number, draft.digest = "fetching", message.number, message.digest
            self._perform(FetchDraft(message.digest))

    def opened(self, digest: str, opened: OpenedPaper) -> None:
        """The draft can be looked at."""
        if self.draft and self.draft.digest == digest:
            self.draft.state, self.draft.opened = "shown", opened

    def failed(self, about: str, problem: str, detail: str = "") -> bool:
        """The draft with this request or digest did not come; False when it is not about the draft."""
        draft = self.draft
        if draft is None or about not in (draft.request_id, draft.digest):
            return False
        draft.state, draft.problem, draft.detail = "failed", problem, detail
        return True

    def drop(self) -> None:
        """Nobody looks at the draft any more."""
        if self.draft and self.draft.digest:
            self._perform(ReleaseMaterials((self.draft.digest,)))
        self.draft = None

    def _write(self, crops: Mapping[str, str], numbers: Mapping[str, int]) -> None:
        draft = self.draft
        if draft is None:
            return
        draft.state = "writing"
        if draft.outcome in CORRECTING:
            draft.corrections = as_corrections(draft.drafts, crops, numbers)
        self._perform(
            Say(PreviewNotice(draft.request_id, draft.case_id, draft.outcome, draft.corrections, draft.particulars))
        )


def _places(drafts: tuple[DraftCorrection, ...], papers: Papers) -> tuple[MarkedPlace, ...]:
    """Where the marks of the corrections lie, each with everything else that is marked on its page."""
    rows = {row.mark_id: row for row in papers.mark_rows()}
    places = []
    for draft in drafts:
        row = rows.get(draft.mark_id)
        if row is not None:
            placed = {each.mark_id: each.mark for each in papers.markup(row.digest).marks(row.page)}
            places.append(MarkedPlace(row.mark_id, row.digest, row.page, placed[row.mark_id], tuple(placed.values())))
    return tuple(places)

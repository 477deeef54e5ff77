"""What the applicant thinks of it: the five grades of 好差评, and 办不成事 (something that could not be done).

Part of ``TerminalSession``, as pure as it is. A good grade is one touch; a bad one asks what was wrong first. Staff
may not hint, so nothing is chosen beforehand. Reasons are the words on the buttons, kept as they are.
"""

from collections.abc import Callable

from signaling.protocol.acts import Evaluate, ReportTrouble
from signaling.protocol.identity import normalise_number, phone_fault
from signaling.protocol.values import CaseState, CaseView, Grade
from terminal.asking import Asking

BAD: tuple[Grade, ...] = ("dissatisfied", "very_dissatisfied")
_GRADED: tuple[CaseState, ...] = (
    "accepted",
    "accepted_with_gap",
    "paused",
    "granted",
    "refused",
    "issued",
    "delivered",
    "not_accepted",
    "closed",
)
MAX_WORDS = 2000


class Opinion:
    """Two forms, at most one of them in front."""

    def __init__(self, asking: Asking, case: Callable[[], CaseView | None], changed: Callable[[], None]) -> None:
        self._asking = asking
        self._case = case
        self._changed = changed
        self.clear()

    def clear(self) -> None:
        """Forget what belongs to one applicant."""
        self.is_grading = False
        self.is_graded = False
        self.grade: Grade | None = None
        self.is_reporting = False
        self.is_reported = False
        self.reasons: tuple[str, ...] = ()
        self.words = ""
        self.phone = ""

    # --- what can be asked ----------------------------------------------------------------

    @property
    def can_grade(self) -> bool:
        """Whether there is an outcome that was not graded yet."""
        case = self._case()
        return case is not None and case.state in _GRADED and case.grade is None and not self.is_graded

    @property
    def can_report(self) -> bool:
        """Whether the report says something and, without a case, whom to call."""
        has_phone = not phone_fault(normalise_number(self.phone)) if self.phone else self._case() is not None
        return bool(self._text()) and has_phone

    def _text(self) -> str:
        return "；".join((*self.reasons, *([self.words.strip()] if self.words.strip() else [])))[:MAX_WORDS]

    # --- gestures ---------------------------------------------------------------------------

    def begin_grading(self) -> None:
        """Show the five faces."""
        if self.can_grade:
            self._begin(is_grading=True)

    def begin_report(self) -> None:
        """Show the form of 办不成事; the applicant's number is known when there is a case."""
        self._begin(is_grading=False)

    def close(self) -> None:
        """Back to where one was."""
        self.is_grading = self.is_reporting = False
        self._changed()

    def write(self, words: str) -> None:
        """The free text as typed so far."""
        self.words = words[:MAX_WORDS]
        self._changed()

    def toggle(self, reason: str) -> None:
        """A reason is touched."""
        kept = tuple(known for known in self.reasons if known != reason)
        self.reasons = kept if len(kept) < len(self.reasons) else (*kept, reason)
        self._changed()

    def set_phone(self, phone: str) -> None:
        """The telephone number as typed so far."""
        self.phone = phone
        self._changed()

    def choose(self, grade: Grade) -> None:
        """Touch a face: a good grade is sent, a bad one asks for reasons first."""
        self.grade = grade
        if grade not in BAD:
            self.send_grade()
        self._changed()

    def send_grade(self) -> None:
        """Send the grade with what was said about it."""
        case, grade = self._case(), self.grade
        if case is not None and grade is not None and self.is_grading:
            words = self._text()
            self._asking.say(lambda request_id: Evaluate(request_id, case.case_id, grade, words), self._graded)
            self._changed()

    def send_report(self) -> None:
        """Send the report."""
        if self.is_reporting and self.can_report and not self.is_reported:
            case_id, words, phone = self._case_id(), self._text(), normalise_number(self.phone)
            self._asking.say(lambda request_id: ReportTrouble(request_id, case_id, words, phone), self._reported)
            self._changed()

    def _begin(self, *, is_grading: bool) -> None:
        case = self._case()
        self.is_grading, self.is_reporting, self.is_reported = is_grading, not is_grading, False
        self.grade, self.reasons, self.words = None, (), ""
        self.phone = case.applicant.phone if case is not None else ""
        self._changed()

    def _case_id(self) -> str:
        case = self._case()
        return case.case_id if case is not None else ""

    # --- results ------------------------------------------------------------------------------

    def _graded(self, code: str) -> None:
        self.is_graded = not code

    def _reported(self, code: str) -> None:
        self.is_reported = not code

"""Notices at the terminal: fetched, verified, reported, printed.

Part of ``TerminalSession``, as pure as it is. The hall announces a notice until it hears ``NoticeReceived``, and
names it in the case again after a restart; a notice that is here already is not fetched twice.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from esign.report import Report
from signaling.protocol.messages import NoticePrinted, NoticeReceived
from signaling.protocol.values import CaseState, NoticeKind, NoticeView
from terminal.effects import Effect, FetchNotice, Print, Say

NOTICED: tuple[CaseState, ...] = ("accepted", "accepted_with_gap", "paused", "granted", "refused", "not_accepted")
"""A notice belongs to getting into these states: when it is not here yet, it is being sealed."""
PrintState = Literal["idle", "printing", "printed", "failed"]


class Notice(msgspec.Struct, frozen=True):
    """A notice at the terminal. ``report`` is None until it was fetched and verified."""

    view: NoticeView
    path: str = ""
    report: Report | None = None
    problem: str = ""
    print_state: PrintState = "idle"
    print_detail: str = ""
    is_on_paper: bool = True
    """When printed: False for a PDF file, which ``print_detail`` then names."""

    @property
    def is_genuine(self) -> bool:
        """Whether the verifier found nothing wrong."""
        return self.report is not None and self.report.verdict == "valid"


class Delivery:
    """All notices of the case."""

    def __init__(
        self, perform: Callable[[Effect], None], new_id: Callable[[], str], changed: Callable[[], None]
    ) -> None:
        self._perform = perform
        self._new_id = new_id
        self._changed = changed
        self._notices: dict[str, Notice] = {}

    @property
    def notices(self) -> Mapping[str, Notice]:
        """By notice id."""
        return MappingProxyType(self._notices)

    def newest(self, kind: NoticeKind | None = None) -> Notice | None:
        """The last notice that is not void, of a kind or of all."""
        found = [
            notice
            for notice in self._notices.values()
            if notice.view.kind == (kind or notice.view.kind) and notice.view.state != "voided"
        ]
        return max(found, key=lambda notice: notice.view.decided_at, default=None)

    def take(self, view: NoticeView) -> None:
        """The hall names a sealed notice."""
        if view.notice_id in self._notices:
            self._note(view.notice_id, view=view)
            return
        if view.state == "voided":
            return
        self._notices[view.notice_id] = Notice(view, print_state="printed" if view.state == "printed" else "idle")
        self._perform(FetchNotice(view.notice_id, view.digest))

    def fetch_again(self, notice_id: str) -> None:
        """Try once more to get a notice."""
        notice = self._notices.get(notice_id)
        if notice is not None and notice.problem:
            self._note(notice_id, problem="")
            self._perform(FetchNotice(notice_id, notice.view.digest))
            self._changed()

    def fetch_all_again(self) -> None:
        """The line is up: get every notice that could not be fetched."""
        for notice_id in tuple(self._notices):
            self.fetch_again(notice_id)

    def print(self, notice_id: str) -> None:
        """Print a genuine notice, or print it again."""
        notice = self._notices.get(notice_id)
        if notice is not None and notice.is_genuine and notice.print_state != "printing":
            self._note(notice_id, print_state="printing", print_detail="")
            self._perform(Print(notice_id, notice.path, notice.view.number))
            self._changed()

    def clear(self) -> None:
        """Forget all."""
        self._notices.clear()

    def checked(self, notice_id: str, path: str, report: Report) -> None:
        """A notice is here and was verified; the hall is told the first time."""
        notice = self._notices.get(notice_id)
        if notice is None:
            return
        self._note(notice_id, path=path, report=report, problem="")
        if notice.report is None and notice.view.state == "ready":
            self._perform(Say(NoticeReceived(self._new_id(), notice_id, report.verdict == "valid")))
        self._changed()

    def failed(self, notice_id: str, code: str) -> None:
        """A notice could not be fetched."""
        if notice_id in self._notices:
            self._note(notice_id, problem=code)
            self._changed()

    def printed(self, notice_id: str, detail: str = "", *, is_paper: bool = True) -> None:
        """The printer took it; ``detail`` says where it lies."""
        if notice_id in self._notices:
            self._note(notice_id, is_on_paper=is_paper)
        self._print_ended(notice_id, "printed", detail)

    def print_failed(self, notice_id: str, code: str) -> None:
        """The printer did not."""
        self._print_ended(notice_id, "failed", code)

    def _print_ended(self, notice_id: str, state: PrintState, detail: str) -> None:
        if notice_id in self._notices:
            self._note(notice_id, print_state=state, print_detail=detail)
            self._perform(Say(NoticePrinted(self._new_id(), notice_id, state == "printed", detail)))
            self._changed()

    def _note(self, notice_id: str, **changes: object) -> None:
        self._notices[notice_id] = msgspec.structs.replace(self._notices[notice_id], **changes)

"""The draft of the notice beside the confirmation: what is seen here is what will be sealed, but for seal and code.

Follows the form it belongs to: a changed decision is written anew a moment after the last key.
"""

from collections.abc import Callable

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from annotate.pages import PageSource
from annotate.qt.canvas import Canvas
from reviewer.outcomes import notice_of
from reviewer.qt.casewords import NOTICE_KIND
from reviewer.qt.confirm import Form
from reviewer.qt.icons import icon
from reviewer.qt.labels import ElidedLabel, button, card, label
from reviewer.qt.sentences import problem_sentence
from reviewer.session import DeskSession
from signaling.protocol.values import Outcome, Particulars
from signaling.qt.look import TEXT

_TYPED_MS = 600
_SIZE_PX = (600, 640)
_WAITING = {
    "none": "填写完整后，在此预览将要盖章的文书。",
    "cutting": "正在截取批注位置…",
    "writing": "正在生成文书…",
    "fetching": "正在打开文书…",
}


class PreviewPane(Form):
    """Shows the session's draft; ``problem`` is empty once the draft of what the form says now can be read."""

    def __init__(self, session: DeskSession, outcome: Outcome, particulars: Callable[[], Particulars]) -> None:
        super().__init__()
        self._session, self._outcome, self._particulars = session, outcome, particulars
        self._shown: object = None
        self._is_painted = True
        self.title = ElidedLabel(role="heading")
        self.previous = button("", "quiet", "上一页", icon("left", TEXT))
        self.next = button("", "quiet", "下一页", icon("right", TEXT))
        self.previous.setAccessibleName("上一页")
        self.next.setAccessibleName("下一页")
        self.pages = label()
        self.canvas = Canvas()
        self.canvas.set_writable(False)
        self.canvas.picture_shown.connect(self._painted)
        self.sentence = label(role="muted", wraps=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.again = button("重新生成")
        self.again.clicked.connect(self.ask)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._waiting())
        self._stack.addWidget(self.canvas)
        self._stack.setMinimumSize(*_SIZE_PX)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.title, 1)
        for widget in (self.previous, self.pages, self.next):
            top.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        column.addWidget(label("盖章的就是这份文书：确认后只加盖电子印章和核验码，其余一字不改。", "muted", wraps=True))
        self.previous.clicked.connect(lambda: self._turn(-1))
        self.next.clicked.connect(lambda: self._turn(1))
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(_TYPED_MS)
        self._typed.timeout.connect(self.ask)
        session.subscribe(self.refresh)
        self.refresh()

    def ask(self) -> None:
        """Have the draft written for what the form says now; an incomplete form asks for nothing."""
        self._typed.stop()
        self._session.ask_preview(self._outcome, self._particulars())

    def follow(self) -> None:
        """The form has changed: write the draft anew as soon as the hand rests."""
        self._typed.start()
        self.refresh()

    def leave(self) -> None:
        """The dialog closes: nobody looks any more."""
        self._typed.stop()
        self._session.unsubscribe(self.refresh)
        self.canvas.set_page_source(None)
        if self._session.decision is None:
            self._session.drop_preview()

    def problem(self) -> str:
        """Why this cannot be sealed yet; empty when it can."""
        if self._is_painted and self._session.can_seal(self._outcome, self._particulars()):
            return ""
        return "文书未能生成，不能盖章" if self._session.preview.state == "failed" else "请等待文书预览生成"

    def refresh(self) -> None:
        """Show how far the draft is."""
        session, draft = self._session, self._session.preview.draft
        notice = notice_of(session.case, self._outcome) if session.case else None
        name = f"《{NOTICE_KIND[notice]}》" if notice else ""
        is_current = session.can_seal(self._outcome, self._particulars())
        self.title.setText(f"{name} {draft.number}" if draft and draft.number else name)
        pages = draft.opened.pages if draft and draft.opened else None
        if pages is not self._shown:
            self._shown = pages
            self._is_painted = not isinstance(pages, PageSource)
            self.canvas.set_page_source(pages if isinstance(pages, PageSource) else None)
        is_failed = draft is not None and draft.state == "failed"
        if draft is not None and is_failed:
            self.sentence.setText(draft.detail or problem_sentence(draft.problem))
        else:
            self.sentence.setText(_WAITING.get(session.preview.state, _WAITING["none"]))
        self.again.setVisible(is_failed)
        self._stack.setCurrentIndex(1 if is_current else 0)
        count = self.canvas.page_count if is_current else 0
        self.pages.setText(f"{self.canvas.page + 1} / {count} 页" if count > 1 else "")
        for widget, can in ((self.previous, self.canvas.page > 0), (self.next, self.canvas.page + 1 < count)):
            widget.setVisible(count > 1)
            widget.setEnabled(can)
        self.changed.emit()

    def _turn(self, step: int) -> None:
        self.canvas.show_page(self.canvas.page + step)
        self.refresh()

    def _painted(self) -> None:
        self._is_painted = True
        self.changed.emit()

    def _waiting(self) -> QWidget:
        page = card()
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self.sentence)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

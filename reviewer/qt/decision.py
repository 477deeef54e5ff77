"""The bar at the bottom: what still stands in the way, the two decisions, and how far the notice has come."""

from datetime import datetime

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from reviewer.progress import NoticeStep
from reviewer.qt.icons import paint
from reviewer.qt.labels import ElidedLabel, button
from reviewer.qt.sentences import case_word, clock_text, reason_sentence
from reviewer.session import DeskSession
from reviewer.worklist import is_accepted
from signaling.protocol.values import CaseView, NoticeView, Outcome
from signaling.qt.look import GOOD, LINE, MUTED, PAPER, PRIMARY, TEXT

_STEP: dict[NoticeStep, str] = {"sealed": "盖章", "delivered": "送达", "printed": "打印"}
_UNDER_WAY: dict[NoticeStep, str] = {"sealed": "盖章中", "delivered": "送达中", "printed": "待打印"}
"""Nobody reports that a print has begun: until it is done, it is waited for."""
_NOTICE = {"acceptance": "受理通知书", "correction": "补正告知书"}
_STEP_PX = 104


class DecisionBar(QFrame):
    """Both buttons ask for a confirmation (``asked`` says for which); no key decides alone."""

    asked = pyqtSignal(str)

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setProperty("card", "true")
        self.status = ElidedLabel()
        self.steps = NoticeSteps()
        self.corrections = button("补正…", "", "要求补正（Ctrl+Shift+Enter）")
        self.accept = button("受理并盖章", "primary", "受理并盖章（Ctrl+Enter）")
        self.accept.setMinimumWidth(150)
        self.corrections.setMinimumWidth(100)
        self.corrections.clicked.connect(lambda: self.asked.emit("request_corrections"))
        self.accept.clicked.connect(lambda: self.asked.emit("accept"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(self.status, 1)
        row.addWidget(self.steps)
        row.addWidget(self.corrections)
        row.addWidget(self.accept)
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what is possible and what has been done."""
        session, case = self._session, self._session.case
        times = session.notice_times()
        self.steps.show_steps(times)
        is_reviewing = case is not None and case.state == "reviewing"
        self.steps.setVisible(bool(times) and not is_reviewing)
        for widget in (self.corrections, self.accept):
            widget.setVisible(is_reviewing)
        accept_reasons = session.undecided_reasons("accept")
        correct_reasons = session.undecided_reasons("request_corrections")
        self.accept.setEnabled(not accept_reasons)
        self.corrections.setEnabled(not correct_reasons)
        self.accept.setToolTip("\n".join(map(reason_sentence, accept_reasons)) or "受理并盖章（Ctrl+Enter）")
        self.corrections.setToolTip("\n".join(map(reason_sentence, correct_reasons)) or "要求补正（Ctrl+Shift+Enter）")
        self.corrections.setText(f"补正 {len(session.drafts)} 项…" if session.drafts else "补正…")
        self.status.setText(self._sentence(case))

    def _sentence(self, case: CaseView | None) -> str:
        session = self._session
        if case is None:
            return ""
        if session.decision is not None:
            return "正在记录决定…"
        if case.state == "reviewing":
            wanted: Outcome = "request_corrections" if session.drafts else "accept"
            reasons = session.undecided_reasons(wanted)
            if not reasons:
                return "补正事项已写完整，可以发出" if session.drafts else "全部材料已查看，可以受理"
            return "未决：" + "；".join(map(reason_sentence, reasons))
        notice = _newest(case)
        words = f"《{_NOTICE[notice.kind]}》{notice.number}" if notice else ""
        match case.state:
            case "correction_requested":
                return f"已要求补正，等待新版本 · {words}"
            case "accepted":
                return f"已受理 · {words}"
            case "closed":
                return f"{case_word(case.state, is_accepted(case))} · {words}"
            case "withdrawn":
                return "申请人已撤回申请"
            case _:
                return "接听后开始审查"


class NoticeSteps(QWidget):
    """盖章 → 送达 → 打印, each with the time it was reached; drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[tuple[NoticeStep, datetime | None], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_steps(self, steps: tuple[tuple[NoticeStep, datetime | None], ...]) -> None:
        """Show these steps; the first without a time is under way."""
        if steps != self._steps:
            self._steps = steps
            self.setAccessibleName("，".join(self.words()))
            self.updateGeometry()
            self.update()

    def words(self) -> list[str]:
        """The steps as text."""
        return [f"{_STEP[step]} {clock_text(time)}" if time else _UNDER_WAY[step] for step, time in self._reached()]

    def _reached(self) -> list[tuple[NoticeStep, datetime | None]]:
        """Steps up to the one under way."""
        shown = []
        for step, time in self._steps:
            shown.append((step, time))
            if time is None:
                break
        return shown

    def sizeHint(self) -> QSize:
        return QSize(_STEP_PX * len(self._steps), 44)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        under_way = len(self._reached()) - 1
        for place, (step, time) in enumerate(self._steps):
            left = place * _STEP_PX
            is_active = time is None and place == under_way
            colour = QColor(GOOD if time else PRIMARY if is_active else LINE)
            if place:
                painter.setPen(QPen(QColor(GOOD if time else LINE), 2))
                painter.drawLine(left - 22, 22, left - 6, 22)
            painter.setPen(QPen(colour, 2))
            painter.setBrush(colour if time else QColor(PAPER))
            painter.drawEllipse(QRectF(left + 2, 12, 20, 20))
            if time:
                paint(painter, "tick", PAPER, QRectF(left + 4, 14, 16, 16))
            elif is_active and step != "printed":  # hollow: waited for, not under way
                painter.setBrush(colour)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawEllipse(QRectF(left + 8, 18, 8, 8))
            painter.setPen(QColor(TEXT if time or is_active else MUTED))
            words = _UNDER_WAY[step] if is_active else f"已{_STEP[step]}" if time else _STEP[step]
            below = clock_text(time) if time else ""
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(left + 28, 2 if below else 0, 76, 20 if below else 44), flags, words)
            if below:
                small = painter.font()
                normal = painter.font()
                small.setPixelSize(12)
                painter.setFont(small)
                painter.setPen(QColor(MUTED))
                painter.drawText(QRectF(left + 28, 22, 76, 18), flags, below)
                painter.setFont(normal)


def _newest(case: CaseView) -> NoticeView | None:
    return case.notices[-1] if case.notices else None

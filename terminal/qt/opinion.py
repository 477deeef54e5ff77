"""好差评: five faces with words; a bad grade asks what was wrong. Nothing is chosen beforehand, no face is larger."""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PyQt6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from signaling.protocol.acts import Evaluate
from signaling.protocol.values import Grade
from signaling.qt.look import LINE, MUTED, PAPER, PRIMARY, TEXT
from terminal.opinion import BAD
from terminal.qt.choices import Choices
from terminal.qt.elements import GAP, Press, Stack, button, card, centred, label, scroller
from terminal.qt.words import GRADES
from terminal.session import TerminalSession

REASONS = ("等候时间太长", "材料要求说不清", "反复补材料", "工作人员态度不好", "设备不好用", "其他")
_SMILES: dict[Grade, float] = {
    "very_satisfied": 1.0,
    "satisfied": 0.6,
    "fair": 0.0,
    "dissatisfied": -0.6,
    "very_dissatisfied": -1.0,
}
"""How far the corners of the mouth are above its middle."""


class Face(Press):
    """A drawn face above its word; chosen, it has a thick blue ring and a tick before the word."""

    def __init__(self, grade: Grade) -> None:
        super().__init__()
        self._grade = grade
        self.is_chosen = False
        self.setAccessibleName(GRADES[grade])
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for face and word in the present type."""
        return QSize(150, 112 + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """The words must fit."""
        return QSize(self.fontMetrics().horizontalAdvance("非常不满意✓ ") + 8, self.sizeHint().height())

    def set_chosen(self, is_chosen: bool) -> None:
        """Mark it, or not."""
        self.is_chosen = is_chosen
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Circle, eyes, mouth, word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = 96.0
        circle = QRectF((self.width() - side) / 2, 8, side, side)
        if self.hasFocus():
            painter.setPen(QPen(QColor(PRIMARY), 2, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 8, 8)
        ink = QColor(PRIMARY if self.is_chosen else MUTED if self.isEnabled() else LINE)
        painter.setPen(QPen(ink, 6 if self.is_chosen else 3))
        painter.setBrush(QColor(PAPER))
        painter.drawEllipse(circle)
        centre = circle.center()
        painter.setBrush(ink)
        painter.setPen(Qt.PenStyle.NoPen)
        for x in (-20, 20):
            painter.drawEllipse(QPointF(centre.x() + x, centre.y() - 14), 5, 7)
        smile = _SMILES[self._grade] * 18
        mouth = QPainterPath(QPointF(centre.x() - 26, centre.y() + 22 - smile / 2))
        mouth.quadTo(
            QPointF(centre.x(), centre.y() + 22 + smile), QPointF(centre.x() + 26, centre.y() + 22 - smile / 2)
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(mouth)
        painter.setPen(QColor(TEXT))
        below = QRectF(0, circle.bottom() + 8, self.width(), self.height() - circle.bottom() - 8)
        words = f"✓ {GRADES[self._grade]}" if self.is_chosen else GRADES[self._grade]
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words)


class OpinionPanel(QWidget):
    """The faces, and thanks."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        opinion = session.opinion
        self.faces: dict[Grade, Face] = {}
        row = QHBoxLayout()
        row.setSpacing(8)
        for grade in GRADES:
            self.faces[grade] = made = Face(grade)
            made.clicked.connect(lambda _, grade=grade: opinion.choose(grade))
            row.addWidget(made, 1)
        self.comment = QPlainTextEdit()
        self.comment.setPlaceholderText("想多说几句，可以先写在这里（可不填）")
        self.comment.setAccessibleName("意见")
        self.comment.setMinimumHeight(64)
        self.comment.setMaximumHeight(120)
        self.comment.setTabChangesFocus(True)
        self.comment.textChanged.connect(lambda: opinion.write(self.comment.toPlainText()))
        self.why = label("请告诉我们哪里没做好，会有专人在规定时限内整改并答复您：", is_wrapped=True)
        self.reasons = Choices({reason: reason for reason in REASONS}, 3, opinion.toggle)
        self.send = button("提交评价", "primary")
        self.send.setMinimumWidth(240)
        self.send.clicked.connect(opinion.send_grade)
        self.skip = button("不评价，结束")
        self.skip.clicked.connect(session.finish)
        frame = card()
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(24, 20, 24, 20)
        inside.setSpacing(14)
        inside.addLayout(row)
        inside.addWidget(self.comment)
        inside.addWidget(self.why)
        inside.addWidget(self.reasons)
        presses = QHBoxLayout()
        presses.addStretch(1)
        presses.addWidget(self.skip)
        presses.addWidget(self.send)
        form = QWidget()
        asking = QVBoxLayout(form)
        asking.setContentsMargins(0, 0, 0, 0)
        asking.setSpacing(GAP)
        asking.addWidget(label("请您评价这次办理", "title", is_centred=True))
        asking.addWidget(label("评价是自愿的，不影响办件。点一下表情即可。", "muted", is_centred=True))
        asking.addWidget(frame)
        asking.addLayout(presses)
        asking.addStretch(1)
        self.finish = button("结束", "primary")
        self.finish.setMinimumWidth(260)
        self.finish.clicked.connect(session.finish)
        thanks = QWidget()
        around = QVBoxLayout(thanks)
        around.addStretch(1)
        around.addWidget(label("感谢您的评价", "title", is_centred=True))
        around.addWidget(label("请带好您的证件和通知书。", "muted", is_centred=True))
        around.addSpacing(GAP)
        around.addLayout(centred(self.finish))
        around.addStretch(2)
        self._form, self._thanks = scroller(form), thanks
        self._stack = Stack()
        self._stack.addWidget(self._form)
        self._stack.addWidget(thanks)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        opinion = self._session.opinion
        if not opinion.is_grading:
            if self.comment.toPlainText():
                self.comment.clear()
            return
        self._stack.setCurrentWidget(self._thanks if opinion.is_graded else self._form)
        is_asking = self._session.asking.is_asking(Evaluate)
        for grade, face in self.faces.items():
            face.set_chosen(grade == opinion.grade)
            face.setEnabled(not is_asking)
        is_bad = opinion.grade in BAD
        self.why.setVisible(is_bad)
        self.reasons.setVisible(is_bad)
        self.reasons.show_chosen(*opinion.reasons)
        self.send.setVisible(is_bad)
        self.send.setEnabled(not is_asking)

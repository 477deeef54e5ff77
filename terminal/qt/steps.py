"""The step bar on top: seven named steps, the present one marked by shape and colour.

Shows the session's step; nothing here can be pressed.
"""

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QWidget

from signaling.qt.look import LINE, MUTED, PAPER, PRIMARY, TEXT
from terminal.session import Step, TerminalSession

NAMES = ("身份", "事项", "材料", "提交", "等候", "视频", "结果")
PLACES: dict[Step, int] = {
    "welcome": -1,
    "claim": -1,
    "pickup": -1,
    "trouble": -1,
    "identify": 0,
    "items": 1,
    "materials": 2,
    "submit": 3,
    "waiting": 4,
    "call": 5,
    "correction": 5,
    "result": 6,
    "opinion": 6,
    "cabinet": 4,
    "slip": 4,
}
_RADIUS = 17.0


class StepBar(QWidget):
    """Circles on a line; done steps carry a tick."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.setMinimumHeight(76)
        session.subscribe(self._refresh)
        self._refresh()

    def sizeHint(self) -> QSize:
        """Room for a circle and its name."""
        return QSize(640, 76)

    def _place(self) -> int:
        """Who comes only to fetch or to leave papers, without a case on the screen, is at none of the steps."""
        session = self._session
        return PLACES[session.step] if session.step != "cabinet" or session.case is not None else -1

    def _refresh(self) -> None:
        place = self._place()
        said = f"第 {place + 1} 步，共 {len(NAMES)} 步：{NAMES[place]}" if place >= 0 else "还没有开始办理"
        if said != self.accessibleName():
            self.setAccessibleName(said)
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Lines first, circles over them, names below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = self._place()
        wide = self.width() / len(NAMES)
        y = _RADIUS + 4
        for number in range(len(NAMES) - 1):
            painter.setPen(QPen(QColor(PRIMARY if number < place else LINE), 3))
            left, right = (number + 0.5) * wide + _RADIUS + 6, (number + 1.5) * wide - _RADIUS - 6
            painter.drawLine(QPointF(left, y), QPointF(right, y))
        for number, name in enumerate(NAMES):
            self._paint_step(painter, QPointF((number + 0.5) * wide, y), number, place)
            font = QFont(self.font())
            font.setBold(number == place)
            painter.setFont(font)
            painter.setPen(QColor(TEXT if number == place else MUTED))
            below = QRectF(number * wide, y + _RADIUS + 2, wide, self.height() - y - _RADIUS - 2)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_step(self, painter: QPainter, centre: QPointF, number: int, place: int) -> None:
        is_reached = number <= place
        painter.setPen(QPen(QColor(PRIMARY if is_reached else LINE), 2))
        painter.setBrush(QColor(PRIMARY if is_reached else PAPER))
        painter.drawEllipse(centre, _RADIUS, _RADIUS)
        if number < place:
            painter.setPen(QPen(QColor(PAPER), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            x, y = centre.x(), centre.y()
            painter.drawPolyline(QPolygonF([QPointF(x - 7, y), QPointF(x - 2, y + 5), QPointF(x + 7, y - 6)]))
            return
        font = QFont(self.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(PAPER if is_reached else MUTED))
        circle = QRectF(centre.x() - _RADIUS, centre.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(number + 1))

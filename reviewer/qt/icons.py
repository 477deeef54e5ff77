"""The desk's icons, drawn here as line drawings on a 24 px grid, so that no icon package is needed."""

from typing import Literal

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QTransform

IconName = Literal[
    "bell", "microphone", "microphone_off", "camera", "camera_off", "hold", "resume", "hang_up", "answer",
    "tick", "left", "right", "close", "plus", "export", "queue",
]  # fmt: skip

_SCALE = 3  # pixels per grid unit, sharp on a 200 % screen


def icon(name: IconName, colour: str) -> QIcon:
    """The icon in one colour."""
    return QIcon(pixmap(name, colour, 24))


def pixmap(name: IconName, colour: str, size: int) -> QPixmap:
    """The icon as a picture of ``size`` logical px."""
    picture = QPixmap(size * _SCALE, size * _SCALE)
    picture.setDevicePixelRatio(_SCALE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint(painter, name, colour, QRectF(0, 0, size, size))
    painter.end()
    return picture


def paint(painter: QPainter, name: IconName, colour: str, where: QRectF) -> None:
    """Draw the icon into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(where.topLeft())
    painter.scale(where.width() / 24, where.height() / 24)
    painter.setPen(QPen(QColor(colour), 1.9, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(_path(name))
    painter.restore()


def _path(name: IconName) -> QPainterPath:
    match name:
        case "bell":
            return _bell()
        case "microphone" | "microphone_off":
            return _crossed(_microphone(), name == "microphone_off")
        case "camera" | "camera_off":
            return _crossed(_camera(), name == "camera_off")
        case "hold":
            return _lines([(9, 6, 9, 18), (15, 6, 15, 18)])
        case "resume":
            return _polygon([(8, 5.5), (18, 12), (8, 18.5)], is_closed=True)
        case "answer":
            return _handset()
        case "hang_up":
            turn = QTransform().translate(12, 13).rotate(135).translate(-12, -12)
            return turn.map(_handset())
        case "tick":
            return _polygon([(5.5, 12.5), (10.5, 17.5), (18.5, 7)])
        case "left":
            return _polygon([(14.5, 6), (8.5, 12), (14.5, 18)])
        case "right":
            return _polygon([(9.5, 6), (15.5, 12), (9.5, 18)])
        case "close":
            return _lines([(7, 7, 17, 17), (17, 7, 7, 17)])
        case "plus":
            return _lines([(12, 5.5, 12, 18.5), (5.5, 12, 18.5, 12)])
        case "export":
            path = _lines([(12, 4, 12, 14)])
            path.addPath(_polygon([(8, 10.5), (12, 14.5), (16, 10.5)]))
            path.addPath(_polygon([(5, 15), (5, 19.5), (19, 19.5), (19, 15)]))
            return path
        case "queue":
            return _lines([(5, 7, 19, 7), (5, 12, 19, 12), (5, 17, 14, 17)])


def _polygon(points: list[tuple[float, float]], is_closed: bool = False) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(QPointF(*point))
    if is_closed:
        path.closeSubpath()
    return path


def _lines(lines: list[tuple[float, float, float, float]]) -> QPainterPath:
    path = QPainterPath()
    for x0, y0, x1, y1 in lines:
        path.moveTo(x0, y0)
        path.lineTo(x1, y1)
    return path


def _crossed(path: QPainterPath, is_off: bool) -> QPainterPath:
    if is_off:
        path.addPath(_lines([(4, 4, 20, 20)]))
    return path


def _bell() -> QPainterPath:
    path = QPainterPath(QPointF(5, 17))
    path.cubicTo(7, 15, 6.5, 13, 6.5, 10.5)
    path.cubicTo(6.5, 7, 9, 5, 12, 5)
    path.cubicTo(15, 5, 17.5, 7, 17.5, 10.5)
    path.cubicTo(17.5, 13, 17, 15, 19, 17)
    path.closeSubpath()
    path.moveTo(10, 20)
    path.cubicTo(11, 21.3, 13, 21.3, 14, 20)
    path.addPath(_lines([(12, 3, 12, 5)]))
    return path


def _microphone() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(9, 3.5, 6, 11), 3, 3)
    path.moveTo(5.5, 11.5)
    path.cubicTo(5.5, 20, 18.5, 20, 18.5, 11.5)
    path.addPath(_lines([(12, 18, 12, 21)]))
    return path


def _camera() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(3.5, 7, 11.5, 10), 2, 2)
    path.addPath(_polygon([(15, 11), (20.5, 8), (20.5, 16), (15, 13)]))
    return path


def _handset() -> QPainterPath:
    path = QPainterPath(QPointF(7.5, 4))
    path.lineTo(9.8, 8.6)
    path.lineTo(8, 10.4)
    path.cubicTo(9, 12.8, 11.2, 15, 13.6, 16)
    path.lineTo(15.4, 14.2)
    path.lineTo(20, 16.5)
    path.cubicTo(20, 19, 18.5, 20, 16.5, 20)
    path.cubicTo(10, 19.5, 4.5, 14, 4, 7.5)
    path.cubicTo(4, 5.5, 5, 4, 7.5, 4)
    path.closeSubpath()
    return path

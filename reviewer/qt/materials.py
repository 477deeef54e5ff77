"""The strip of papers: a thumbnail each, with version, progress, and a tick once it was looked at."""

import re

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PyQt6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from reviewer.papers import Paper
from reviewer.qt.icons import paint
from reviewer.qt.labels import label, let_through
from reviewer.qt.sentences import material_line, paper_problem
from reviewer.session import DeskSession
from signaling.qt.look import DANGER, GOOD, GROUND, LINE, MUTED, PAPER, PRIMARY, TEXT

_THUMB = QSize(96, 104)
_TITLE_PX = 13
_BREAK = re.compile(r"(?<=[、及和与的）])|(?<=证)(?![件书明])|(?=（)|(?=申请|扫描|平面|文件|证明)")
"""Where a material's name may go to the next line without tearing a word apart."""


class MaterialStrip(QFrame):
    """Newest version of each slot first, older versions below, smaller in weight."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setProperty("card", "true")
        self.setFixedWidth(146)
        self.cards: dict[tuple[str, int], PaperCard] = {}
        """By slot and version."""
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(8, 8, 8, 8)
        self._column.setSpacing(8)
        self._older = label("以前的版本", "muted")
        self._column.addWidget(self._older)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        let_through(scroll)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(scroll)
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Follow the papers of the session."""
        papers = self._session.papers.all()
        if [_key(paper) for paper in papers] != list(self.cards):
            self._rebuild(papers)
        current = [paper for paper in papers if paper.is_current]
        order = _in_slot_order(self._session, current) + [paper for paper in papers if not paper.is_current]
        self._older.setVisible(len(order) > len(current))
        place = 0
        for paper in order:
            if place == len(current):
                self._move(self._older, place)
                place += 1
            self._move(self.cards[_key(paper)], place)
            place += 1
        shown = self._session.shown_paper
        for paper in papers:
            self.cards[_key(paper)].show_paper(paper, paper is shown)

    def focus_shown(self) -> None:
        """Put the keyboard on the shown paper, or the first."""
        shown = self._session.shown_paper
        card = self.cards[_key(shown)] if shown else next(iter(self.cards.values()), None)
        if card is not None:
            card.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _move(self, widget: QWidget, place: int) -> None:
        if self._column.indexOf(widget) != place:
            self._column.removeWidget(widget)
            self._column.insertWidget(place, widget)

    def _rebuild(self, papers: tuple[Paper, ...]) -> None:
        for card in self.cards.values():
            self._column.removeWidget(card)
            card.deleteLater()
        self.cards = {}
        for paper in papers:
            card = PaperCard(paper)
            card.chosen.connect(self._chosen)
            self.cards[_key(paper)] = card
            self._column.insertWidget(0, card)

    def _chosen(self, digest: str, slot: str) -> None:
        self._session.retry_material(digest)
        self._session.show_material(digest, slot=slot)


class PaperCard(QWidget):
    """One paper; a click or Enter shows it, and fetches it again when that had failed."""

    chosen = pyqtSignal(str, str)
    """Digest and slot."""

    def __init__(self, paper: Paper) -> None:
        super().__init__()
        self._paper = paper
        self._is_shown = False
        self._thumbnail: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_THUMB.height() + 66)

    def show_paper(self, paper: Paper, is_shown: bool) -> None:
        """Show this state of the paper."""
        self._paper, self._is_shown = paper, is_shown
        if paper.opened and self._thumbnail is None:
            thumb = paper.opened.thumbnail
            image = QImage(thumb.rgb, thumb.width, thumb.height, 3 * thumb.width, QImage.Format.Format_RGB888)
            self._thumbnail = QPixmap.fromImage(image)
        title = f"{paper.slot_name} 第 {paper.material.version} 版"
        facts = material_line(paper.material, paper.page_count)
        self.setToolTip(f"{title}\n{paper.material.name}\n{facts} · {self.status()}")
        self.setAccessibleName(f"{title}，{self.status()}")
        self.update()

    def status(self) -> str:
        """The line below the name."""
        paper = self._paper
        if paper.state == "failed":
            return paper_problem(paper.problem)
        if paper.state == "fetching":
            return f"接收 {100 * paper.done_bytes // paper.material.size}%"
        if paper.state in ("waiting", "opening"):
            return "点击打开" if paper.state == "waiting" else "正在打开"
        seen = len(paper.looked)
        if paper.was_looked_at and not seen:
            return "此前已查看"
        return f"已看 {seen}/{paper.page_count} 页" if seen < paper.page_count else f"已看完 {paper.page_count} 页"

    def title_lines(self) -> tuple[str, str]:
        """The material's name as painted; the second line may be empty."""
        return _two_lines(self._paper.slot_name, QFontMetrics(self._sized(_TITLE_PX)), self.width() - 8)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        elif event is not None:
            event.ignore()

    def _choose(self) -> None:
        self.chosen.emit(self._paper.material.digest, self._paper.material.slot)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        is_marked = self._is_shown or self.hasFocus()
        painter.setPen(QPen(QColor(PRIMARY if is_marked else LINE), 2 if is_marked else 1))
        painter.setBrush(QColor("#e3edfb" if self._is_shown else PAPER))
        painter.drawRoundedRect(frame, 7, 7)
        picture = QRectF((self.width() - _THUMB.width()) / 2, 8, _THUMB.width(), _THUMB.height() - 10)
        self._paint_picture(painter, picture)
        self._paint_words(painter)
        if self._paper.material.version > 1:
            self._paint_version(painter)
        if self._paper.is_looked_at:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(GOOD))
            painter.drawEllipse(QRectF(self.width() - 28, 6, 20, 20))
            paint(painter, "tick", PAPER, QRectF(self.width() - 26, 8, 16, 16))

    def _paint_picture(self, painter: QPainter, where: QRectF) -> None:
        painter.setPen(QPen(QColor(LINE), 1))
        if self._thumbnail is not None:
            size = self._thumbnail.size().scaled(where.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRectF(0, 0, size.width(), size.height())
            target.moveCenter(where.center())
            painter.drawPixmap(target, self._thumbnail, QRectF(self._thumbnail.rect()))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(target)
            return
        sheet = QRectF(0, 0, 66, where.height())
        sheet.moveCenter(where.center())
        painter.setBrush(QColor(GROUND))
        painter.drawRoundedRect(sheet, 4, 4)
        if self._paper.state == "failed":
            paint(painter, "close", DANGER, QRectF(where.center().x() - 16, where.center().y() - 16, 32, 32))
        elif self._paper.state == "fetching":
            part = self._paper.done_bytes / self._paper.material.size
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(PRIMARY))
            painter.drawRoundedRect(QRectF(sheet.left(), sheet.bottom() - 5, sheet.width() * part, 5), 2, 2)

    def _paint_words(self, painter: QPainter) -> None:
        width = self.width() - 8
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(TEXT))
        painter.setFont(self._sized(_TITLE_PX))
        for place, line in enumerate(self.title_lines()):
            painter.drawText(QRectF(5, self.height() - 64 + 19 * place, width, 19), left, line)
        painter.setFont(self._sized(12))
        painter.setPen(QColor(DANGER if self._paper.state == "failed" else MUTED))
        status = painter.fontMetrics().elidedText(self.status(), Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(5, self.height() - 24, width, 18), left, status)

    def _paint_version(self, painter: QPainter) -> None:
        text = f"第 {self._paper.material.version} 版"
        painter.setFont(self._sized(11))
        width = painter.fontMetrics().horizontalAdvance(text) + 12
        badge = QRectF(6, 6, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(PRIMARY if self._paper.is_current else MUTED))
        painter.drawRoundedRect(badge, 9, 9)
        painter.setPen(QColor(PAPER))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)

    def _sized(self, size_px: int) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(size_px)
        return font


def _key(paper: Paper) -> tuple[str, int]:
    return paper.material.slot, paper.material.version


def _two_lines(text: str, metrics: QFontMetrics, width: int) -> tuple[str, str]:
    """One line if it fits; else two of like length, broken between words; else a full one and a shortened one."""
    if metrics.horizontalAdvance(text) <= width:
        return text, ""
    middle = (len(text) + 1) // 2
    good = sorted((match.start() for match in _BREAK.finditer(text)), key=lambda place: abs(place - middle))
    for place in (*good, middle):
        if max(metrics.horizontalAdvance(text[:place]), metrics.horizontalAdvance(text[place:])) <= width:
            return text[:place], text[place:]
    fits = middle
    while fits and metrics.horizontalAdvance(text[:fits]) > width:
        fits -= 1
    return text[:fits], metrics.elidedText(text[fits:], Qt.TextElideMode.ElideRight, width)


def _in_slot_order(session: DeskSession, papers: list[Paper]) -> list[Paper]:
    """Papers as the item's material list has them."""
    order = [slot.code for slot in session.case.item.slots] if session.case else []
    return sorted(papers, key=lambda paper: order.index(paper.material.slot) if paper.material.slot in order else 99)

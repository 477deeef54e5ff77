"""The case in lines: clocks, list of materials, changes on the spot, place in line, papers in cabinets, notices.

``case_sections`` says everything as plain rows; the panel only lays them out, and offers the two repairs.
"""

from collections.abc import Mapping

import msgspec
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from reviewer.qt.casewords import (
    ACCEPTANCE,
    CLOCK,
    CLOCK_STATE,
    DELIVERY,
    DEPOSIT_STATE,
    FIX_FIELD,
    FIX_STATE,
    GRADE,
    GROUND,
    ITEM_STATE,
    NOTICE_KIND,
    NOTICE_STATE,
    ORIGINAL,
    PRESSURE,
    PRIORITY,
    RESULT_STATE,
    TICKET_KIND,
    TICKET_STATE,
    clock_sentence,
    day_text,
    rule_word,
)
from reviewer.qt.labels import button, chip, label, let_through
from reviewer.qt.sentences import appointment_text
from reviewer.session import DeskSession
from reviewer.worklist import pressure
from signaling.protocol.values import CaseView, Clock, NoticeView

FIXES = "当场更正"
_COMES_TO_A_RESULT = ("accepted", "accepted_with_gap", "paused", "granted")


class Row(msgspec.Struct, frozen=True):
    """One fact: what, how it stands (a chip), and a second line. ``notice_id`` when the row is a notice."""

    text: str
    state: str = ""
    word: str = ""
    detail: str = ""
    notice_id: str = ""


class Section(msgspec.Struct, frozen=True):
    """Facts under a heading."""

    title: str
    rows: tuple[Row, ...]


def case_sections(case: CaseView, names: Mapping[str, str] | None = None) -> tuple[Section, ...]:
    """Everything there is to know about a case beside its papers; headings without facts are left out.

    ``names``: people by login, as far as they are known here.
    """
    sections = (
        Section("期限", tuple(map(_clock_row, case.clocks))),
        Section("受理与决定", tuple(_standing_rows(case, names or {}))),
        Section("材料清单", tuple(_list_rows(case))),
        Section(FIXES, tuple(_fix_rows(case))),
        Section("排队", tuple(_ticket_rows(case))),
        Section("材料柜", tuple(_deposit_rows(case))),
        Section("结果领取", tuple(_result_rows(case))),
        Section("文书", tuple(map(_notice_row, case.notices))),
        Section("审核要点", (Row(case.item.knowledge),) if case.item.knowledge else ()),
    )
    is_fixable = case.state == "reviewing"
    return tuple(section for section in sections if section.rows or (section.title == FIXES and is_fixable))


class FactsPanel(QScrollArea):
    """The sections of the open case; 当场更正 and 作废 ask before anything happens."""

    fix_asked = pyqtSignal()
    void_asked = pyqtSignal(str)

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: tuple[tuple[Section, ...], bool] = ((), False)
        self.fix = button("更正一项…", "quiet", "请申请人在终端确认更正（名称、电话、法定代表人）")
        self.fix.clicked.connect(self.fix_asked)
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(12, 10, 12, 10)
        self._column.setSpacing(6)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        let_through(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the case as it is; lines are made anew only when a fact has changed."""
        case = self._session.case
        names = {self._session.login: self._session.name}
        shown = (case_sections(case, names) if case else (), self._session.can_void)
        self.fix.setEnabled(self._session.can_ask_fix)
        if shown == self._shown:
            return
        self._shown = shown
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None and widget is not self.fix:
                widget.hide()  # it goes with the next turn of the event loop, and must not be seen until then
                widget.deleteLater()
        self.fix.setParent(self._inside)
        for section in shown[0]:
            self._column.addWidget(label(section.title, "heading"))
            for row in section.rows:
                self._column.addWidget(self._line(row))
            if section.title == FIXES:
                self._column.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignLeft)
            self._column.addSpacing(8)
        self.fix.setVisible(any(section.title == FIXES for section in shown[0]))
        self._column.addStretch(1)

    def _line(self, row: Row) -> QWidget:
        line = QWidget()
        column = QVBoxLayout(line)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        top = QHBoxLayout()
        top.addWidget(label(row.text, wraps=True), 1)
        if row.word:
            top.addWidget(chip(row.word, row.state), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        if row.detail:
            column.addWidget(label(row.detail, "muted", wraps=True))
        if row.notice_id and self._session.can_void:
            void = button("作废…", "quiet", "主管：声明此文书作废")
            void.clicked.connect(lambda: self.void_asked.emit(row.notice_id))
            column.addWidget(void, 0, Qt.AlignmentFlag.AlignLeft)
        return line


def _clock_row(clock: Clock) -> Row:
    if clock.state != "running":
        return Row(CLOCK[clock.kind], "idle", CLOCK_STATE[clock.state], clock_sentence(clock))
    state, word = PRESSURE[pressure(clock.used / clock.days if clock.days else 1.0)]
    return Row(CLOCK[clock.kind], state, word, clock_sentence(clock))


def _standing_rows(case: CaseView, names: Mapping[str, str]) -> list[Row]:
    rows = []
    if case.is_pre_review:
        rows.append(Row("预审件", "warn", "预审", "只给意见，不出具文书，不计法定期限"))
    if case.acceptance:
        when = f"{day_text(case.accepted_on)} " if case.accepted_on else ""
        by = names.get(case.accepted_by, case.accepted_by)
        detail = f"{when}{f'受理人 {by}' if by else ''}".strip()
        rows.append(
            Row("受理方式", "bad" if case.acceptance == "deemed" else "good", ACCEPTANCE[case.acceptance], detail)
        )
    elif case.state in ("not_accepted", "closed"):
        ground = GROUND["not_competent" if case.competent_body else "not_needed"]
        rows.append(Row("不予受理", detail=f"法定事由：{ground}"))
    if case.reason:
        rows.append(Row(f"理由：{case.reason}"))
    if case.competent_body:
        rows.append(Row(f"有权机关：{case.competent_body}"))
    if case.grade:
        is_bad = case.grade in ("dissatisfied", "very_dissatisfied")
        rows.append(Row("申请人评价", "bad" if is_bad else "good", GRADE[case.grade]))
    return rows


def _list_rows(case: CaseView) -> list[Row]:
    names = {slot.code: slot.name for slot in case.item.slots}
    rows = []
    for line in case.list:
        state, word = ITEM_STATE[line.state]
        parts = [f"第 {line.version} 版"] if line.version else []
        parts += [ORIGINAL[line.original]] if line.original != "none" else []
        parts += [f"{day_text(line.due)}前补交"] if line.due else []
        rows.append(Row(names.get(line.slot, line.slot), state, word, " · ".join(parts)))
    return rows


def _fix_rows(case: CaseView) -> list[Row]:
    return [
        Row(FIX_FIELD[fix.field], *FIX_STATE[fix.state], f"{fix.old or '（空）'} → {fix.new}") for fix in case.fixes
    ]


def _ticket_rows(case: CaseView) -> list[Row]:
    place = case.place
    is_cut_off = case.ticket_state in ("interrupted", "missed")
    first = Row(f"{case.ticket_number} 号", "bad" if is_cut_off else "idle", TICKET_STATE[case.ticket_state])
    parts = [TICKET_KIND[place.kind]]
    if place.priority:
        parts.append(PRIORITY[place.priority])
    if place.misses:
        parts.append(f"过号 {place.misses} 次")
    if place.until:
        parts.append(f"保留至 {appointment_text(place.until)}")
    rows = [msgspec.structs.replace(first, detail=" · ".join(parts))]
    if place.rule:
        rows.append(Row(f"排队规则：{rule_word(place.rule)}"))
    return rows


def _deposit_rows(case: CaseView) -> list[Row]:
    rows = []
    for deposit in case.deposits:
        counted = f" · 清点 {deposit.counted_pages} 页" if deposit.counted_pages else ""
        where = case.terminal_name if deposit.terminal_id == case.terminal_id else deposit.terminal_id
        detail = f"{where} · 登记 {deposit.pages} 页{counted}"
        state, word = DEPOSIT_STATE[deposit.state]
        rows.append(Row(f"{deposit.cell} 号柜格", state, word, detail))
    return rows


def _result_rows(case: CaseView) -> list[Row]:
    result = case.result
    if result is None:
        return [Row(DELIVERY[case.delivery], detail=case.address)] if case.state in _COMES_TO_A_RESULT else []
    parts = [part for part in (result.address, result.tracking) if part]
    if result.keep_until:
        parts.append(f"保留至 {day_text(result.keep_until)}")
    state = "good" if result.state == "handed_over" else "warn"
    return [Row(DELIVERY[result.way], state, RESULT_STATE[result.state], " · ".join(parts))]


def _notice_row(notice: NoticeView) -> Row:
    parts = [notice.number]
    if notice.replaces:
        parts.append(f"代替 {notice.replaces}")
    if notice.void_reason:
        parts.append(f"作废理由：{notice.void_reason}")
    is_void = notice.state == "voided"
    state = "idle" if is_void else "warn" if notice.state == "sealing" else "good"
    text = f"《{NOTICE_KIND[notice.kind]}》"
    notice_id = "" if is_void or notice.state == "sealing" else notice.notice_id
    return Row(text, state, NOTICE_STATE[notice.state], "\n".join(parts), notice_id)

"""The outcome: the sealed notice, what its verification says, what to do next in plain words, printing, and the end.

While the hall is still sealing, or the notice is on its way, it says so.
"""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from annotate.qt.page_view import PageView
from esign.report import Report
from signaling.protocol.values import CaseState, CaseView
from terminal.delivery import NOTICED, Notice
from terminal.qt.choices import set_role
from terminal.qt.delivery import DeliveryCard
from terminal.qt.elements import Instead, button, card, chip, clear_layout, label, scroller, set_chip
from terminal.qt.outcome import next_steps
from terminal.qt.sentences import sentence
from terminal.qt.withdraw import WithdrawButton
from terminal.qt.words import CASES, NOTICES, ended_as
from terminal.session import TerminalSession

_COLUMN_PX, _COLUMN_EM = 420, 21
"""Width of the right column, at least; in characters, so that big type has as much on a line."""
_TRIAL = "test_authority"
_ON_THE_WAY = ("通知书还在路上", "盖好章、核验通过后，会显示在这里。")
_NOTHING = ("没有新的文书", "右边写着下一步怎么办。")
_REFUSED: tuple[CaseState, ...] = ("refused", "not_accepted", "withdrawn", "closed")


class ResultPanel(QWidget):
    """Left the notice as it will be printed, right what to do with it."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._open_path = ""
        self._shown: object = None
        self._chosen = ""
        self.page = PageView()
        self.page.setAccessibleName("通知书")
        self.title = label("", "title", is_wrapped=True)
        self.number = label("", is_wrapped=True)
        self.verdict = chip()
        self.words = label("", is_wrapped=True)
        self.print_state = label("", is_wrapped=True)
        self.print = button("打印", "primary")
        self.again = button("重新获取", "primary")
        self.finish = button("办完了，清除我的信息")
        self.hang_up = button("结束通话", "danger")
        self.print.clicked.connect(self._print)
        self.again.clicked.connect(self._fetch_again)
        self.finish.clicked.connect(session.done)
        self.hang_up.clicked.connect(session.hang_up)
        self.fill = button("补交材料", "primary")
        self.cabinet, self.slip = button("存放原件"), button("打印凭条")
        self.trouble, self.withdraw = button("反映办不成事"), WithdrawButton(session)
        self.fill.clicked.connect(session.fill_gaps)
        self.cabinet.clicked.connect(session.cabinet.begin)
        self.slip.clicked.connect(session.line.print_slip)
        self.trouble.clicked.connect(session.opinion.begin_report)
        self.delivery = DeliveryCard(session)
        steps, findings, others = QWidget(), QWidget(), QWidget()
        self._steps, self._findings, self._others = QVBoxLayout(steps), QVBoxLayout(findings), QVBoxLayout(others)
        for lines in (self._steps, self._findings, self._others):
            lines.setContentsMargins(0, 0, 0, 0)
            lines.setSpacing(8)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        for made in (self.number, self.verdict, self.words):
            column.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft if made is self.verdict else Qt.AlignmentFlag(0))
        column.addWidget(label("下一步怎么办", "heading"))
        column.addWidget(steps)
        for part in (self.fill, self.delivery, self.cabinet, self.slip, self.trouble, self.withdraw, others, findings):
            column.addWidget(part)
        column.addStretch(1)
        self._lists = ((others, self._others), (findings, self._findings))

        frame = card()
        frame.setFixedWidth(max(_COLUMN_PX, _COLUMN_EM * self.fontInfo().pixelSize()))
        side = QVBoxLayout(frame)
        side.setContentsMargins(20, 16, 20, 16)
        side.setSpacing(10)
        side.addWidget(self.title)
        side.addWidget(scroller(inside), 1)
        side.addWidget(self.print_state)
        for press in (self.hang_up, self.again, self.print, self.finish):
            side.addWidget(press)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(20)
        self.place = Instead(self.page, *_ON_THE_WAY)
        layout.addWidget(self.place, 1)
        layout.addWidget(frame)
        session.subscribe(self._refresh)
        self._refresh()

    def _notice(self) -> Notice | None:
        return self._session.delivery.notices.get(self._chosen) or self._session.notice

    def _choose(self, notice_id: str) -> None:
        self._chosen = notice_id
        self._refresh()

    def _print(self) -> None:
        notice = self._notice()
        if notice is not None:
            self._session.delivery.print(notice.view.notice_id)

    def _fetch_again(self) -> None:
        notice = self._notice()
        if notice is not None:
            self._session.delivery.fetch_again(notice.view.notice_id)

    def _refresh(self) -> None:
        session, case = self._session, self._session.case
        if session.step != "result" or case is None:
            self._chosen = ""
            self.withdraw.forget()
            self._show_document("")
            return
        notice = self._notice()
        self._show_document(notice.path if notice is not None else "")
        self.title.setText(CASES[ended_as(case)])
        self.number.setText(f"{NOTICES[notice.view.kind]}\n{notice.view.number}" if notice is not None else "")
        self.number.setVisible(notice is not None)
        self.hang_up.setVisible(session.talk.call is not None)
        is_sealing = any(view.state == "sealing" for view in case.notices)
        is_awaited = notice is None and (is_sealing or case.state in NOTICED)
        self.place.say(*(_ON_THE_WAY if is_awaited or notice is not None else _NOTHING))
        state, colour, words = _verdict(notice)
        set_chip(self.verdict, state, colour)
        self.words.setText(words)
        for made in (self.verdict, self.words):
            made.setVisible(notice is not None or is_awaited)
        self._show_lines(case, notice)
        is_genuine = notice is not None and notice.is_genuine
        has_failed = notice is not None and bool(notice.problem)
        self.again.setVisible(has_failed)
        self.print.setVisible(is_genuine)
        self._show_printing(notice)
        is_tried = notice is not None and notice.print_state in ("printed", "failed")
        is_useless = notice is not None and notice.report is not None and not is_genuine
        self.finish.setVisible(is_tried or is_useless or has_failed or (notice is None and not is_awaited))
        self._show_acts(case)

    def _show_acts(self, case: CaseView) -> None:
        session = self._session
        self.fill.setVisible(bool(session.gap_slots))
        self.cabinet.setVisible(session.cabinet.can_begin)
        self.trouble.setVisible(case.state in _REFUSED)
        self.slip.setVisible(bool(case.token) and case.state not in ("closed", "withdrawn"))
        printed = {"printing": "正在打印…", "printed": "凭条已打印"}
        self.slip.setText(printed.get(session.line.slip_state, "打印凭条"))
        self.slip.setEnabled(session.line.slip_state != "printing")
        self.withdraw.refresh()

    def _show_lines(self, case: CaseView, notice: Notice | None) -> None:
        """Next steps, what the verifier found, and the case's other notices."""
        notices = tuple(self._session.delivery.notices.values())
        shown = (next_steps(case), notice.report if notice is not None else None, [made.view for made in notices])
        if shown == self._shown:
            return
        self._shown = shown
        clear_layout(self._steps)
        for line in next_steps(case):
            self._steps.addWidget(label(line, is_wrapped=True))
        self._show_findings(notice.report if notice is not None else None)
        clear_layout(self._others)
        for other in notices:
            if other is not notice and other.view.state != "voided":
                made = button(f"看{NOTICES[other.view.kind]}")
                made.clicked.connect(lambda _, notice_id=other.view.notice_id: self._choose(notice_id))
                self._others.addWidget(made)
        for around, lines in self._lists:
            around.setVisible(lines.count() > 0)

    def _show_printing(self, notice: Notice | None) -> None:
        state = notice.print_state if notice is not None else "idle"
        self.print.setEnabled(state != "printing")
        name = NOTICES[notice.view.kind] if notice is not None else "通知书"
        self.print.setText({"idle": f"打印{name}", "printing": "正在打印…"}.get(state, "再打印一份"))
        set_role(self.print, "" if state == "printed" else "primary")
        set_role(self.finish, "primary" if state == "printed" or notice is None else "")
        if notice is not None and state == "failed":
            self.print_state.setText(sentence(notice.print_detail))
        else:
            self.print_state.setText(_printed(notice) if notice is not None and state == "printed" else "")
        self.print_state.setVisible(bool(self.print_state.text()))

    def _show_document(self, path: str) -> None:
        if path == self._open_path:
            return
        self._open_path = path
        self.place.show_widget(bool(path))
        if path:
            self.page.open_document(path)
        else:
            self.page.close_document()

    def _show_findings(self, report: Report | None) -> None:
        clear_layout(self._findings)
        marks = {"ok": "✓", "note": "·", "unknown": "?", "error": "✕"}
        findings = report.findings if report is not None else ()
        # That a notice is only a trial comes before everything that is good about it.
        for finding in sorted(findings, key=lambda finding: finding.code != _TRIAL):
            line = label(f"{marks[finding.severity]}  {finding.sentence}", "muted", is_wrapped=True)
            line.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._findings.addWidget(line)


def _printed(notice: Notice) -> str:
    if notice.is_on_paper:
        return "已打印，请取走通知书。感谢您的办理！"
    where = f"已存为 PDF：{notice.print_detail}" if notice.print_detail else "已存为 PDF"  # no name after a restart
    return f"没有打印机，{where}"


def _verdict(notice: Notice | None) -> tuple[str, str, str]:
    """Chip, colour, sentence."""
    if notice is None:
        return "正在盖章", "warn", "决定已经作出，大厅正在制作文书并盖章，请稍候。"
    if notice.problem:
        return "没有取到", "bad", sentence(notice.problem)
    report = notice.report
    if report is None:
        return "正在核验", "warn", "通知书已送达本机，正在核验印章和签名。"
    if report.verdict == "valid":
        note = "（测试印章，仅供演示）" if report.is_test_authority else ""
        return "核验通过", "good", f"{report.signer or ''}盖章，内容完整，未被改动{note}。"
    if report.verdict == "invalid":
        return "核验不通过", "bad", "这份通知书没有通过核验，请不要使用，并按“求助”联系工作人员。"
    return "无法核验", "warn", "暂时无法判断这份通知书的真伪，请按“求助”联系工作人员。"

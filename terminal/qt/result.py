"""The outcome: the sealed notice, what its verification says in plain words, printing, and the end.

While the hall is still sealing, or the notice is on its way, it says so.
"""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from annotate.qt.page_view import PageView
from esign.report import Report
from terminal.delivery import Notice
from terminal.qt.elements import Instead, button, card, chip, clear_layout, label, scroller, set_chip
from terminal.qt.sentences import sentence
from terminal.session import TerminalSession

_COLUMN_PX = 380
_TRIAL = "test_authority"


class ResultPanel(QWidget):
    """Left the notice as it will be printed, right what to do with it."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._open_path = ""
        self._shown: Report | None = None
        self.page = PageView()
        self.page.setAccessibleName("通知书")
        self.title = label("", "title", is_wrapped=True)
        self.number = label("", is_wrapped=True)
        self.verdict = chip()
        self.words = label("", is_wrapped=True)
        self.print_state = label("", is_wrapped=True)
        self.print = button("打印通知书", "primary")
        self.again = button("重新获取", "primary")
        self.finish = button("办完了，清除我的信息")
        self.hang_up = button("结束通话", "danger")
        self.print.clicked.connect(self._print)
        self.again.clicked.connect(self._fetch_again)
        self.finish.clicked.connect(session.finish)
        self.hang_up.clicked.connect(session.hang_up)
        inside = QWidget()
        self._findings = QVBoxLayout(inside)
        self._findings.setContentsMargins(0, 0, 0, 0)
        self._findings.setSpacing(8)

        frame = card()
        frame.setFixedWidth(_COLUMN_PX)
        side = QVBoxLayout(frame)
        side.setContentsMargins(20, 16, 20, 16)
        side.setSpacing(10)
        for made in (self.title, self.number, self.verdict, self.words):
            side.addWidget(made)
        side.addWidget(scroller(inside), 1)
        side.addWidget(self.print_state)
        for press in (self.hang_up, self.again, self.print, self.finish):
            side.addWidget(press)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(20)
        self.place = Instead(self.page, "通知书还在路上", "盖好章、核验通过后，会显示在这里。")
        layout.addWidget(self.place, 1)
        layout.addWidget(frame)
        session.subscribe(self._refresh)
        self._refresh()

    def _notice(self) -> Notice | None:
        return self._session.delivery.newest("acceptance")

    def _print(self) -> None:
        notice = self._notice()
        if notice is not None:
            self._session.delivery.print(notice.view.notice_id)

    def _fetch_again(self) -> None:
        notice = self._notice()
        if notice is not None:
            self._session.delivery.fetch_again(notice.view.notice_id)

    def _refresh(self) -> None:
        notice = self._notice()
        self._show_document(notice.path if notice is not None else "")
        if self._session.step != "result":
            return
        self.title.setText("申请已受理" if self._session.case is not None else "")
        self.number.setText(notice.view.number if notice is not None else "")
        self.number.setVisible(notice is not None)
        self.hang_up.setVisible(self._session.talk.call is not None)
        state, colour, words = _verdict(notice)
        set_chip(self.verdict, state, colour)
        self.words.setText(words)
        self._show_findings(notice.report if notice is not None else None)
        is_genuine = notice is not None and notice.is_genuine
        has_failed = notice is not None and bool(notice.problem)
        self.again.setVisible(has_failed)
        self.print.setVisible(is_genuine)
        self._show_printing(notice)
        is_tried = notice is not None and notice.print_state in ("printed", "failed")
        is_useless = notice is not None and notice.report is not None and not is_genuine
        self.finish.setVisible(is_tried or is_useless)

    def _show_printing(self, notice: Notice | None) -> None:
        state = notice.print_state if notice is not None else "idle"
        self.print.setEnabled(state != "printing")
        self.print.setText({"idle": "打印通知书", "printing": "正在打印…"}.get(state, "再打印一份"))
        self.print.setProperty("role", "" if state == "printed" else "primary")
        self.print.style().polish(self.print)  # type: ignore[union-attr]
        self.finish.setProperty("role", "primary" if state == "printed" else "")
        self.finish.style().polish(self.finish)  # type: ignore[union-attr]
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
        if report == self._shown:
            return
        self._shown = report
        clear_layout(self._findings)
        marks = {"ok": "✓", "note": "·", "unknown": "?", "error": "✕"}
        findings = report.findings if report is not None else ()
        # That a notice is only a trial comes before everything that is good about it.
        for finding in sorted(findings, key=lambda finding: finding.code != _TRIAL):
            line = label(f"{marks[finding.severity]}  {finding.sentence}", "muted", is_wrapped=True)
            line.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._findings.addWidget(line)
        self._findings.addStretch(1)


def _printed(notice: Notice) -> str:
    if notice.is_on_paper:
        return "已打印，请取走通知书。感谢您的办理！"
    where = f"已存为 PDF：{notice.print_detail}" if notice.print_detail else "已存为 PDF"  # no name after a restart
    return f"没有打印机，{where}"


def _verdict(notice: Notice | None) -> tuple[str, str, str]:
    """Chip, colour, sentence."""
    if notice is None:
        return "正在盖章", "warn", "审核人员已决定受理，大厅正在制作并盖章，请稍候。"
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

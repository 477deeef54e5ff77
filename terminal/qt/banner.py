"""The line below the step bar: the connection when it is not well, or what went wrong, in plain words."""

from PyQt6.QtWidgets import QFrame, QHBoxLayout

from terminal.qt.elements import button, chip, label, set_chip
from terminal.qt.sentences import sentence
from terminal.session import TerminalSession


class Banner(QFrame):
    """Hidden while all is well."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._session = session
        self.state = chip()
        self.words = label("", is_wrapped=True)
        self.close_it = button("知道了", "quiet")
        self.close_it.clicked.connect(session.clear_problem)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 8, 12, 8)
        layout.setSpacing(16)
        layout.addWidget(self.state)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.close_it)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        connection, problem = self._session.connection, self._session.problem
        is_off = connection.state in ("waiting", "refused")
        self.setVisible(is_off or bool(problem))
        self.close_it.setVisible(not is_off)
        if connection.state == "refused":
            set_chip(self.state, "未能登录", "bad")
            self.words.setText(sentence(connection.code) if connection.code else "大厅拒绝了本机，请联系工作人员")
        elif connection.state == "waiting":
            set_chip(self.state, "正在重连", "warn")
            kept = "您的材料和排队位置都会保留。" if self._session.step != "welcome" else ""
            when = f"{max(1, round(connection.retry_s))} 秒后自动重试" if connection.retry_s else "正在重试"
            self.words.setText(f"与大厅的网络中断，{when}。{kept}")
        elif problem:
            set_chip(self.state, "请注意", "bad")
            self.words.setText(sentence(problem))

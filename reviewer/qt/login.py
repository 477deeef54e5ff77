"""The login form: who sits at which desk of which hall."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from reviewer.qt.labels import button, card, label
from reviewer.qt.sentences import problem_sentence
from reviewer.session import DeskSession


class LoginPage(QWidget):
    """Shown until the hall has let the reviewer in, and again when it refused."""

    def __init__(self, session: DeskSession, url: str, desk_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.reviewer = QLineEdit()
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.desk = QLineEdit(desk_id)
        self.url = QLineEdit(url)
        self.sentence = label(wraps=True)
        self.sentence.setProperty("state", "bad")
        self.log_in = button("登录", "primary")
        self.log_in.setDefault(True)
        self.log_in.setMinimumHeight(44)
        self.log_in.clicked.connect(self.submit)
        form = QFormLayout()
        form.setSpacing(12)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
        fields = (("工号", self.reviewer), ("密码", self.password), ("席位", self.desk), ("大厅地址", self.url))
        for words, field in fields:
            field.setAccessibleName(words)
            field.returnPressed.connect(self.submit)
            field.textChanged.connect(self.refresh)
            form.addRow(label(words), field)
        frame = card()
        frame.setFixedWidth(440)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(36, 32, 36, 32)
        inside.setSpacing(16)
        inside.addWidget(label("云窗口 · 审核席位", "title"))
        inside.addWidget(label("登录后进入暂离状态，按 F9 开始接件。", "muted", wraps=True))
        inside.addLayout(form)
        inside.addWidget(self.sentence)
        inside.addWidget(self.log_in)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(frame)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(row)
        column.addStretch(3)
        session.subscribe(self.refresh)
        self.refresh()

    def submit(self) -> None:
        """Log in with what was typed."""
        if self.log_in.isEnabled():
            self._session.log_in(
                self.url.text().strip(), self.reviewer.text().strip(), self.password.text(), self.desk.text().strip()
            )

    def refresh(self) -> None:
        """Say why it did not work, or that it is under way."""
        session = self._session
        is_trying = session.connection in ("connecting", "waiting")
        is_complete = all(field.text().strip() for field in (self.reviewer, self.password, self.desk, self.url))
        self.log_in.setEnabled(is_complete and session.connection != "connecting")
        self.log_in.setText("正在登录…" if is_trying else "登录")
        text = ""
        if session.connection == "refused" and session.refusal:
            text = problem_sentence(session.refusal.value)
        elif session.connection == "waiting":
            text = "连不上大厅服务器。请核对大厅地址，并确认服务器已启动；程序会继续重试。"
        self.sentence.setText(text)
        self.sentence.setVisible(bool(text))

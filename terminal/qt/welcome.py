"""The idle screen: what this booth is for, and where to begin. Shows nothing personal."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from terminal.qt.elements import GAP, button, card, chip, label, set_chip, tall
from terminal.qt.sentences import sentence
from terminal.session import TerminalSession

_LINES = {
    "connecting": ("正在连接大厅…", "warn"),
    "online": ("大厅在线，可以办理", "good"),
    "waiting": ("网络中断，正在重新连接", "warn"),
    "refused": ("本机未能登录大厅，请联系工作人员", "bad"),
}
_WAYS = (
    ("1", "刷证选事项", "带身份证或营业执照"),
    ("2", "拍照交材料", "高拍仪拍照或插 U 盘"),
    ("3", "视频审核", "与审核人员一起看图"),
    ("4", "当场领通知书", "电子签章，现场打印"),
)


class WelcomePanel(QWidget):
    """Invites to begin, or to go on with a slip or a code."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.state = chip()
        self.begin = button("开始办理", "primary")
        tall(self.begin, 84)
        self.claim, self.pickup = button("我有凭条"), button("存件 / 取件")
        self.trouble = button("反映办不成事")
        self.begin.clicked.connect(session.begin)
        self.claim.clicked.connect(session.begin_claim)
        self.pickup.clicked.connect(session.begin_pickup)
        self.trouble.clicked.connect(session.opinion.begin_report)
        presses = QGridLayout()
        presses.setSpacing(GAP)
        presses.addWidget(self.begin, 0, 0, 1, 3)
        for place, made in enumerate((self.claim, self.pickup, self.trouble)):
            tall(made, 64).setMinimumWidth(220)
            presses.addWidget(made, 1, place)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addLayout(presses)
        middle.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addStretch(2)
        layout.addWidget(label("云窗口", "big", is_centred=True))
        layout.addWidget(label("远程视频审核 · 材料一次看清 · 通知书当场领取", "heading", is_centred=True))
        layout.addStretch(1)
        layout.addLayout(middle)
        layout.addSpacing(GAP)
        layout.addWidget(self.state, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)
        ways = QHBoxLayout()
        ways.setSpacing(GAP)
        for number, title, more in _WAYS:
            ways.addWidget(_way(number, title, more), 1)
        layout.addLayout(ways)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        session = self._session
        is_online, catalogue = session.connection.state == "online", session.catalogue
        has_items = bool(catalogue.items)
        words, colour = _LINES[session.connection.state]
        if is_online and catalogue.problem:
            words, colour = sentence(catalogue.problem), "bad"
        elif is_online and not has_items:
            words, colour = "正在取得事项清单…", "warn"
        set_chip(self.state, words, colour)
        self.begin.setEnabled(is_online and has_items)
        for made in (self.claim, self.pickup, self.trouble):
            made.setEnabled(is_online)
        self.pickup.setVisible(session.cabinet.is_there)


def _way(number: str, title: str, more: str) -> QWidget:
    made = card()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(GAP, GAP, GAP, GAP)
    head = label(f"{number}  {title}", "heading")
    layout.addWidget(head)
    layout.addWidget(label(more, "muted", is_wrapped=True))
    layout.addStretch(1)
    return made

"""What 求助 shows: what to do at this step, in a few sentences, and whom to call."""

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from terminal.qt.elements import GAP, button, card, centred, label
from terminal.session import Step, TerminalSession

_ADVICE: dict[Step, str] = {
    "welcome": "点“开始办理”，按屏幕上的七个步骤一步一步办。",
    "claim": "凭条上有二维码和 10 位凭证码：对准高拍仪扫码，或用屏幕上的键输入，再点“查找我的办件”。",
    "pickup": "开柜码是短信或凭条上的 6 位数字，只能用一次。输入后点“打开柜门”，取放完请关上柜门。",
    "identify": "把身份证或电子营业执照平放在读卡区，点对应的按钮；再用数字键输入联系电话。",
    "items": "先点上面的类别，再在列表里点要办事项右边的“办理”。",
    "materials": "每份材料一张卡片。纸质材料点“高拍仪拍照”，电子文件点“U 盘 / 文件”。全部显示“已交”后点“下一步”。",
    "submit": "核对申请人和材料，勾选承诺后点“确认提交”。内容有误可以点左下角“返回”修改。",
    "waiting": "请在座位上等候，接通后会自动显示视频。要走开就点“先离开，保留位置”。位置不会因为网络中断而丢失。",
    "call": "左边是审核人员正在看的材料，红色笔迹是他画的。听不清时请说“请再说一遍”。",
    "correction": "按列表逐份重新提交材料，全部交齐后点“提交补正”。",
    "result": "点“打印”，取走后点“办完了，清除我的信息”。右边写着下一步怎么办。",
    "cabinet": "选好要存的原件，数清页数，点“分配柜格”，再点“打开柜门”。放好后关上柜门，屏幕会显示已登记。",
    "opinion": "点一个表情就行，也可以点“不评价，结束”。",
    "trouble": "点选遇到的情况，留下电话，点“提交”。大厅负责人会打电话答复您。",
    "slip": "记下或打印凭证码就可以离开。叫到号时到任一自助终端，在首页点“我有凭条”。",
}


class HelpPanel(QWidget):
    """A card over the present panel."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.advice = label("", is_wrapped=True)
        self.close_it = button("回到办理", "primary")
        frame = card()
        frame.setFixedWidth(700)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(40, 36, 40, 36)
        inside.setSpacing(GAP)
        inside.addWidget(label("需要帮助？", "title"))
        inside.addWidget(self.advice)
        inside.addWidget(label("还不清楚，请招手示意大厅引导员，或拨打 12345 政务服务热线。", is_wrapped=True))
        inside.addSpacing(GAP)
        inside.addWidget(self.close_it)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addLayout(centred(frame))
        layout.addStretch(2)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self.advice.setText(_ADVICE[self._session.step])

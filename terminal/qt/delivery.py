"""How the result is fetched: shown with the outcome, changeable until it is dispatched."""

from PyQt6.QtWidgets import QFrame, QVBoxLayout

from signaling.protocol.acts import ChooseDelivery
from signaling.protocol.values import CaseState
from terminal.qt.choices import Choices
from terminal.qt.elements import button, label
from terminal.qt.submit import AddressField
from terminal.qt.words import WAYS
from terminal.session import TerminalSession

_OPEN: tuple[CaseState, ...] = ("accepted", "accepted_with_gap", "paused", "granted", "issued")


class DeliveryCard(QFrame):
    """A button that opens the four ways; changing is told to the hall by another button."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._is_open = False
        self.change = button("更改领取方式")
        self.ways = Choices(WAYS, 1, session.options.set_delivery)
        self.address = AddressField(session)
        self.save = button("保存领取方式", "primary")
        self.change.clicked.connect(self._toggle)
        self.save.clicked.connect(self._save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.change)
        self._head = label("结果怎么领取", "heading")
        for made in (self._head, self.ways, self.address, self.save):
            layout.addWidget(made)
        session.subscribe(self._refresh)
        self._refresh()

    def _toggle(self) -> None:
        self._is_open = not self._is_open
        self._refresh()

    def _save(self) -> None:
        self._is_open = False
        self._session.choose_delivery()
        self._refresh()

    def _refresh(self) -> None:
        case, options = self._session.case, self._session.options
        is_sent = case is not None and case.result is not None and case.result.state not in ("making", "ready")
        self.setVisible(case is not None and case.state in _OPEN and not is_sent)
        if case is None:
            self._is_open = False
            return
        self.change.setText("不更改了" if self._is_open else "更改领取方式")
        for made in (self._head, self.ways, self.save):
            made.setVisible(self._is_open)
        self.address.setVisible(self._is_open and options.delivery == "courier")
        self.ways.show_chosen(options.delivery)
        is_new = (options.delivery, options.address) != (case.delivery, case.address)
        self.save.setEnabled(
            is_new and options.is_delivery_known and not self._session.asking.is_asking(ChooseDelivery)
        )

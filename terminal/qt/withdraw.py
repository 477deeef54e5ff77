"""The button that takes an application back: one touch alone never ends a case, the second does."""

from terminal.qt.elements import Press
from terminal.session import TerminalSession

_FIRST, _SECOND = "撤回申请", "再点一次，确认撤回"


class WithdrawButton(Press):
    """Call ``refresh`` when the session has changed; ``forget`` when the panel is left."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__(_FIRST)
        self.setProperty("role", "danger")
        self._session = session
        self._is_asked = False
        self.clicked.connect(self._press)

    def refresh(self) -> None:
        """Show which touch is next."""
        self.setText(_SECOND if self._is_asked else _FIRST)
        self.setVisible(self._session.can_withdraw or self._session.is_sending)
        self.setEnabled(self._session.can_withdraw)

    def forget(self) -> None:
        """A first touch counts only as long as the panel is in front."""
        self._is_asked = False

    def _press(self) -> None:
        if self._is_asked:
            self._session.withdraw()
        self._is_asked = not self._is_asked
        self.refresh()

"""The desk's side of the conversation with the hall: who is logged in, with which roles, and by whose clock.

The lowest of the session's three layers (conversation, casework, session); plain state, no I/O. Nothing here
knows cases or calls.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from reviewer.calls import Connection
from reviewer.effects import Connect, Effect, Say
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import ToHall, Welcome
from signaling.protocol.values import Role


class Conversation:
    """Connection, identity and clock of one desk. ``subscribe`` is told after each change."""

    def __init__(self, perform: Callable[[Effect], None], new_id: Callable[[], str]) -> None:
        self._perform = perform
        self._new_id = new_id
        self._subscribers: list[Callable[[], None]] = []
        self._now: datetime | None = None
        self._ahead = timedelta(0)
        self.connection: Connection = "logged_out"
        self.refusal: ErrorCode | None = None
        self.retry_s = 0.0
        self.login = ""
        """The reviewer's id; ``name`` is the person's name as the hall knows it."""
        self.name = ""
        self.roles: tuple[Role, ...] = ()
        self.problem = ""

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call this after each change."""
        self._subscribers.append(callback)

    def unsubscribe(self, callback: Callable[[], None]) -> None:
        """Call this no more."""
        self._subscribers.remove(callback)

    @property
    def is_online(self) -> bool:
        """Acts reach the hall now."""
        return self.connection == "online"

    def log_in(self, url: str, reviewer: str, password: str, desk_id: str) -> None:
        """Gesture: connect as this reviewer at this desk."""
        self.connection, self.refusal, self.login = "connecting", None, reviewer
        self._perform(Connect(url, reviewer, password, desk_id))
        self._changed()

    def admitted(self, welcome: Welcome, now: datetime) -> None:
        """The hall let this desk in at ``now`` of this machine's clock; its name, roles and clock hold from here on."""
        self.name, self.roles = welcome.name, welcome.roles
        self._ahead = welcome.server_time - now
        self._changed()

    def hall_time(self, now: datetime) -> datetime:
        """The hall's clock at ``now`` of this machine's, whether one here is wrong or one there is simulated."""
        return now + self._ahead

    def failed(self, code: str) -> None:
        """Something did not work; the code is shown to the reviewer."""
        self.problem = code
        self._changed()

    def _note_hall_time(self, stamp: datetime, now: datetime) -> None:
        """A stamp of the hall lies in its past; if not by our reckoning, its clock has been moved ahead."""
        self._ahead = max(self._ahead, stamp - now)

    def _say(self, message: ToHall) -> None:
        self._perform(Say(message))

    def _changed(self) -> None:
        for callback in tuple(self._subscribers):  # a dialog that closes takes itself out
            callback()

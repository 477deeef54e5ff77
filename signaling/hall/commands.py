"""What the hall wants done: the only outputs of ``Hall.handle``, performed in order.

The runner makes every ``Record`` of a batch durable before it performs anything else.
"""

import msgspec

from signaling.hall.facts import Entry
from signaling.hall.orders import NoticeOrder
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import FromHall


class Send(msgspec.Struct, frozen=True):
    """Say this to that session. ``is_droppable`` messages may be lost when its queue is full (wet ink)."""

    session_id: str
    message: FromHall
    is_droppable: bool = False


class CloseSession(msgspec.Struct, frozen=True):
    """End that session, telling why."""

    session_id: str
    code: ErrorCode


class Record(msgspec.Struct, frozen=True):
    """Write this entry to the journal.

    ``counters`` are the new values of the named counters (tickets, cases, notice numbers), kept by the store
    and handed to ``Hall.restore``. ``is_open`` tells whether the case is still open after this entry
    (None: the entry belongs to no case); the entries of closed cases are not restored.
    """

    entry: Entry
    counters: tuple[tuple[str, int], ...] = ()
    is_open: bool | None = None


class SetTimer(msgspec.Struct, frozen=True):
    """Fire ``TimerFired(timer_id)`` after ``delay_s``; replaces a timer of the same id."""

    timer_id: str
    delay_s: float


class CancelTimer(msgspec.Struct, frozen=True):
    """Forget this timer, if it is set."""

    timer_id: str


class DraftNotice(msgspec.Struct, frozen=True):
    """Render this notice without a seal and keep it for a while; answer with NoticeDrafted or DraftFailed."""

    preview_id: str
    order: NoticeOrder


class SealNotice(msgspec.Struct, frozen=True):
    """Render and seal this notice; answer with NoticeSealed or SealingFailed. Safe to repeat: one file a notice.

    The fact NoticeOrdered, which holds the same order, is recorded before.
    """

    order: NoticeOrder


class Notify(msgspec.Struct, frozen=True):
    """Send this SMS; answer with Notified. Safe to repeat: the gateway keeps one message for each id.

    ``kind`` names the text (``summons``, ``missed``, ``appointment``, ``notice``, ``result``, ``deposit``,
    ``follow_up`` ...), ``fields`` fill it. The phone number goes no further than the gateway.
    """

    notification_id: str
    case_id: str
    phone: str
    kind: str
    fields: dict[str, str]


Command = Send | CloseSession | Record | SetTimer | CancelTimer | DraftNotice | SealNotice | Notify

"""What happens to the hall: the only inputs of ``Hall.handle``.

Past participles; built by the server's runner, or by a test.
"""

from datetime import datetime

import msgspec

from signaling.protocol.messages import ToHall
from signaling.protocol.values import Role, ServiceItem


class Terminal(msgspec.Struct, frozen=True):
    """Who is connected: a terminal that proved its device key.

    ``is_booth``: nobody else can look in. ``cells`` is the size of its cabinet, 0 without one. ``site``: its hall.
    """

    terminal_id: str
    name: str
    is_booth: bool = True
    cells: int = 0
    site: str = ""


class Desk(msgspec.Struct, frozen=True):
    """Who is connected: a reviewer, logged in at a desk. ``skills`` as in ``ServiceItem.skill``."""

    desk_id: str
    reviewer_id: str
    name: str
    skills: tuple[str, ...]
    roles: tuple[Role, ...] = ("reviewer",)


class Staff(msgspec.Struct, frozen=True):
    """Who is connected: one of the hall's people on a web page (manager, supervisor, collector, issuer, guide)."""

    staff_id: str
    name: str
    roles: tuple[Role, ...]


Party = Terminal | Desk | Staff


class Connected(msgspec.Struct, frozen=True):
    """A party has authenticated. A party that was connected elsewhere is taken over by the new session."""

    session_id: str
    party: Party


class Disconnected(msgspec.Struct, frozen=True):
    """A session's socket is gone."""

    session_id: str


class MessageReceived(msgspec.Struct, frozen=True):
    """A connected session said something. ``absent`` names the digests of a submission that are not in the store."""

    session_id: str
    message: ToHall
    absent: tuple[str, ...] = ()


class TimerFired(msgspec.Struct, frozen=True):
    """A timer set by ``SetTimer`` ran out and was not cancelled or replaced."""

    timer_id: str


class NoticeDrafted(msgspec.Struct, frozen=True):
    """The unsealed notice of a preview can be fetched under ``digest``, its SHA-256."""

    preview_id: str
    digest: str


class DraftFailed(msgspec.Struct, frozen=True):
    """The notice of a preview could not be written. ``code`` is an ErrorCode's or another; ``detail`` for the desk."""

    preview_id: str
    code: str
    detail: str = ""


class NoticeSealed(msgspec.Struct, frozen=True):
    """The sealed notice is durable in the store under ``digest``.

    ``base_digest`` is that of the unsealed notice, ``level`` the signature's (PAdES: B-LTA).
    """

    notice_id: str
    digest: str
    sealed_at: datetime
    base_digest: str = ""
    seal_id: str = ""
    level: str = ""


class SealingFailed(msgspec.Struct, frozen=True):
    """The notice could not be rendered or sealed now. ``detail`` is for the journal; ``code`` says why, as an
    ErrorCode's value (``timestamp_pending``, ``seal_refused`` ...) or "" for what has no code of its own.
    """

    notice_id: str
    detail: str
    code: str = ""


class Restarted(msgspec.Struct, frozen=True):
    """The server is up again after ``Hall.restore``: take up what was under way (sealing, grace times)."""


class CatalogueChanged(msgspec.Struct, frozen=True):
    """Another catalogue holds from now on: ``digest`` names its file. Open cases keep the item they began with."""

    items: tuple[ServiceItem, ...]
    digest: str


class Notified(msgspec.Struct, frozen=True):
    """The gateway took a notification (SMS), or refused it for good."""

    notification_id: str
    is_sent: bool
    detail: str = ""


Event = (
    Connected
    | Disconnected
    | MessageReceived
    | TimerFired
    | NoticeDrafted
    | DraftFailed
    | NoticeSealed
    | SealingFailed
    | Restarted
    | CatalogueChanged
    | Notified
)

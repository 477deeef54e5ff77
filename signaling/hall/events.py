"""What happens to the hall: the only inputs of ``Hall.handle``.

Past participles; built by the server's runner, or by a test.
"""

from datetime import datetime

import msgspec

from signaling.protocol.messages import ToHall


class Terminal(msgspec.Struct, frozen=True):
    """Who is connected: a terminal that proved its device key."""

    terminal_id: str
    name: str


class Desk(msgspec.Struct, frozen=True):
    """Who is connected: a reviewer, logged in at a desk. ``skills`` as in ``ServiceItem.skill``."""

    desk_id: str
    reviewer_id: str
    name: str
    skills: tuple[str, ...]


Party = Terminal | Desk


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


class NoticeSealed(msgspec.Struct, frozen=True):
    """The sealed notice is durable in the store under ``digest``."""

    notice_id: str
    digest: str
    sealed_at: datetime


class SealingFailed(msgspec.Struct, frozen=True):
    """The notice could not be rendered or sealed. ``detail`` is for the journal and the reviewer."""

    notice_id: str
    detail: str


class Restarted(msgspec.Struct, frozen=True):
    """The server is up again after ``Hall.restore``: take up what was under way (sealing, grace times)."""


Event = Connected | Disconnected | MessageReceived | TimerFired | NoticeSealed | SealingFailed | Restarted

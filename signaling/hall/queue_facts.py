"""What the journal keeps of the line: where an applicant is, what became of a ticket, when desks were ready.

The queue's family of facts (facts.py joins them). Each move of a ticket names its ``rule``: together with
``CallPlaced`` they are the fairness log. Names and fields are an on-disk format, as everywhere in the journal.
"""

from datetime import datetime

import msgspec

from signaling.protocol.values import Availability, Conversion, PriorityGroup, TicketKind


class CaseLeft(msgspec.Struct, frozen=True, tag=True):
    """The applicant went away from the terminal (``request_id``), or it took up another case (empty)."""

    case_id: str
    terminal_id: str
    request_id: str = ""


class CaseClaimed(msgspec.Struct, frozen=True, tag=True):
    """The applicant is at this terminal with the slip's token. A summoned ticket has arrived by this."""

    case_id: str
    request_id: str
    token: str
    terminal_id: str
    terminal_name: str


class TicketPrioritised(msgspec.Struct, frozen=True, tag=True):
    """The applicant belongs to this priority group from now on, or to none."""

    case_id: str
    request_id: str
    group: PriorityGroup


class TicketReturned(msgspec.Struct, frozen=True, tag=True):
    """The ticket is in line again, aged since ``waiting_since``; ``prefer_id`` names a reviewer to ring first."""

    case_id: str
    kind: TicketKind
    waiting_since: datetime
    rule: str
    prefer_id: str = ""
    request_id: str = ""


class TicketRejoined(msgspec.Struct, frozen=True, tag=True):
    """A missed ticket is in line again with its old score, but ``behind`` these cases go first."""

    case_id: str
    request_id: str
    behind: tuple[str, ...]


class TicketSummoned(msgspec.Struct, frozen=True, tag=True):
    """The applicant is called to any terminal until then; ``prefer_id`` is the reviewer who called back."""

    case_id: str
    until: datetime
    rule: str
    request_id: str = ""
    prefer_id: str = ""


class TicketMissed(msgspec.Struct, frozen=True, tag=True):
    """Nobody came, or nobody was there: the place is kept until then."""

    case_id: str
    until: datetime


class TicketExpired(msgspec.Struct, frozen=True, tag=True):
    """A missed or parked place was kept long enough. The case stays received: it is reviewed without a call."""

    case_id: str


class TicketInterrupted(msgspec.Struct, frozen=True, tag=True):
    """The terminal was lost in a call: it may come back until then."""

    case_id: str
    until: datetime


class TicketReconnected(msgspec.Struct, frozen=True, tag=True):
    """The terminal of an interrupted call is back."""

    case_id: str


class TicketParked(msgspec.Struct, frozen=True, tag=True):
    """The applicant has to fetch something and may resume until then, with this reviewer if possible."""

    case_id: str
    until: datetime
    reviewer_id: str


class TicketConverted(msgspec.Struct, frozen=True, tag=True):
    """The place was exchanged. ``start`` and ``end`` are an appointment's, ``window`` names where to go."""

    case_id: str
    request_id: str
    to: Conversion
    rule: str
    start: datetime | None = None
    end: datetime | None = None
    window: str = ""


class DeskStateChanged(msgspec.Struct, frozen=True, tag=True):
    """A log line, never restored: a desk is in this state from now on. ``reason`` as the desk was told it."""

    reviewer_id: str
    desk_id: str
    availability: Availability
    reason: str


CaseQueueFact = (
    CaseLeft
    | CaseClaimed
    | TicketPrioritised
    | TicketReturned
    | TicketRejoined
    | TicketSummoned
    | TicketMissed
    | TicketExpired
    | TicketInterrupted
    | TicketReconnected
    | TicketParked
    | TicketConverted
)
"""The queue's facts about a case; queue_book.py applies them."""

QueueFact = CaseQueueFact | DeskStateChanged

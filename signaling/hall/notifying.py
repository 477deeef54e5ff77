"""Notifications (短信): ordered for a case's applicant, sent by the server, ordered again after a restart until sent.

What is said is a kind with fields; the sentences live in server/notify.py. The phone number is the case's and is
in no fact of its own. One call is one message: who calls takes care of repeats.
"""

from collections.abc import Mapping
from datetime import datetime

from signaling.hall.case import Case
from signaling.hall.commands import Notify
from signaling.hall.events import Notified
from signaling.hall.floor import Floor
from signaling.hall.office_facts import NotificationKind, NotificationOrdered, NotificationSent
from signaling.protocol.values import OFFICIAL_TIME

FIELDS: dict[NotificationKind, tuple[str, ...]] = {
    "summons": ("minutes",),
    "missed": ("until",),
    "appointment": ("start",),
    "appointment_reminder": ("start",),
    "callback": ("minutes",),
    "notice": ("notice_kind", "number"),
    "accepted_async": (),
    "advised": (),
    "deposit_code": ("code", "terminal", "cell", "until"),
    "deposit_collected": ("pages",),
    "result_ready": ("way", "place", "code"),
    "result_code": ("code", "terminal", "cell", "until"),
    "follow_up": ("answer",),
    "lapse_warning": ("clock", "due"),
}
"""What each kind's fields must be, beside ``ticket`` and ``item``, which every message has.

``until`` and ``start`` are moments as ``moment`` writes them, ``due`` an ISO day, ``notice_kind``, ``way`` and
``clock`` the protocol's values, ``place`` the counter's hall or a courier's tracking number (then ``code`` is
empty). ``accepted_async``: the papers will be reviewed without the applicant; ``advised``: the pre-review's answer
is there.
"""


def notify(floor: Floor, case: Case, kind: NotificationKind, fields: Mapping[str, str] | None = None) -> None:
    """Tell the case's applicant by SMS. Raises ValueError when the fields are not those of the kind (FIELDS)."""
    given = dict(fields or {})
    if set(given) != set(FIELDS[kind]):
        raise ValueError(f"{kind} needs {FIELDS[kind]}, not {sorted(given)}")
    whole = {"ticket": case.ticket.number, "item": case.item.name, **given}
    fact = NotificationOrdered(case.case_id, floor.new_id(), kind, whole)
    floor.record("hall", fact)
    _order(floor, fact)


def moment(time: datetime) -> str:
    """A moment as the messages show it, in official time: ``11-23 09:15``."""
    return f"{time.astimezone(OFFICIAL_TIME):%m-%d %H:%M}"


def notified(floor: Floor, event: Notified) -> None:
    """The gateway's answer. Only the first counts."""
    order = floor.register.office.notifications.get(event.notification_id)
    if order is not None:
        floor.record("hall", NotificationSent(order.case_id, event.notification_id, event.is_sent, event.detail))


def restarted(floor: Floor) -> None:
    """Order again what was not sent; the gateway keeps one message for each id."""
    for order in list(floor.register.office.notifications.values()):
        _order(floor, order)


def _order(floor: Floor, fact: NotificationOrdered) -> None:
    phone = floor.register.cases[fact.case_id].applicant.phone
    floor.command(Notify(fact.notification_id, fact.case_id, phone, fact.kind, fact.fields))

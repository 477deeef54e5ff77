"""Who may do what at the office: roles of the person who acts, and how a bad entry is refused.

A reviewer at a desk and staff on a web page have roles alike; a terminal has none.
"""

from signaling.hall.events import Desk, Party, Staff, Terminal
from signaling.protocol.errors import SENTENCES, ErrorCode, Refused
from signaling.protocol.values import Role


class InvalidEntry(Refused):
    """What somebody entered cannot stand; ``sentence`` tells them why."""

    def __init__(self, reason: str) -> None:
        super().__init__(ErrorCode.INVALID_ENTRY, reason)
        self.sentence = f"{SENTENCES[ErrorCode.INVALID_ENTRY]}：{reason}"


def require(person: Desk | Staff, *roles: Role) -> str:
    """The id of the person, who must have one of the roles. Raises Refused(WRONG_ROLE)."""
    if not set(roles) & set(person.roles):
        raise Refused(ErrorCode.WRONG_ROLE, f"needs {' or '.join(roles)}")
    return actor_of(person)


def actor_of(party: Party) -> str:
    """The id under which the journal keeps what the party does."""
    match party:
        case Terminal():
            return party.terminal_id
        case Desk():
            return party.reviewer_id
        case Staff():
            return party.staff_id

"""What people bring back to the welcome screen: the slip's token, or the six digits of a cabinet.

Part of ``TerminalSession``, as pure as it is. Typed on the screen or read by the scanner. The slip's code carries
the token alone; both codes are told apart by their form.
"""

from collections.abc import Callable
from typing import Literal

from signaling.protocol.identity import normalise_number
from terminal.effects import Effect, ReadCode

TOKEN_LENGTH, CODE_LENGTH = 10, 6
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without look-alikes (Crockford)."""
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})

Kind = Literal["token", "code"]


class Entry:
    """One field, filled key by key or at once by the scanner."""

    def __init__(self, perform: Callable[[Effect], None], changed: Callable[[], None]) -> None:
        self._perform = perform
        self._changed = changed
        self.clear()

    def clear(self, kind: Kind = "token") -> None:
        """Begin anew with an empty field."""
        self.kind: Kind = kind
        self.text = ""
        self.is_reading = False
        self.problem = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return len(self.text) == (TOKEN_LENGTH if self.kind == "token" else CODE_LENGTH)

    def type(self, text: str) -> None:
        """The field as typed now; spaces, hyphens and look-alikes are put right, the rest is left out."""
        known = ALPHABET if self.kind == "token" else ALPHABET[:10]
        longest = TOKEN_LENGTH if self.kind == "token" else CODE_LENGTH
        self.text = "".join(character for character in self._tidy(text) if character in known)[:longest]
        self.problem = ""
        self._changed()

    def _tidy(self, text: str) -> str:
        tidy = normalise_number(text)
        return tidy.translate(_LOOK_ALIKES) if self.kind == "token" else tidy

    def scan(self) -> None:
        """Wait for a QR code at the scanner."""
        if not self.is_reading:
            self.is_reading, self.problem = True, ""
            self._perform(ReadCode())
            self._changed()

    def code_read(self, text: str) -> None:
        """The scanner has read a code; one of another form is refused."""
        if not self.is_reading:
            return
        self.is_reading = False
        self.type(text)
        if not self.is_whole or self.text != self._tidy(text):
            self.text, self.problem = "", "code_other"
        self._changed()

    def code_failed(self, code: str) -> None:
        """The scanner has not."""
        if self.is_reading:
            self.is_reading, self.problem = False, code
            self._changed()


def grouped(token: str) -> str:
    """A token in two groups, as it is read aloud and typed."""
    return f"{token[:5]} {token[5:]}" if len(token) == TOKEN_LENGTH else token

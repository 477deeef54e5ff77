"""Who is admitted to the hall: enrolled terminals and reviewers, as rows of the store.

Keeps public keys and password hashes; never a private key or a password.
"""

from concurrent.futures import Future
from typing import Literal

import msgspec

from signaling.server.store import Connection, Store


class EnrolledTerminal(msgspec.Struct, frozen=True):
    """A terminal's row. ``public_key`` is the raw Ed25519 key, 32 bytes."""

    terminal_id: str
    name: str
    public_key: bytes
    is_revoked: bool = False


class EnrolledReviewer(msgspec.Struct, frozen=True):
    """A reviewer's row. ``reviewer_id`` is the login name, ``password_hash`` an Argon2id PHC string."""

    reviewer_id: str
    name: str
    password_hash: str
    skills: tuple[str, ...]
    is_revoked: bool = False


class Register:
    """The enrolled terminals and reviewers. Every method answers with a future (see ``Store.do``)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put_terminal(self, terminal: EnrolledTerminal) -> "Future[None]":
        """Enrol a terminal; an enrolled one gets the new name and key, a revoked one is admitted again."""
        row = (terminal.terminal_id, terminal.name, terminal.public_key, terminal.is_revoked)
        return self._store.do(lambda connection: _put(connection, "terminals", row))

    def put_reviewer(self, reviewer: EnrolledReviewer) -> "Future[None]":
        """Enrol a reviewer; an enrolled one gets the new password and skills."""
        skills = msgspec.json.encode(reviewer.skills).decode()
        row = (reviewer.reviewer_id, reviewer.name, reviewer.password_hash, skills, reviewer.is_revoked)
        return self._store.do(lambda connection: _put(connection, "reviewers", row))

    def terminal(self, terminal_id: str) -> "Future[EnrolledTerminal | None]":
        """The terminal with this id, revoked or not."""

        def read(connection: Connection) -> EnrolledTerminal | None:
            query = "SELECT terminal_id, name, public_key, is_revoked FROM terminals WHERE terminal_id = ?"
            row = connection.execute(query, (terminal_id,)).fetchone()
            return EnrolledTerminal(row[0], row[1], row[2], bool(row[3])) if row else None

        return self._store.do(read)

    def reviewer(self, reviewer_id: str) -> "Future[EnrolledReviewer | None]":
        """The reviewer with this login name, revoked or not."""

        def read(connection: Connection) -> EnrolledReviewer | None:
            query = "SELECT reviewer_id, name, password_hash, skills, is_revoked FROM reviewers WHERE reviewer_id = ?"
            row = connection.execute(query, (reviewer_id,)).fetchone()
            if not row:
                return None
            skills = msgspec.json.decode(row[3], type=tuple[str, ...])
            return EnrolledReviewer(row[0], row[1], row[2], skills, bool(row[4]))

        return self._store.do(read)

    def revoke(self, name: str) -> "Future[bool]":
        """Take this terminal's or reviewer's admission away; False when there is none of that name."""

        def write(connection: Connection) -> bool:
            terminals = connection.execute("UPDATE terminals SET is_revoked = 1 WHERE terminal_id = ?", (name,))
            reviewers = connection.execute("UPDATE reviewers SET is_revoked = 1 WHERE reviewer_id = ?", (name,))
            return terminals.rowcount + reviewers.rowcount > 0

        return self._store.do(write)

    def revoked(self) -> "Future[frozenset[str]]":
        """Ids of all revoked terminals and reviewers."""

        def read(connection: Connection) -> frozenset[str]:
            query = (
                "SELECT terminal_id FROM terminals WHERE is_revoked = 1"
                " UNION SELECT reviewer_id FROM reviewers WHERE is_revoked = 1"
            )
            return frozenset(row[0] for row in connection.execute(query))

        return self._store.do(read)

    def is_without(self, kind: Literal["terminals", "reviewers"]) -> "Future[bool]":
        """Whether none of this kind was ever enrolled."""
        query = f"SELECT NOT EXISTS (SELECT 1 FROM {kind})"  # noqa: S608 - one of two words
        return self._store.do(lambda connection: bool(connection.execute(query).fetchone()[0]))


def _put(connection: Connection, table: str, row: tuple[object, ...]) -> None:
    places = ", ".join("?" * len(row))
    connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({places})", row)  # noqa: S608 - the table is ours

"""Who is admitted to the hall: enrolled terminals and people with their roles, as rows of the store.

Keeps public keys and password hashes; never a private key or a password.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Literal

import msgspec

from signaling.protocol.values import Role
from signaling.server.store import Connection, Store


class EnrolledTerminal(msgspec.Struct, frozen=True):
    """A terminal's row. ``public_key`` is the raw Ed25519 key, 32 bytes; the rest as in ``events.Terminal``."""

    terminal_id: str
    name: str
    public_key: bytes
    is_revoked: bool = False
    is_booth: bool = True
    cells: int = 0
    site: str = ""


class EnrolledReviewer(msgspec.Struct, frozen=True):
    """A row of one of the hall's people. ``reviewer_id`` is the login name, ``password_hash`` an Argon2id PHC string.

    ``roles`` say what the person may do; not everyone of them reviews.
    """

    reviewer_id: str
    name: str
    password_hash: str
    skills: tuple[str, ...]
    is_revoked: bool = False
    roles: tuple[Role, ...] = ("reviewer",)


class Register:
    """The enrolled terminals and reviewers. Every method answers with a future (see ``Store.do``)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put_terminal(self, terminal: EnrolledTerminal) -> "Future[None]":
        """Enrol a terminal; an enrolled one gets the new name and key, a revoked one is admitted again."""
        row = msgspec.structs.asdict(terminal)
        return self._store.do(lambda connection: _put(connection, "terminals", row))

    def put_reviewer(self, reviewer: EnrolledReviewer) -> "Future[None]":
        """Enrol a reviewer; an enrolled one gets the new password, skills and roles."""
        row = _row_of(reviewer)
        return self._store.do(lambda connection: _put(connection, "reviewers", row))

    def put_all(self, terminals: Sequence[EnrolledTerminal], reviewers: Sequence[EnrolledReviewer]) -> "Future[None]":
        """Enrol all of these or none, each as ``put_terminal`` and ``put_reviewer`` do."""

        def write(connection: Connection) -> None:
            for terminal in terminals:
                _put(connection, "terminals", msgspec.structs.asdict(terminal))
            for reviewer in reviewers:
                _put(connection, "reviewers", _row_of(reviewer))

        return self._store.do(write)

    def terminal(self, terminal_id: str) -> "Future[EnrolledTerminal | None]":
        """The terminal with this id, revoked or not."""

        def read(connection: Connection) -> EnrolledTerminal | None:
            query = (
                "SELECT terminal_id, name, public_key, is_revoked, is_booth, cells, site"
                " FROM terminals WHERE terminal_id = ?"
            )
            row = connection.execute(query, (terminal_id,)).fetchone()
            return EnrolledTerminal(row[0], row[1], row[2], bool(row[3]), bool(row[4]), row[5], row[6]) if row else None

        return self._store.do(read)

    def reviewer(self, reviewer_id: str) -> "Future[EnrolledReviewer | None]":
        """The reviewer with this login name, revoked or not."""

        def read(connection: Connection) -> EnrolledReviewer | None:
            query = (
                "SELECT reviewer_id, name, password_hash, skills, is_revoked, roles"
                " FROM reviewers WHERE reviewer_id = ?"
            )
            row = connection.execute(query, (reviewer_id,)).fetchone()
            if not row:
                return None
            skills = msgspec.json.decode(row[3], type=tuple[str, ...])
            roles = msgspec.json.decode(row[5], type=tuple[Role, ...])
            return EnrolledReviewer(row[0], row[1], row[2], skills, bool(row[4]), roles)

        return self._store.do(read)

    def revoke(self, name: str) -> "Future[bool]":
        """Take this terminal's or reviewer's admission away; False when there is none of that name."""

        def write(connection: Connection) -> bool:
            terminals = connection.execute("UPDATE terminals SET is_revoked = 1 WHERE terminal_id = ?", (name,))
            reviewers = connection.execute("UPDATE reviewers SET is_revoked = 1 WHERE reviewer_id = ?", (name,))
            return terminals.rowcount + reviewers.rowcount > 0

        return self._store.do(write)

    def credentials(self) -> "Future[dict[str, tuple[bytes, ...]]]":
        """The key or password hash by which each terminal and person is let in now; revoked ones are not there."""

        def read(connection: Connection) -> dict[str, tuple[bytes, ...]]:
            query = (
                "SELECT terminal_id, public_key FROM terminals WHERE is_revoked = 0"
                " UNION SELECT reviewer_id, CAST(password_hash AS BLOB) FROM reviewers WHERE is_revoked = 0 ORDER BY 2"
            )
            known: dict[str, tuple[bytes, ...]] = {}
            for name, credential in connection.execute(query):
                known[name] = (*known.get(name, ()), credential)
            return known

        return self._store.do(read)

    def is_without(self, kind: Literal["terminals", "reviewers"]) -> "Future[bool]":
        """Whether none of this kind was ever enrolled."""
        query = f"SELECT NOT EXISTS (SELECT 1 FROM {kind})"  # noqa: S608 - one of two words
        return self._store.do(lambda connection: bool(connection.execute(query).fetchone()[0]))

    def has_role(self, role: Role) -> "Future[bool]":
        """Whether anyone was ever enrolled with this role."""
        query = "SELECT EXISTS (SELECT 1 FROM reviewers, json_each(reviewers.roles) WHERE json_each.value = ?)"
        return self._store.do(lambda connection: bool(connection.execute(query, (role,)).fetchone()[0]))


def _row_of(reviewer: EnrolledReviewer) -> dict[str, object]:
    row = msgspec.structs.asdict(reviewer)
    return row | {name: msgspec.json.encode(row[name]).decode() for name in ("skills", "roles")}


def _put(connection: Connection, table: str, row: dict[str, object]) -> None:
    columns, places = ", ".join(row), ", ".join("?" * len(row))
    query = f"INSERT OR REPLACE INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - table and columns are ours
    connection.execute(query, tuple(row.values()))

"""The register of notices for who asks by what is printed on one: its query code or its number.

Reads the journal through two indexes (schema 0004), so cases that are over are found as well and nothing is kept
twice. What became of a notice is told by notice_history.py.
"""

from concurrent.futures import Future
from datetime import datetime

import msgspec

from signaling.hall.facts import Entry, Fact
from signaling.hall.notice_history import NoticeHistory, histories
from signaling.protocol.values import CROCKFORD
from signaling.server.store import Connection, Store

CODE_LENGTH = 12

_facts: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)
_READ_ALIKE = str.maketrans("OIL", "011", "-– \t")

# word for word as the indexes of schema 0004 have it, or they are not used
_BY_CODE = """
    SELECT case_id FROM journal
    WHERE kind = 'NoticeOrdered' AND json_extract(CAST(body AS TEXT), '$.order.query_code') = ?
"""
_BY_NUMBER = """
    SELECT case_id FROM journal
    WHERE kind IN ('NoticeOrdered', 'Decided', 'DeemedAccepted', 'CorrectionsLapsed', 'CaseWithdrawn', 'NoticeVoided')
    AND coalesce(
        json_extract(CAST(body AS TEXT), '$.order.number'),
        json_extract(CAST(body AS TEXT), '$.notice.number'),
        json_extract(CAST(body AS TEXT), '$.notice_number')
    ) = ? LIMIT 1
"""
_STORY = """
    SELECT time, actor, case_id, body FROM journal
    WHERE case_id = ? AND kind NOT IN ('MarkRecorded', 'PageShown') ORDER BY seq
"""


class NoticeRegister:
    """Answers from the store; None for what was never numbered. A question costs two small reads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def by_query_code(self, code: str) -> "Future[NoticeHistory | None]":
        """The notice with this query code, typed as people type it. Anything that is no code finds nothing."""
        plain = query_code(code)
        return self._store.do(lambda connection: _find(connection, _BY_CODE, plain) if plain else None)

    def by_number(self, number: str) -> "Future[NoticeHistory | None]":
        """The notice with exactly this number (文书编号)."""
        return self._store.do(lambda connection: _find(connection, _BY_NUMBER, number) if number else None)


def query_code(typed: str) -> str:
    """The query code as it is kept: upper case, no dashes, letters that look like digits read as such; or ""."""
    plain = typed.strip().upper().translate(_READ_ALIKE)
    return plain if len(plain) == CODE_LENGTH and set(plain) <= set(CROCKFORD) else ""


def _find(connection: Connection, query: str, key: str) -> NoticeHistory | None:
    row = connection.execute(query, (key,)).fetchone()
    if row is None:
        return None
    entries = (
        Entry(datetime.fromisoformat(time), actor, case_id, _facts.decode(body))
        for time, actor, case_id, body in connection.execute(_STORY, (row[0],))
    )
    found = (notice for notice in histories(entries) if key in (notice.query_code, notice.number))
    return next(found, None)

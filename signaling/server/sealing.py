"""Asks the signing process for drafts and sealed notices, and keeps what comes back. Nothing here can sign.

A notice is stored once: its file and the row that names it are durable before the event, and an order that comes
again (after a crash) is answered with the stored file.
"""

import asyncio
import logging
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from signaling.hall.events import DraftFailed, NoticeDrafted, NoticeSealed, SealingFailed
from signaling.hall.orders import NoticeOrder
from signaling.protocol.errors import Refused
from signaling.server.drafts import Drafts
from signaling.server.errors import ServerError, SettingsWrong
from signaling.server.materials import Materials, insert_row
from signaling.server.store import Connection, Store
from signaling.signer.requests import (
    Answer,
    BadFrame,
    Certificates,
    CodeCertificates,
    Draft,
    Drafted,
    Issued,
    IssuedRecords,
    NotSealed,
    Pending,
    Request,
    Seal,
    Sealed,
    SealRegister,
    Seals,
    SealSummary,
    frame,
    read_answer,
    socket_address,
)

logger = logging.getLogger(__name__)

_STORED_BY = "hall"
_MOST_AT_ONCE = 8
"""Requests on their way; the signing process answers one after the other anyway, and turns a crowd away."""

_ANSWER_S = 120.0
"""A foreign time authority may take its time; notices before this one wait in the same line."""

_CUSTODY = (
    "no_seal",
    "no_grant",
    "seal_suspended",
    "seal_revoked",
    "seal_out_of_date",
    "wrong_kind",
    "second_person_needed",
)
_JOURNAL = ("journal_broken", "journal_unreadable", "not_ordered", "not_borne_out", "number_used")
_TOLD_AS = dict.fromkeys(_CUSTODY, "seal_refused") | dict.fromkeys(_JOURNAL, "journal_broken")
"""What the hall has one sentence for; any other code goes through as it is."""


class SignerAway(Exception):
    """The signing process does not answer."""


class _Ordered(msgspec.Struct, frozen=True):
    notice_id: str


class Sealer:
    """The hall's line to the signing process behind ``socket``."""

    def __init__(self, socket: Path, store: Store, materials: Materials) -> None:
        self._socket = socket
        self._store = store
        self._materials = materials
        self.drafts = Drafts()
        self._line = asyncio.Semaphore(_MOST_AT_ONCE)

    async def trust_roots(self) -> str:
        """The PEM certificates that our seals lead to, the newest seal's first. Raises SettingsWrong."""
        try:
            answer = await self._ask(Seals())
        except SignerAway as problem:
            raise SettingsWrong(
                f"签章进程 {self._socket} 没有回应 (the signing process does not answer: {problem})"
            ) from None
        if not isinstance(answer, SealRegister):
            said = answer.sentence if isinstance(answer, NotSealed) else type(answer).__name__
            raise SettingsWrong(f"签章进程不能使用：{said} (the signing process cannot be used)")
        return answer.trust_roots

    async def seals(self) -> tuple[SealSummary, ...]:
        """The register of seals. Raises SignerAway."""
        answer = await self._ask(Seals())
        if not isinstance(answer, SealRegister):
            raise SignerAway(type(answer).__name__)
        return answer.seals

    async def code_certificates(self) -> tuple[bytes, ...]:
        """The certificates (DER) by which printed codes are checked. Raises SignerAway."""
        answer = await self._ask(CodeCertificates())
        if not isinstance(answer, Certificates):
            raise SignerAway(type(answer).__name__)
        return answer.certificates

    async def is_issued(self, digest: str) -> bool:
        """Whether the bytes with this SHA-256 are a version of a notice that was handed out. Raises SignerAway."""
        answer = await self._ask(Issued(digest=digest))
        if not isinstance(answer, IssuedRecords):
            raise SignerAway(type(answer).__name__)
        return bool(answer.records)

    async def draft(self, preview_id: str, order: NoticeOrder) -> NoticeDrafted | DraftFailed:
        """Have this notice rendered without a seal and keep it in ``drafts``."""
        try:
            answer = await self._ask(Draft(order))
        except SignerAway as problem:
            logger.error("notice %s of case %s not drafted: %s", order.notice_id, order.case_id, problem)
            return DraftFailed(preview_id, "signer_away")
        match answer:
            case Drafted(pdf):
                return NoticeDrafted(preview_id, self.drafts.put(pdf))
            case NotSealed(code, sentence):
                return DraftFailed(preview_id, _TOLD_AS.get(code, code), sentence[:500])
            case _:
                return DraftFailed(preview_id, "draft_failed", type(answer).__name__)

    async def seal(self, order: NoticeOrder) -> NoticeSealed | SealingFailed:
        """Have this notice sealed and store it, or find it stored. Whatever goes wrong is answered as SealingFailed."""
        try:
            return await self._seal(order)
        except SignerAway as problem:
            return self._failed(order, "signer_away", str(problem))
        except (ServerError, Refused, OSError) as problem:  # Refused: no space for the file
            return self._failed(order, "", str(problem))

    async def _seal(self, order: NoticeOrder) -> NoticeSealed | SealingFailed:
        stored, place = await asyncio.wrap_future(
            self._store.do(lambda connection: (_find(connection, order.notice_id), _place(connection, order)))
        )
        if stored is not None:
            return stored
        if place is None:
            return self._failed(order, "journal_broken", "the journal has no order of this notice")
        answer = await self._ask(Seal(order.notice_id, order.case_id, *place))
        match answer:
            case Sealed():
                return await self._keep(order, answer)
            case Pending(code):
                return self._failed(order, code, "")
            case NotSealed(code, sentence):
                return self._failed(order, _TOLD_AS.get(code, code), sentence)
            case _:
                return self._failed(order, "", type(answer).__name__)

    async def _keep(self, order: NoticeOrder, sealed: Sealed) -> NoticeSealed:
        file = await asyncio.to_thread(self._materials.keep, sealed.pdf)
        event = NoticeSealed(
            order.notice_id, file.digest, sealed.sealed_at, sealed.base_digest, sealed.seal_id, sealed.level
        )

        def write(connection: Connection) -> None:
            insert_row(connection, file, _STORED_BY)
            how = (sealed.base_digest, sealed.seal_id, sealed.level)
            row = (order.notice_id, file.digest, sealed.sealed_at.isoformat(), *how)
            connection.execute(f"INSERT INTO notices ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608

        await asyncio.wrap_future(self._store.do(write))
        logger.info("notice %s of case %s sealed", order.notice_id, order.case_id)
        return event

    def _failed(self, order: NoticeOrder, code: str, detail: str) -> SealingFailed:
        # the detail may name a field and its characters: for the reviewer and the journal, not for the log
        logger.error("notice %s of case %s not sealed: %s", order.notice_id, order.case_id, code or "sealing_failed")
        return SealingFailed(order.notice_id, detail[:500], code)

    async def _ask(self, request: Request) -> Answer:
        """One request, one answer, on a connection of its own. Raises SignerAway."""
        try:
            async with self._line, asyncio.timeout(_ANSWER_S):
                with socket_address(self._socket) as address:
                    reader, writer = await asyncio.open_unix_connection(address)
                with closing(writer):
                    writer.write(frame(request))
                    return await read_answer(reader)
        except (OSError, EOFError, TimeoutError, BadFrame) as problem:
            raise SignerAway(type(problem).__name__) from None


_COLUMNS = "notice_id, digest, sealed_at, base_digest, seal_id, level"


def _find(connection: Connection, notice_id: str) -> NoticeSealed | None:
    query = f"SELECT {_COLUMNS} FROM notices WHERE notice_id = ?"  # noqa: S608
    row = connection.execute(query, (notice_id,)).fetchone()
    return NoticeSealed(row[0], row[1], datetime.fromisoformat(row[2]), *row[3:]) if row else None


def _place(connection: Connection, order: NoticeOrder) -> tuple[int, str] | None:
    """Row number and hash of the entry that ordered this notice."""
    query = "SELECT seq, hash, body FROM journal WHERE case_id = ? AND kind = 'NoticeOrdered' ORDER BY seq DESC"
    for seq, own, body in connection.execute(query, (order.case_id,)):
        if msgspec.json.decode(body, type=_Ordered).notice_id == order.notice_id:
            return seq, own
    return None

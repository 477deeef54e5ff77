"""Orders of the hall to sealed notices: rendering, sealing, storing. What they say is made in ``notice_facts``.

A notice is sealed once: its file and the row that names it are durable before the event,
and an order that comes again (after a crash) is answered with the stored file.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import esign
from signaling.hall.commands import NoticeOrder
from signaling.hall.events import NoticeSealed, SealingFailed
from signaling.protocol.errors import Refused
from signaling.server.errors import ServerError, SettingsWrong
from signaling.server.materials import Materials, insert_row
from signaling.server.notice_facts import Office, facts_of
from signaling.server.store import Connection, Store

logger = logging.getLogger(__name__)

_STORED_BY = "hall"


class Sealer:
    """Seals with the seal in ``folder``; makes a test authority there when there is none. One notice at a time."""

    def __init__(
        self, folder: Path, office: Office, store: Store, materials: Materials, clock: Callable[[], datetime]
    ) -> None:
        try:
            self._seal = esign.make_test_authority(folder, office.authority, now=clock())
        except esign.EsignError as problem:
            raise SettingsWrong(
                f"不能使用 {office.authority} 的印章，请核对设置 organisation 和 {folder}"
                f" (cannot use this seal: {problem})"
            ) from None
        self._office = office
        self._store = store
        self._materials = materials
        self._clock = clock
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="sealing")

    @property
    def trust_root(self) -> str:
        """The PEM certificate that our seals lead to."""
        return self._seal.root_pem.decode()

    async def seal(self, order: NoticeOrder) -> NoticeSealed | SealingFailed:
        """Render, seal and store this notice, or find it stored. Whatever goes wrong is answered as SealingFailed."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._seal_one, order)

    def close(self) -> None:
        """Wait for the notice under way."""
        self._worker.shutdown(cancel_futures=True)

    def _seal_one(self, order: NoticeOrder) -> NoticeSealed | SealingFailed:
        try:
            if (stored := self._store.do(lambda connection: _find(connection, order.notice_id)).result()) is not None:
                return NoticeSealed(order.notice_id, *stored)
            sealed_at = self._clock()
            pdf = esign.render_notice(facts_of(order, self._office, self._seal.is_test))
            file = self._materials.keep(esign.seal_notice(pdf, self._seal, sealed_at))

            def write(connection: Connection) -> None:
                insert_row(connection, file, _STORED_BY)
                row = (order.notice_id, file.digest, sealed_at.isoformat())
                connection.execute("INSERT INTO notices VALUES (?, ?, ?)", row)

            self._store.do(write).result()
        except (esign.EsignError, ServerError, Refused, OSError) as problem:  # Refused: no space for the file
            # the sentence may name a field and its characters: for the reviewer and the journal, not for the log
            logger.error("notice %s of case %s not sealed: %s", order.notice_id, order.case_id, type(problem).__name__)
            return SealingFailed(order.notice_id, str(problem)[:500])
        except Exception as problem:
            # the outermost edge of the worker: the reviewer must hear of it, and the hall will try again
            logger.exception("notice %s of case %s not sealed", order.notice_id, order.case_id)
            return SealingFailed(order.notice_id, type(problem).__name__)
        logger.info("notice %s of case %s sealed", order.notice_id, order.case_id)
        return NoticeSealed(order.notice_id, file.digest, sealed_at)


def _find(connection: Connection, notice_id: str) -> tuple[str, datetime] | None:
    row = connection.execute("SELECT digest, sealed_at FROM notices WHERE notice_id = ?", (notice_id,)).fetchone()
    return (row[0], datetime.fromisoformat(row[1])) if row else None

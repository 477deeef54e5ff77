"""Orders of the hall to sealed notices: facts, rendering, sealing, storing. The only door to ``esign`` here.

A notice is sealed once: its file and the row that names it are durable before the event,
and an order that comes again (after a crash) is answered with the stored file.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

import esign
from signaling.hall.commands import NoticeOrder
from signaling.hall.events import NoticeSealed, SealingFailed
from signaling.protocol.errors import Refused
from signaling.protocol.values import Material
from signaling.server.errors import ServerError, SettingsWrong
from signaling.server.materials import Materials, insert_row
from signaling.server.store import Connection, Store

logger = logging.getLogger(__name__)

_SOURCES = {"camera": "高拍仪", "usb": "U 盘", "file": "文件", "reuse": "电子证照"}
_ID_KINDS = {"resident_id": "居民身份证", "credit_code": "统一社会信用代码"}
_STORED_BY = "hall"


class Office(msgspec.Struct, frozen=True):
    """What stands on every notice of this hall."""

    authority: str
    place: str
    office_phone: str
    complaint_phone: str
    query_way: str


class Sealer:
    """Seals with the seal in ``folder``; makes a test authority there when there is none. One notice at a time."""

    def __init__(
        self, folder: Path, office: Office, store: Store, materials: Materials, clock: Callable[[], datetime]
    ) -> None:
        try:
            self._seal = esign.make_test_authority(folder, office.authority)
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


def facts_of(order: NoticeOrder, office: Office, is_test: bool) -> esign.NoticeFacts:
    """What the hall knows, in the words of the notice."""
    item, applicant = order.item, order.applicant
    common: dict[str, Any] = {
        "number": order.number,
        "authority": office.authority,
        "applicant": esign.Applicant(
            kind=applicant.kind,
            name=applicant.name,
            id_kind=_ID_KINDS[applicant.id_kind],
            id_number=applicant.id_number,
            phone=applicant.phone,
            legal_representative=applicant.legal_representative or None,
        ),
        "item": esign.ServiceItem(name=item.name, code=item.code, business=item.business_kind),
        "case_number": order.case_id,
        "ticket_number": order.ticket_number,
        "received_on": order.received_at.date(),
        "issued_on": order.decided_at.date(),
        "place": office.place,
        "handler": order.reviewer_name,
        "office_phone": office.office_phone,
        "complaint_phone": office.complaint_phone,
        "query_way": office.query_way,
        "legal_basis": item.legal_basis,
        "copies": 2,
        "is_test": is_test,
    }
    if order.kind == "correction":
        return esign.CorrectionNotice(**common, **_correction_fields(order))
    return esign.AcceptanceNotice(**common, **_acceptance_fields(order))


def _acceptance_fields(order: NoticeOrder) -> dict[str, Any]:
    provisional = "尚有日期的放假安排未公布，届满日以公布后的工作日计算为准。" if order.is_due_provisional else ""
    return {
        "accepted_on": order.decided_at.date(),
        "statutory_days": order.item.statutory_days,
        "promised_days": order.item.promised_days,
        "due_on": order.promised_due,
        "special_steps": provisional,
        "has_fee": order.item.has_fee,
        "delivery_way": order.item.delivery,
        "materials": tuple(_material(order, material) for material in order.materials),
    }


def _material(order: NoticeOrder, material: Material) -> esign.Material:
    slot = next(slot for slot in order.item.slots if slot.code == material.slot)
    return esign.Material(
        name=slot.name, form=slot.form, source=_SOURCES[material.source], pages=material.pages, sha256=material.digest
    )


def _correction_fields(order: NoticeOrder) -> dict[str, Any]:
    names = {slot.code: slot.name for slot in order.item.slots}
    return {
        "corrections": tuple(
            esign.Correction(
                material=names[correction.slot],
                problem=correction.problem,
                standard=correction.requirement,
                how="在受理本件的自助终端重新提交该材料的完整新版本",
                page=correction.page + 1,
            )
            for correction in order.corrections
        ),
        "hand_in_by": order.promised_due,
        "effect": "请在期限内一次补齐；材料齐全并符合法定形式之日起依法受理。",
    }


def _find(connection: Connection, notice_id: str) -> tuple[str, datetime] | None:
    row = connection.execute("SELECT digest, sealed_at FROM notices WHERE notice_id = ?", (notice_id,)).fetchone()
    return (row[0], datetime.fromisoformat(row[1])) if row else None

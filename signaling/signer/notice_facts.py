"""What a notice says: the hall's order and the office in the words of ``esign``, one function for each kind.

Codes become the Chinese words that stand on paper; consequences that the hall decides by rule are said here. Nothing
is rendered or sealed.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import msgspec

import esign
from signaling.hall.orders import NoticeOrder
from signaling.protocol.values import DeliveryWay, Material, NoticeKind, Result, Source, SpecialStep

_SOURCES: dict[Source, str] = {"camera": "高拍仪", "usb": "U 盘", "file": "文件", "reuse": "电子证照"}
_ID_KINDS = {"resident_id": "居民身份证", "credit_code": "统一社会信用代码"}
_STEPS: dict[SpecialStep, str] = {  # in the order of art. 45 行政许可法
    "hearing": "听证",
    "bidding": "招标",
    "auction": "拍卖",
    "test": "检验",
    "inspection": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert_review": "专家评审",
}
_WAYS: dict[DeliveryWay, str] = {
    "hall": "政务服务大厅出件窗口领取",
    "centre": "分中心出件窗口领取",
    "courier": "邮政寄递",
    "locker": "24小时智能柜自取",
}
_PROVISIONAL = "部分日期的放假安排尚未公布，届满日以公布后的工作日计算为准。"


class Office(msgspec.Struct, frozen=True):
    """What stands on every notice of this hall."""

    authority: str
    place: str
    office_phone: str
    complaint_phone: str
    query_way: str
    check_address: str = ""
    """Where anyone can check a notice; its query code follows behind it."""


def facts_of(
    order: NoticeOrder, office: Office, is_test: bool, crops: Mapping[str, bytes] = MappingProxyType({})
) -> esign.NoticeFacts:
    """What the hall knows, in the words of the notice. ``crops`` are the pictures of its corrections, by digest."""
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
        "replaces": "" if order.kind == "voiding" else order.replaces,
        "remark": _PROVISIONAL if order.is_due_provisional else "",
        # orders of an earlier version have no query code, an office without a public page has no address
        "query_code": _grouped(order.query_code) if office.check_address else "",
        "check_address": office.check_address if order.query_code else "",
    }
    if order.kind == "correction":
        return _correction(order, common, crops)
    return _KINDS[order.kind](order, common)


def _grouped(code: str) -> str:
    """A query code as people read it: XXXX-XXXX-XXXX."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def _acceptance(order: NoticeOrder, common: dict[str, Any]) -> esign.NoticeFacts:
    way = order.acceptance if order.acceptance in ("commitment", "deemed") else "full"
    return esign.AcceptanceNotice(**common, **_acceptance_fields(order), way=way)


def _gap_acceptance(order: NoticeOrder, common: dict[str, Any]) -> esign.NoticeFacts:
    slots = {slot.code: slot for slot in order.item.slots}
    dues: tuple[date | None, ...] = order.gap_dues or (None,) * len(order.particulars.gaps)
    gaps = tuple(
        esign.GapMaterial(name=slots[gap.slot].name, form=slots[gap.slot].form, days=gap.days, due_on=due)
        for gap, due in zip(order.particulars.gaps, dues, strict=True)
    )
    consequence = "逾期未补齐的，本机关按现有材料依法作出决定，由此产生的不利后果由申请人承担。"
    return esign.GapAcceptanceNotice(**common, **_acceptance_fields(order), gaps=gaps, consequence=consequence)


def _acceptance_fields(order: NoticeOrder) -> dict[str, Any]:
    return {
        "accepted_on": _accepted_on(order),
        "statutory_days": order.item.statutory_days,
        "promised_days": order.item.promised_days,
        "due_on": order.promised_due,
        "has_fee": order.item.has_fee,
        "delivery_way": _delivery_way(order),
        "materials": tuple(_material(order, material) for material in order.materials),
    }


def _material(order: NoticeOrder, material: Material) -> esign.Material:
    slot = next(slot for slot in order.item.slots if slot.code == material.slot)
    return esign.Material(
        name=slot.name,
        form=slot.form,
        source=_SOURCES[material.source],
        pages=material.pages,
        sha256=material.digest,
        is_required=slot.is_required,
        copies=max(1, slot.copies),
    )


def _correction(order: NoticeOrder, common: dict[str, Any], crops: Mapping[str, bytes]) -> esign.NoticeFacts:
    names = {slot.code: slot.name for slot in order.item.slots}
    if order.item.does_lapse:
        effect = "逾期未补交的，本机关终止办理本次申请并退还材料。"
    else:
        effect = "逾期未补交的，本件暂不办理，补交后继续。"
    return esign.CorrectionNotice(
        **common,
        corrections=tuple(
            esign.Correction(
                material=names[correction.slot],
                problem=correction.problem,
                standard=correction.requirement,
                how="持收件凭证在任一自助终端重新提交该材料的完整新版本",
                page=correction.page + 1,
                mark_number=correction.mark_number or None,
                crop=crops.get(correction.crop),
            )
            for correction in order.corrections
        ),
        hand_in_by=order.promised_due,
        effect=f"请在期限内一次补齐；材料齐全并符合法定形式之日起依法受理。{effect}",
    )


def _not_accepted(order: NoticeOrder, common: dict[str, Any]) -> esign.NoticeFacts:
    return esign.NonAcceptanceNotice(
        **common,
        ground="not_competent" if order.particulars.ground == "not_competent" else "not_needed",
        reason=order.particulars.reason,
        competent_body=order.particulars.competent_body,
    )


def _special_procedure(order: NoticeOrder, common: dict[str, Any]) -> esign.NoticeFacts:
    return esign.SpecialProcedureNotice(
        **common,
        accepted_on=_accepted_on(order),
        step=_STEPS[order.particulars.step],
        days=order.particulars.days,
        from_on=order.paused_from or order.decided_at.date(),
        until_on=order.promised_due,
        reason=order.particulars.reason,
    )


def _extension(order: NoticeOrder, common: dict[str, Any]) -> esign.NoticeFacts:
    return esign.ExtensionNotice(
        **common,
        accepted_on=_accepted_on(order),
        days=order.particulars.days,
        due_on=order.promised_due,
        reason=order.particulars.reason,
        approver=order.reviewer_name,
        is_joint=order.item.case_type == "joint",
    )


def _grant(order: NoticeOrder, common: dict[str, Any]) -> esign.NoticeFacts:
    return esign.GrantDecision(
        **common,
        accepted_on=_accepted_on(order),
        delivery_way=_delivery_way(order),
        content=order.particulars.reason,
    )


def _refusal(order: NoticeOrder, common: dict[str, Any]) -> esign.NoticeFacts:
    return esign.RefusalDecision(**common, accepted_on=_accepted_on(order), reason=order.particulars.reason)


def _closing(order: NoticeOrder, common: dict[str, Any]) -> esign.NoticeFacts:
    """Only a licence ends with this notice: a refusal and a non-acceptance are themselves the last word."""
    result = order.result
    is_waiting = result is not None and result.state != "handed_over"
    return esign.ClosingNotice(
        **common,
        accepted_on=order.accepted_on,
        outcome="准予行政许可",
        documents=("准予行政许可决定书", "行政许可证件"),
        collection=_delivery_way(order),
        code=result.code if result and is_waiting else "",
        keep_until=result.keep_until if result and is_waiting else None,
    )


def _delivery_way(order: NoticeOrder) -> str:
    """As the applicant chose it; the item's ways as long as nobody was asked."""
    return _collection(order.result) if order.result else order.item.delivery


def _collection(result: Result) -> str:
    details = [result.address] if result.address else []
    if result.tracking:
        details.append(f"运单号{result.tracking}")
    if result.cell:
        details.append(f"{result.cell}号柜格")
    told = _WAYS[result.way] + (f"（{'，'.join(details)}）" if details else "")
    return f"{told}，已送达" if result.state == "handed_over" else told


def _termination(order: NoticeOrder, common: dict[str, Any]) -> esign.NoticeFacts:
    return esign.TerminationNotice(**common, hand_in_by=order.lapsed_on, reason=order.particulars.reason)


def _voiding(order: NoticeOrder, common: dict[str, Any]) -> esign.NoticeFacts:
    return esign.VoidingDecision(
        **common,
        voided_number=order.replaces,
        reason=order.particulars.reason,
        approver=order.reviewer_name,
        consequence="本件退回该文书作出前的办理环节，由本机关依法重新处理，并另行送达文书。",
    )


def _accepted_on(order: NoticeOrder) -> date:
    return order.accepted_on or order.decided_at.date()


_KINDS: dict[NoticeKind, Callable[[NoticeOrder, dict[str, Any]], esign.NoticeFacts]] = {
    "acceptance": _acceptance,
    "not_accepted": _not_accepted,
    "gap_acceptance": _gap_acceptance,
    "special_procedure": _special_procedure,
    "extension": _extension,
    "grant": _grant,
    "refusal": _refusal,
    "closing": _closing,
    "termination": _termination,
    "voiding": _voiding,
}

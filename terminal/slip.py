"""The slip (收件凭证, 排队凭条) of a case, from what the hall said about it. Typesetting is esign's."""

from esign import ServiceItem, SlipDeposit, SlipFacts, SlipMaterial, render_slip
from signaling.protocol.values import OFFICIAL_TIME, CaseView, Material, Source

HOTLINE = "12345"
"""政务服务便民热线, the same everywhere in the country."""
_SOURCES: dict[Source, str] = {"camera": "高拍", "usb": "U盘", "file": "文件", "reuse": "证照复用"}


def make_slip(case: CaseView) -> bytes:
    """The slip as a PDF. Raises EsignError; never on an event loop."""
    tell = next((clock for clock in case.clocks if clock.kind == "tell"), None)
    slots = {slot.code: slot for slot in case.item.slots}
    newest: dict[str, Material] = {material.slot: material for material in case.materials}
    deposits = [deposit for deposit in case.deposits if deposit.state not in ("void", "returned")]
    cells = {slot: deposit.cell for deposit in deposits for slot in deposit.slots}
    facts = SlipFacts(
        hall=case.item.authority,
        ticket_number=case.ticket_number,
        case_number=case.case_id,
        token=case.token,
        applicant_kind=case.applicant.kind,
        applicant=case.applicant.name,
        item=ServiceItem(name=case.item.name, code=case.item.code, business=case.item.business_kind),
        received_at=case.submitted_at.astimezone(OFFICIAL_TIME),
        counts_from=tell.started if tell is not None else None,
        tell_by=tell.due if tell is not None else None,
        materials=tuple(
            SlipMaterial(
                name=slots[material.slot].name,
                form=slots[material.slot].form,
                source=_SOURCES[material.source],
                pages=material.pages,
                is_required=slots[material.slot].is_required,
                copies=max(1, slots[material.slot].copies),
                cell=cells.get(material.slot, 0),
            )
            for material in newest.values()
        ),
        deposits=tuple(
            SlipDeposit(
                cell=deposit.cell,
                pages=deposit.pages,
                materials="、".join(slots[slot].name for slot in deposit.slots if slot in slots),
            )
            for deposit in deposits
        ),
        place=case.terminal_name,
        phone=HOTLINE,
    )
    return render_slip(facts)

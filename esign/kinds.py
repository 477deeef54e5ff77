"""The kinds of notice: for each one what it adds to the common facts, its title, its template and its own rules.

One struct is one kind is one template. What a kind says in fixed words (clauses, remedies) stands in
the template; here is only what differs from case to case.
"""

from datetime import date
from typing import ClassVar, Literal

from esign.errors import BadNotice
from esign.facts import Correction, GapMaterial, Material, NoticeFacts, check_positive, check_rows
from esign.picture import check_picture

__all__ = [
    "KINDS",
    "AcceptanceNotice",
    "ClosingNotice",
    "CorrectionNotice",
    "ExtensionNotice",
    "GapAcceptanceNotice",
    "GrantDecision",
    "NonAcceptanceNotice",
    "RefusalDecision",
    "SpecialProcedureNotice",
    "TerminationNotice",
    "VoidingDecision",
]


class _Acceptance(NoticeFacts, frozen=True, kw_only=True):
    """What both acceptances say. Limits are working days counted from `accepted_on`; `due_on` is the last promised.

    `fee` is the rate and its basis where one is charged; `deposit_slip` the number of the slip for originals kept here.
    """

    accepted_on: date
    statutory_days: int
    promised_days: int
    due_on: date
    has_fee: bool
    delivery_way: str
    materials: tuple[Material, ...]
    special_steps: str = ""  # steps that do not count (听证、检验 …); empty means none
    fee: str = ""
    deposit_slip: str = ""

    def check(self) -> None:
        _check_accepted(self.accepted_on, self)
        if self.due_on <= self.accepted_on:
            raise BadNotice("due_on", f"{self.due_on} does not lie after the acceptance on {self.accepted_on}")
        check_positive("statutory_days", self.statutory_days)
        check_positive("promised_days", self.promised_days)
        if self.promised_days > self.statutory_days:
            raise BadNotice("promised_days", f"{self.promised_days} is more than the statutory {self.statutory_days}")
        if self.fee and not self.has_fee:
            raise BadNotice("fee", "given though none is charged")
        check_rows("materials", len(self.materials))
        for index, material in enumerate(self.materials):
            check_positive(f"materials[{index}].pages", material.pages)
            check_positive(f"materials[{index}].copies", material.copies)
            if len(material.sha256) != 64 or not set(material.sha256) <= set("0123456789abcdef"):
                raise BadNotice(f"materials[{index}].sha256", "not 64 lower-case hex digits")


class AcceptanceNotice(_Acceptance, frozen=True, kw_only=True, tag="acceptance"):
    """受理通知书, art. 32(1)5. `way`: complete papers, a letter of commitment, or deemed because nobody told in time.

    A deemed acceptance (art. 32(1)4) dates from the receipt, whenever this notice is issued.
    """

    title: ClassVar[str] = "受理通知书"
    template: ClassVar[str] = "acceptance/1"

    way: Literal["full", "commitment", "deemed"] = "full"

    def check(self) -> None:
        super().check()
        if self.way == "deemed" and self.accepted_on != self.received_on:
            raise BadNotice("accepted_on", f"a deemed acceptance dates from the receipt on {self.received_on}")


class GapAcceptanceNotice(_Acceptance, frozen=True, kw_only=True, tag="gap_acceptance"):
    """容缺受理通知书: accepted though the minor materials in `gaps` follow later; `consequence` if they do not."""

    title: ClassVar[str] = "容缺受理通知书"
    template: ClassVar[str] = "gap_acceptance/1"

    gaps: tuple[GapMaterial, ...]
    consequence: str

    def check(self) -> None:
        super().check()
        check_rows("gaps", len(self.gaps))
        for index, gap in enumerate(self.gaps):
            check_positive(f"gaps[{index}].days", gap.days)
            if gap.due_on is not None and gap.due_on < self.accepted_on:
                raise BadNotice(f"gaps[{index}].due_on", f"{gap.due_on} lies before the acceptance")


class CorrectionNotice(NoticeFacts, frozen=True, kw_only=True, tag="correction"):
    """补正一次性告知书, art. 32(1)4. `hand_in_by` is the last day; `effect` says what follows if it passes."""

    title: ClassVar[str] = "补正一次性告知书"
    template: ClassVar[str] = "correction/1"

    corrections: tuple[Correction, ...]
    hand_in_by: date
    effect: str

    def check(self) -> None:
        if self.hand_in_by < self.issued_on:
            raise BadNotice("hand_in_by", f"{self.hand_in_by} lies before the issue on {self.issued_on}")
        check_rows("corrections", len(self.corrections))
        for index, correction in enumerate(self.corrections):
            for name in ("page", "mark_number"):
                value = getattr(correction, name)
                if value is not None:
                    check_positive(f"corrections[{index}].{name}", value)
            if correction.crop is not None:
                check_picture(f"corrections[{index}].crop", correction.crop)


class NonAcceptanceNotice(NoticeFacts, frozen=True, kw_only=True, tag="not_accepted"):
    """不予受理通知书: no licence is needed (art. 32(1)1), or another body decides (art. 32(1)2), which is named."""

    title: ClassVar[str] = "不予受理通知书"
    template: ClassVar[str] = "not_accepted/1"

    ground: Literal["not_needed", "not_competent"]
    reason: str
    competent_body: str = ""

    def check(self) -> None:
        if (self.ground == "not_competent") != bool(self.competent_body.strip()):
            raise BadNotice("competent_body", "named exactly when this authority is not competent")


class SpecialProcedureNotice(NoticeFacts, frozen=True, kw_only=True, tag="special_procedure"):
    """特别程序告知书, art. 45: `step` takes `days` working days, from `from_on` to `until_on`, which do not count."""

    title: ClassVar[str] = "特别程序告知书"
    template: ClassVar[str] = "special_procedure/1"

    accepted_on: date
    step: str  # 听证, 招标, 拍卖, 检验, 检测, 检疫, 鉴定, 专家评审
    days: int
    from_on: date
    until_on: date
    reason: str = ""

    def check(self) -> None:
        _check_accepted(self.accepted_on, self)
        check_positive("days", self.days)
        if self.from_on < self.accepted_on:
            raise BadNotice("from_on", f"{self.from_on} lies before the acceptance on {self.accepted_on}")
        if self.until_on < self.from_on:
            raise BadNotice("until_on", f"{self.until_on} lies before the first day {self.from_on}")


class ExtensionNotice(NoticeFacts, frozen=True, kw_only=True, tag="extension"):
    """延期告知书, art. 42: `days` working days more, the last one being `due_on`. A joint item has its own rule."""

    title: ClassVar[str] = "延期告知书"
    template: ClassVar[str] = "extension/1"

    accepted_on: date
    days: int
    due_on: date
    reason: str
    approver: str
    is_joint: bool = False

    def check(self) -> None:
        _check_accepted(self.accepted_on, self)
        check_positive("days", self.days)
        most = 15 if self.is_joint else 10  # art. 42
        if self.days > most:
            raise BadNotice("days", f"{self.days} is more than {most}")
        if self.due_on <= self.accepted_on:
            raise BadNotice("due_on", f"{self.due_on} does not lie after the acceptance on {self.accepted_on}")


class GrantDecision(NoticeFacts, frozen=True, kw_only=True, tag="grant"):
    """准予行政许可决定书, art. 38(1). `content`: conditions and scope; empty when it is granted as applied for."""

    title: ClassVar[str] = "准予行政许可决定书"
    template: ClassVar[str] = "grant/1"

    accepted_on: date
    delivery_way: str
    content: str = ""

    def check(self) -> None:
        _check_accepted(self.accepted_on, self)


class RefusalDecision(NoticeFacts, frozen=True, kw_only=True, tag="refusal"):
    """不予行政许可决定书, art. 38(2): the reasons, and the remedies that its template names."""

    title: ClassVar[str] = "不予行政许可决定书"
    template: ClassVar[str] = "refusal/1"

    accepted_on: date
    reason: str

    def check(self) -> None:
        _check_accepted(self.accepted_on, self)


class ClosingNotice(NoticeFacts, frozen=True, kw_only=True, tag="closing"):
    """办结通知书 with its 送达回证: the outcome, which documents carry it, and how to collect them."""

    title: ClassVar[str] = "办结通知书"
    template: ClassVar[str] = "closing/1"

    outcome: str
    documents: tuple[str, ...]
    collection: str
    code: str = ""
    keep_until: date | None = None
    accepted_on: date | None = None  # none for what was not accepted

    def check(self) -> None:
        check_rows("documents", len(self.documents))
        if self.accepted_on is not None:
            _check_accepted(self.accepted_on, self)
        if self.keep_until is not None and self.keep_until < self.issued_on:
            raise BadNotice("keep_until", f"{self.keep_until} lies before the issue on {self.issued_on}")


class TerminationNotice(NoticeFacts, frozen=True, kw_only=True, tag="termination"):
    """终止办理告知书: the applicant withdrew, or the corrections did not come by `hand_in_by`."""

    title: ClassVar[str] = "终止办理告知书"
    template: ClassVar[str] = "termination/1"

    hand_in_by: date | None = None  # given when it passed without the corrections
    reason: str = ""

    def check(self) -> None:
        if self.hand_in_by is not None and self.hand_in_by >= self.issued_on:
            raise BadNotice("hand_in_by", f"{self.hand_in_by} has not passed on {self.issued_on}")


class VoidingDecision(NoticeFacts, frozen=True, kw_only=True, tag="voiding"):
    """文书作废决定书: the notice `voided_number` is void, why, and `consequence` for the case.

    `voided_title` names its kind, `new_number` the notice issued in its place where that is known already (更正).
    """

    title: ClassVar[str] = "文书作废决定书"
    template: ClassVar[str] = "voiding/1"

    voided_number: str
    reason: str
    approver: str
    consequence: str
    voided_title: str = ""
    new_number: str = ""

    def check(self) -> None:
        if self.voided_number == self.number:
            raise BadNotice("voided_number", "a decision cannot void itself")
        if self.new_number in (self.voided_number, self.number):
            raise BadNotice("new_number", "neither the void notice nor this decision can stand in its place")


KINDS: dict[str, type[NoticeFacts]] = {
    kind.template: kind
    for kind in (
        AcceptanceNotice,
        GapAcceptanceNotice,
        CorrectionNotice,
        NonAcceptanceNotice,
        SpecialProcedureNotice,
        ExtensionNotice,
        GrantDecision,
        RefusalDecision,
        ClosingNotice,
        TerminationNotice,
        VoidingDecision,
    )
}
"""Every kind by the name and version of its template."""


def _check_accepted(accepted_on: date, facts: NoticeFacts) -> None:
    if not facts.received_on <= accepted_on <= facts.issued_on:
        raise BadNotice("accepted_on", f"{accepted_on} must lie between receipt and issue")

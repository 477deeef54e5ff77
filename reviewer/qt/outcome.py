"""The confirmation of a decision: what is decided about which papers, what it needs said, which notice it seals."""

from collections.abc import Iterable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from reviewer.draft import DraftCorrection
from reviewer.outcomes import CORRECTING, FORMS, Field, faults, longest_days, notice_of, open_gaps
from reviewer.qt.casewords import FAULT, GROUND, NOTICE_KIND, OUTCOME, SPECIAL_STEP, clock_sentence
from reviewer.qt.confirm import Confirmation, Form
from reviewer.qt.labels import label
from reviewer.qt.preview import PreviewPane
from reviewer.session import DeskSession
from signaling.protocol.values import CaseView, Gap, Outcome, Particulars

_USUAL_GAP_DAYS = 5
_VERB: dict[Outcome, str] = {
    "advise": "给出预审意见",
    "not_accept": "确认不予受理",
    "request_corrections": "确认发出补正告知书",
    "accept": "确认受理并盖章",
    "accept_with_gap": "确认容缺受理",
    "accept_on_commitment": "确认承诺受理",
    "pause": "确认进入特别程序",
    "resume": "确认恢复办理",
    "extend": "确认延长期限",
    "grant": "确认准予许可",
    "refuse": "确认不予许可",
    "issue": "转出件窗口",
    "close": "确认办结",
}
_REASON_HINT: dict[Outcome, str] = {
    "advise": "给申请人的意见（可不填；逐项问题写在补正草稿里）",
    "not_accept": "事实和依据，将写入不予受理通知书",
    "pause": "为何需要此程序",
    "extend": "延长期限的理由，将告知申请人",
    "grant": "决定所附的说明或条件（没有则不填），将写入决定书",
    "refuse": "不予许可的理由和依据，将写入决定书并附救济途径",
}
_EXTRA: dict[Outcome, str] = {
    "advise": "预审意见仅供参考：不出具文书，不计法定期限。",
    "resume": "恢复后审批期限继续计算，特别程序所用时间不计入。",
    "issue": "办件转到出件窗口制证；证件制成、可以领取时，申请人会收到通知。",
    "request_corrections": "补正内容须一次告知，请确认没有遗漏。",
    "accept_with_gap": "未按期补交的，按通知书所告知的后果处理。",
    "pause": "特别程序所需时间不计入审批期限，并书面告知申请人。",
    "extend": "每件只能延长一次，须经本机关负责人批准。",
    "refuse": "决定书将告知申请人依法申请行政复议或提起行政诉讼的权利。",
}


def ask_outcome(session: DeskSession, outcome: Outcome, parent: QWidget) -> Confirmation | None:
    """Ask before deciding; None when this cannot be decided now."""
    case = session.case
    if case is None or session.undecided_reasons(outcome):
        return None
    form = OutcomeForm(case, outcome, _shown_fields(session, case, outcome))
    title = f"要求补正 {len(session.drafts)} 项" if outcome == "request_corrections" else OUTCOME[outcome]

    def decide() -> None:
        session.decide(outcome, form.particulars())

    lines = _correction_lines(case, session.drafts) if outcome in CORRECTING else _case_lines(session, case, outcome)
    shown = form if form.fields else None
    role = "danger" if outcome in ("not_accept", "refuse") else "primary"
    pane = PreviewPane(session, outcome, form.particulars) if notice_of(case, outcome) else None
    dialog = Confirmation(title, lines, _note(case, outcome), _VERB[outcome], decide, parent, shown, role, pane)
    if pane is not None:
        form.changed.connect(pane.follow)
        dialog.finished.connect(pane.leave)
        pane.ask()
    return dialog


class OutcomeForm(Form):
    """The fields an outcome needs, each under its name, and nothing else."""

    def __init__(self, case: CaseView, outcome: Outcome, fields: tuple[Field, ...]) -> None:
        super().__init__()
        self._case, self._outcome, self.fields = case, outcome, fields
        longest = longest_days(case, outcome)
        self.ground = _choice(GROUND.items(), "请选择")
        self.competent_body = QLineEdit()
        self.competent_body.setPlaceholderText("例如：通州区水务局")
        self.reason = _editor(_REASON_HINT.get(outcome, "理由"))
        self.override = _editor("主管理由：为何须再次要求补正首次材料中已可看到的问题（没有则不填）")
        self.step = _choice(SPECIAL_STEP.items(), "请选择")
        self.days = _days(longest, 0)
        self.gaps = [GapRow(slot.code, slot.name, longest) for slot in open_gaps(case)] if "gaps" in fields else []
        gaps = QWidget()
        column = QVBoxLayout(gaps)
        column.setContentsMargins(0, 0, 0, 0)
        for row in self.gaps:
            column.addWidget(row)
            row.chosen.toggled.connect(self._changed)
            row.days.valueChanged.connect(self._changed)
        widgets: dict[Field, tuple[str, QWidget]] = {
            "ground": ("法定事由", self.ground),
            "competent_body": ("有权机关", self.competent_body),
            "step": ("程序种类", self.step),
            "days": ("工作日", self.days),
            "gaps": ("后补材料", gaps),
            "reason": ("理由", self.reason),
            "override": ("主管理由", self.override),
        }
        self._grid = QFormLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(10)
        self._grid.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        for name, (words, widget) in widgets.items():
            widget.setAccessibleName(words)
            if name in fields:
                self._grid.addRow(label(words), widget)
            else:
                widget.setParent(self)
                widget.hide()
        for signal in (self.ground.currentIndexChanged, self.step.currentIndexChanged, self.days.valueChanged):
            signal.connect(self._changed)
        for edited in (self.competent_body.textChanged, self.reason.textChanged, self.override.textChanged):
            edited.connect(self._changed)
        self._changed()
        first = next((widget for name, (_, widget) in widgets.items() if name in fields), None)
        self.setFocusProxy(first)

    def particulars(self) -> Particulars:
        """What was filled in."""
        ground = self.ground.currentData()
        return Particulars(
            reason=self.reason.toPlainText().strip()[:2000],
            ground=ground,
            competent_body=self.competent_body.text().strip()[:200] if ground == "not_competent" else "",
            gaps=tuple(row.gap for row in self.gaps if row.chosen.isChecked()),
            step=self.step.currentData(),
            days=self.days.value() if "days" in self.fields else 0,
            override=self.override.toPlainText().strip()[:2000],
        )

    def problem(self) -> str:
        """The first thing that is missing."""
        return next((FAULT[fault] for fault in faults(self._case, self._outcome, self.particulars())), "")

    def _changed(self) -> None:
        if "competent_body" in self.fields:
            self._grid.setRowVisible(self.competent_body, self.ground.currentData() == "not_competent")
        self.changed.emit()


class GapRow(QWidget):
    """One minor material that may follow, and by when."""

    def __init__(self, slot: str, name: str, longest: int) -> None:
        super().__init__()
        self._slot = slot
        self.chosen = QCheckBox(name)
        self.chosen.setChecked(True)
        self.days = _days(longest, min(_USUAL_GAP_DAYS, longest))
        self.days.setMinimum(1)
        self.chosen.toggled.connect(self.days.setEnabled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.chosen, 1)
        row.addWidget(self.days)
        row.addWidget(label("个工作日内补交", "muted"))

    @property
    def gap(self) -> Gap:
        """As it travels."""
        return Gap(self._slot, self.days.value())


def _shown_fields(session: DeskSession, case: CaseView, outcome: Outcome) -> tuple[Field, ...]:
    """A supervisor's override is for the second correction notice only."""
    has_corrected = any(notice.kind == "correction" for notice in case.notices)
    fields = FORMS[outcome].fields
    if "override" in fields and not ("supervisor" in session.roles and has_corrected):
        return tuple(field for field in fields if field != "override")
    return fields


def _note(case: CaseView, outcome: Outcome) -> str:
    notice = notice_of(case, outcome)
    sealed = f"确认后《{NOTICE_KIND[notice]}》即加盖电子印章并送达申请人；盖章后不能撤回。" if notice else ""
    return sealed + _EXTRA.get(outcome, "")


def _case_lines(session: DeskSession, case: CaseView, outcome: Outcome) -> list[str]:
    lines = [f"事项：{case.item.name}", f"申请人：{case.applicant.name}", f"办理机关：{case.item.authority}"]
    if FORMS[outcome].role == "reviewer":
        lines += [
            f"　{paper.slot_name} 第 {paper.material.version} 版 · {paper.page_count} 页"
            f" · 摘要 {paper.material.digest[:12]}"
            for paper in session.papers.current()
        ]
    else:
        lines += [f"审批期限：{clock_sentence(clock)}" for clock in case.clocks if clock.kind == "decide"]
        lines.append(f"材料：{len(session.papers.current())} 份")
    return lines


def _correction_lines(case: CaseView, drafts: tuple[DraftCorrection, ...]) -> list[str]:
    names = {slot.code: slot.name for slot in case.item.slots}
    lines = [
        f"{number}. {names.get(draft.slot, draft.slot)} 第 {draft.page + 1} 页：{draft.problem}"
        f"\n　要求：{draft.requirement}"
        for number, draft in enumerate(drafts, 1)
    ]
    return lines or ["没有列出问题：材料齐全、符合形式，可以正式提交。"]


def _choice(words: Iterable[tuple[str, str]], hint: str) -> QComboBox:
    made = QComboBox()
    for code, text in words:
        made.addItem(text or hint, code)
    return made


def _days(longest: int, value: int) -> QSpinBox:
    made = QSpinBox()
    made.setRange(0, longest)
    made.setValue(value)
    made.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    made.setFixedWidth(72)
    return made


def _editor(hint: str) -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setPlaceholderText(hint)
    made.setTabChangesFocus(True)
    made.setFixedHeight(84)
    return made

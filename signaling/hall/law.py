"""The law behind the tables: article -> rule -> where it stands -> which test shows it; and the pages made from them.

``law_page`` is docs/law.md and ``machines_page`` docs/machines.md, word for word; tests/signaling/hall/test_law.py
holds them against each other and says how to write them anew. Nothing is decided here.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from signaling.hall import calls, case, clocks, deposits, desks, material_items, notices, outcomes, results, tickets
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.values import Outcome

State = TypeVar("State", bound=str)
Edge = tuple[str, str, str]
"""State before, step, state after."""


class Provision(msgspec.Struct, frozen=True):
    """One rule: article of 行政许可法, the rule in short, where the hall keeps it, and the tests that show it."""

    article: str
    rule: str
    place: str
    tests: tuple[str, ...]


class Forbidden(msgspec.Struct, frozen=True):
    """A step that must not happen, the code that refuses it (empty: the table has no such step), and its test."""

    step: str
    code: ErrorCode | None
    test: str


PROVISIONS = (
    Provision(
        "32(1)",
        "依法不需要取得行政许可的，即时告知不受理",
        "outcome `not_accept`, ground `not_needed`",
        ("test_decisions.py::test_art_32_1_what_needs_no_licence_is_not_accepted",),
    ),
    Provision(
        "32(2)",
        "不属于本机关职权范围的，即时不予受理，并告知向有关机关申请",
        "outcome `not_accept`, ground `not_competent`, `competent_body` demanded",
        ("test_decisions.py::test_art_32_2_another_body_is_competent_and_named",),
    ),
    Provision(
        "32(3)",
        "可以当场更正的错误，允许当场更正",
        "step `fix`: asked by the reviewer, confirmed by the applicant, no notice",
        ("test_fixes.py::test_art_32_3_an_error_is_put_right_on_the_spot_when_the_applicant_confirms",),
    ),
    Provision(
        "32(4)",
        "不齐全或不符合形式的，五日内一次告知需要补正的全部内容",
        "outcome `request_corrections`, guard on a second notice, clock `tell`",
        (
            "test_guards.py::test_art_32_4_a_second_notice_cannot_name_what_was_visible_at_the_first",
            "test_guards.py::test_everything_that_is_missing_is_asked_for_at_one_time",
            "test_clocks.py::test_five_days_to_tell_count_from_the_day_after_the_receipt",
        ),
    ),
    Provision(
        "32(4)",
        "逾期不告知的，自收到申请材料之日起即为受理",
        "step `deem_accepted` at the end of clock `tell`, dated the day of receipt",
        ("test_deadlines.py::test_art_32_4_untold_in_five_days_it_is_accepted_from_the_day_of_receipt",),
    ),
    Provision(
        "32(5)",
        "材料齐全、符合形式，或已全部补正的，应当受理，并出具加盖专用印章、注明日期的书面凭证",
        "outcomes `accept`, `accept_with_gap`, `accept_on_commitment`; notices `acceptance`, `gap_acceptance`",
        (
            "test_decisions.py::test_art_32_5_whole_papers_are_accepted_with_a_dated_notice",
            "test_decisions.py::test_minor_materials_may_follow_on_a_commitment",
            "test_decisions.py::test_a_commitment_item_is_accepted_on_its_letter",
        ),
    ),
    Provision(
        "38",
        "准予的作出书面决定；不予的说明理由，告知救济权利",
        "outcomes `grant`, `refuse` (reason demanded); notices `grant`, `refusal`",
        (
            "test_decisions.py::test_art_38_a_grant_is_told_in_writing_and_issued_within_ten_days",
            "test_decisions.py::test_art_38_a_refusal_gives_its_reasons_and_ends_the_case",
        ),
    ),
    Provision(
        "42",
        "自受理之日起二十日内决定（承诺时限可短）；经批准可延长一次，十日；联合办理十五日",
        "clock `decide`, outcome `extend` (once)",
        (
            "test_decisions.py::test_art_42_the_time_is_extended_once_with_a_reason",
            "test_decisions.py::test_art_42_an_extension_has_its_longest_days",
            "test_guards.py::test_an_extension_comes_before_the_time_is_over",
        ),
    ),
    Provision(
        "44",
        "自决定之日起十日内颁发、送达证件",
        "clock `issue`, outcome `issue`, step `deliver`",
        ("test_decisions.py::test_art_44_the_document_is_issued_and_delivered_within_ten_days",),
    ),
    Provision(
        "45",
        "听证、招标、拍卖、检验、检测、检疫、鉴定、专家评审的时间不计算在内，并书面告知",
        "outcomes `pause`, `resume`; notice `special_procedure`; clock `decide` stands still",
        (
            "test_decisions.py::test_art_45_a_special_procedure_is_told_and_its_days_are_not_counted",
            "test_clocks.py::test_days_of_a_special_procedure_are_not_counted",
        ),
    ),
    Provision(
        "82",
        "期限以工作日计算，不含法定节假日",
        "`working_days.py`: published calendar, the manager's days, provisional years",
        (
            "test_clocks.py::test_the_published_calendar_decides_not_the_day_of_the_week",
            "test_clocks.py::test_an_edit_of_the_calendar_moves_a_running_clock",
            "test_clocks.py::test_a_limit_in_a_year_that_is_not_published_is_provisional_until_it_is",
        ),
    ),
)

FORBIDDEN = (
    Forbidden(
        "已受理的办件退回审查（主管作废文书除外）",
        None,
        "test_tables.py::test_an_accepted_case_never_goes_back_to_review_but_by_a_supervisors_void",
    ),
    Forbidden(
        "无主管理由再次要求补正首次即可见的内容",
        ErrorCode.ALREADY_VISIBLE,
        "test_guards.py::test_art_32_4_a_second_notice_cannot_name_what_was_visible_at_the_first",
    ),
    Forbidden(
        "必要材料未查看即出具文书",
        ErrorCode.NOT_LOOKED_AT,
        "test_guards.py::test_no_notice_while_a_required_material_is_unread",
    ),
    Forbidden(
        "未预览文书即作出决定（设置 must_preview 为真时）",
        ErrorCode.PREVIEW_REQUIRED,
        "test_previews.py::test_without_a_preview_nothing_is_decided_where_the_hall_wants_one",
    ),
    Forbidden(
        "作出与所预览文书不同的决定",
        ErrorCode.PREVIEW_STALE,
        "test_previews.py::test_only_what_was_read_is_decided",
    ),
    Forbidden(
        "受理日期早于收到日期",
        ErrorCode.ILLEGAL_STEP,
        "test_guards.py::test_an_acceptance_is_never_dated_before_the_receipt",
    ),
    Forbidden(
        "特别程序期间作出决定",
        ErrorCode.ILLEGAL_STEP,
        "test_decisions.py::test_nothing_is_decided_during_a_special_procedure",
    ),
    Forbidden(
        "失去办件占用后继续操作",
        ErrorCode.NOT_FOUND,
        "test_decisions.py::test_after_the_lease_is_lost_nothing_can_be_done",
    ),
    Forbidden(
        "受理人自己作出审批决定",
        ErrorCode.SAME_PERSON,
        "test_decisions.py::test_who_accepted_does_not_decide",
    ),
    Forbidden(
        "无权岗位作出决定",
        ErrorCode.WRONG_ROLE,
        "test_guards.py::test_a_reviewer_accepts_but_does_not_decide_issue_or_close",
    ),
)


def law_page() -> str:
    """docs/law.md."""
    return "\n".join(
        [
            "# 法律与规则 The law in the tables",
            "",
            "Made from the hall's tables by `law.py`: do not edit, see `tests/signaling/hall/test_law.py`.",
            "Articles are those of 《中华人民共和国行政许可法》. Tests are in `tests/signaling/hall`.",
            "",
            "## 条文 Articles",
            "",
            *_table(
                ("条 article", "规则 rule", "所在 where", "测试 tests"),
                ((row.article, row.rule, row.place, _tests(row.tests)) for row in PROVISIONS),
            ),
            "",
            "## 禁止 What must not happen",
            "",
            *_table(
                ("事 step", "拒绝 refused with", "测试 test"),
                ((row.step, _refusal(row.code), _tests((row.test,))) for row in FORBIDDEN),
            ),
            "",
            "## 决定 Outcomes",
            "",
            "Where each outcome leads, who may decide it, what must (and may) be said with it, which notice tells it.",
            "",
            *_table(
                ("outcome", "from → to", "roles", "demands (allows)", "all read", "notice", "art."),
                (_outcome_row(outcome, rule) for outcome, rule in outcomes.RULES.items()),
            ),
            "",
            "## 期限 Clocks",
            "",
            f"Days to tell: {clocks.TELL_DAYS}. To issue: {clocks.ISSUE_DAYS}. The longest extension:"
            f" {clocks.EXTENSION_DAYS}, joint {clocks.JOINT_EXTENSION_DAYS}. To decide: the item's promise.",
            "To correct: the item's or the hall's days. All are working days, counted from the day after.",
            "",
            *_table(
                ("state", "clocks that run"),
                ((state, ", ".join(kinds)) for state, kinds in clocks.RUNNING.items()),
            ),
            "",
        ]
    )


def machines_page() -> str:
    """docs/machines.md: a state diagram of each machine, drawn from its table."""
    lines = [
        "# 状态机 The machines",
        "",
        "Drawn from the tables of `signaling/hall` by `law.py`; do not edit, see `tests/signaling/hall/test_law.py`.",
        "A step that is not drawn is illegal.",
    ]
    for name, starts, edges in _machines():
        lines += ["", f"## {name}", "", "```mermaid", "stateDiagram-v2", *(f"    [*] --> {start}" for start in starts)]
        steps: dict[tuple[str, str], list[str]] = {}
        for before, step, after in edges:
            steps.setdefault((before, after), []).append(step)
        lines += [f"    {before} --> {after}: {', '.join(names)}" for (before, after), names in steps.items()]
        ends = dict.fromkeys(after for _, _, after in edges if after not in {before for before, _, _ in edges})
        lines += [*(f"    {end} --> [*]" for end in ends), "```"]
    return "\n".join([*lines, ""])


def _machines() -> Iterator[tuple[str, tuple[str, ...], list[Edge]]]:
    """The six machines of a case and the two beside it: name, first states, edges."""
    yield "办件 Case (`case.py`)", ("pre_review", "received"), _edges(case.STEPS)
    yield "排队号 Ticket (`tickets.py`)", ("waiting",), _edges(tickets.STEPS)
    yield "会话 Session: a call (`calls.py`)", ("ringing",), _edges(calls.STEPS)
    yield "文书 Notice (`notices.py`)", ("sealing",), _edges(notices.STEPS)
    yield "材料项 Material item (`material_items.py`)", ("empty",), _edges(material_items.STEPS)
    yield "交存 Deposit (`deposits.py`)", ("allocated",), _edges(deposits.STEPS)
    yield "结果 Result (`results.py`)", ("making",), _edges(results.STEPS)
    yield "席位 Desk (`desks.py`)", ("away",), _edges(desks.STEPS)


def _edges(steps: Mapping[tuple[State, str], State]) -> list[Edge]:
    return [(before, step, after) for (before, step), after in steps.items()]


def _outcome_row(outcome: Outcome, rule: outcomes.Rule) -> tuple[str, ...]:
    ways = ", ".join(f"{before} → {after}" for (before, step), after in case.STEPS.items() if step == outcome)
    allows = f" ({', '.join(rule.allows)})" if rule.allows else ""
    said = ", ".join(rule.demands) + allows
    is_read = "yes" if rule.must_have_read else ""
    return f"`{outcome}`", ways, ", ".join(rule.roles), said, is_read, rule.notice or "", rule.article


def _refusal(code: ErrorCode | None) -> str:
    return "no such step" if code is None else f"`{code}` {SENTENCES[code]}"


def _tests(tests: Iterable[str]) -> str:
    return "<br>".join(f"`{test}`" for test in tests)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]

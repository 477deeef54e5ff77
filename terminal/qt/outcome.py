"""What an outcome means and what to do next, in plain words, from the same data as the notice (domain idea 15).

Each line is one thing to know or to do; the first is the most important.
"""

from signaling.protocol.values import CaseView, ClockKind, Result
from terminal.qt.words import WAYS, day, ended_as

APPEAL = "不服的，可自收到通知之日起 60 日内申请行政复议，或 6 个月内向人民法院提起行政诉讼。"
"""行政复议法 art. 20, 行政诉讼法 art. 46; that the rights are told: 行政许可法 art. 38."""
_NEWS = "您现在可以离开。有进展会发短信；也可用凭条上的凭证码在任一自助终端查看。"


def next_steps(case: CaseView) -> list[str]:
    """Never empty."""
    match ended_as(case):
        case "pre_review":
            return ["材料已送预审，不需要等候。意见作出后会发短信，您用凭证码在任一终端查看。预审不是正式申请。"]
        case "advised":
            return _advice(case)
        case "received" | "reviewing":
            due = _due(case, "tell")
            return ["您的材料已经收到，正在审查。", *([f"最迟在{due}告知您是否受理或需要补正。"] if due else []), _NEWS]
        case "correction_requested":
            due = _due(case, "correct")
            told = f"请在{due}前交齐。" if due else "请尽快交齐。"
            return [f"共 {len(case.corrections)} 处需要补正，已一次性告知。{told}", "在任一自助终端用凭证码即可补交。"]
        case "accepted":
            return _accepted(case)
        case "accepted_with_gap":
            return [*_gaps(case), *_accepted(case)]
        case "paused":
            return _paused(case)
        case "granted":
            due = _due(case, "issue")
            return [
                "您的申请已获准许，决定书请妥善保管。",
                *([f"证件最迟在{due}制作并送达。"] if due else []),
                _delivery(case),
            ]
        case "refused":
            return [*([f"理由：{case.reason}"] if case.reason else []), APPEAL, "情况变化后可以重新申请。"]
        case "issued":
            return [_result(case, case.result)]
        case "delivered":
            return ["结果已经交到您手中，感谢您的办理。"]
        case "not_accepted":
            return _not_accepted(case)
        case "closed":
            return ["本办件已经办结，不需要再做什么。"]
        case "withdrawn":
            return ["申请已撤回或终止，不再审查。以后需要办理时，请重新申请。"]


def _due(case: CaseView, kind: ClockKind) -> str:
    clock = next((clock for clock in case.clocks if clock.kind == kind and clock.state != "stopped"), None)
    return day(clock.due) if clock is not None else ""


def _advice(case: CaseView) -> list[str]:
    if case.corrections:
        return [f"预审建议修改 {len(case.corrections)} 处。改好后在这里一并提交，即为正式申请。"]
    return ["预审没有发现问题，可以直接正式提交。"]


def _accepted(case: CaseView) -> list[str]:
    due = _due(case, "decide")
    lines = []
    if case.acceptance == "deemed":
        lines.append("期限内没有告知，依法自收到材料之日起即为受理（行政许可法第三十二条）。")
    lines.append(f"下一步由审批人员作出决定，最迟在{due}。" if due else "下一步由审批人员作出决定。")
    return [*lines, _delivery(case), _NEWS]


def _gaps(case: CaseView) -> list[str]:
    names = {slot.code: slot.name for slot in case.item.slots}
    waived = [line for line in case.list if line.state == "waived"]
    lines = [f"请补交：{names[line.slot]}" + (f"，最迟{day(line.due)}" if line.due else "") for line in waived]
    return [*lines, "补交可在任一自助终端办理；逾期未交，按容缺受理通知书写明的方式处理。"]


def _paused(case: CaseView) -> list[str]:
    why = f"：{case.reason}" if case.reason else ""
    return [f"正在进行特别程序{why}。", "所需时间不计入办理期限；结束后继续办理，会发短信告知。"]


def _not_accepted(case: CaseView) -> list[str]:
    lines = [f"理由：{case.reason}"] if case.reason else []
    if case.competent_body:
        lines.insert(0, f"这件事应由“{case.competent_body}”办理，请带上材料向该机关申请。")
    else:
        lines.insert(0, "这件事依法不需要取得行政许可，您可以不办。")
    return [*lines, APPEAL]


def _delivery(case: CaseView) -> str:
    where = f"（{case.address}）" if case.delivery == "courier" and case.address else ""
    return f"结果领取方式：{WAYS[case.delivery]}{where}，发出前可以更改。"


def _result(case: CaseView, result: Result | None) -> str:
    if result is None:
        return _delivery(case)
    keep = f"，保留到{day(result.keep_until)}" if result.keep_until else ""
    match result.state:
        case "making":
            return f"结果正在制作，好了会发短信。{_delivery(case)}"
        case "ready":
            return f"结果已做好，正在送往：{WAYS[result.way]}。"
        case "at_counter":
            return f"请凭取件码 {result.code} 到{WAYS[result.way]}领取{keep}。"
        case "dispatched":
            return f"结果已交快递，单号 {result.tracking}。" if result.tracking else "结果已交快递。"
        case "in_locker":
            return f"请凭取件码 {result.code} 从 {result.cell} 号柜取出：在首页点“取件”{keep}。"
        case "handed_over":
            return "结果已经交到您手中，感谢您的办理。"

"""The Chinese words of a case: states, outcomes, notices, places in line, clocks, papers in cabinets.

Every code of the protocol that a case can show has its word here; sentences.py has those of the desk itself.
"""

from datetime import date

from reviewer.decisions import Reason
from reviewer.outcomes import FaultCode, FixField
from reviewer.worklist import Pressure
from signaling.protocol.values import (
    AcceptanceKind,
    CaseState,
    Clock,
    ClockKind,
    ClockState,
    Conversion,
    DeliveryWay,
    DepositState,
    Grade,
    Ground,
    ItemState,
    NoticeKind,
    NoticeState,
    OriginalState,
    Outcome,
    PriorityGroup,
    ResultState,
    Role,
    SpecialStep,
    TicketKind,
    TicketState,
    WorkKind,
)

CASE_STATE: dict[CaseState, str] = {
    "pre_review": "预审中",
    "advised": "已给预审意见",
    "received": "已收件",
    "reviewing": "审查中",
    "correction_requested": "待补正",
    "accepted": "已受理",
    "accepted_with_gap": "容缺受理",
    "paused": "特别程序中",
    "granted": "准予许可",
    "refused": "不予许可",
    "issued": "已制证",
    "delivered": "已送达",
    "not_accepted": "不予受理",
    "closed": "已办结",
    "withdrawn": "已终止",
}
CASE_CHIP: dict[CaseState, str] = {
    "pre_review": "warn",
    "advised": "idle",
    "received": "idle",
    "reviewing": "warn",
    "correction_requested": "warn",
    "accepted": "good",
    "accepted_with_gap": "good",
    "paused": "warn",
    "granted": "good",
    "refused": "bad",
    "issued": "good",
    "delivered": "good",
    "not_accepted": "bad",
    "closed": "good",
    "withdrawn": "idle",
}
NOTICE_STATE: dict[NoticeState, str] = {
    "sealing": "正在盖章",
    "ready": "已盖章，正在送达",
    "received": "已送达",
    "printed": "已打印",
    "voided": "已作废",
}
NOTICE_KIND: dict[NoticeKind, str] = {
    "acceptance": "受理通知书",
    "correction": "补正告知书",
    "not_accepted": "不予受理通知书",
    "gap_acceptance": "容缺受理通知书",
    "special_procedure": "特别程序告知书",
    "extension": "延期告知书",
    "grant": "准予许可决定书",
    "refusal": "不予许可决定书",
    "closing": "办结通知书",
    "termination": "终止办理告知书",
    "voiding": "作废通知书",
}
OUTCOME: dict[Outcome, str] = {
    "advise": "预审意见",
    "not_accept": "不予受理",
    "request_corrections": "补正",
    "accept": "受理并盖章",
    "accept_with_gap": "容缺受理",
    "accept_on_commitment": "告知承诺受理",
    "pause": "特别程序",
    "resume": "恢复办理",
    "extend": "延长期限",
    "grant": "准予许可",
    "refuse": "不予许可",
    "issue": "转窗口制证",
    "close": "办结",
}
ACCEPTANCE: dict[AcceptanceKind, str] = {
    "": "未受理",
    "full": "受理",
    "gap": "容缺受理",
    "commitment": "告知承诺受理",
    "deemed": "逾期未告知，视为受理",
}
GROUND: dict[Ground, str] = {
    "": "",
    "not_needed": "依法不需要取得行政许可",
    "not_competent": "依法不属于本机关职权范围",
}
SPECIAL_STEP: dict[SpecialStep, str] = {
    "": "",
    "hearing": "听证",
    "bidding": "招标",
    "auction": "拍卖",
    "test": "检验",
    "inspection": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert_review": "专家评审",
}
ROLE: dict[Role, str] = {
    "reviewer": "受理审核",
    "decider": "审批",
    "issuer": "制证发证",
    "supervisor": "主管",
    "manager": "大厅管理",
    "collector": "取件员",
    "guide": "导办",
}
TICKET_STATE: dict[TicketState, str] = {
    "waiting": "等待",
    "offered": "振铃中",
    "serving": "办理中",
    "interrupted": "终端断线",
    "parked": "暂存等待",
    "summoned": "已呼叫，等待到达",
    "missed": "过号",
    "converted": "已改其他方式",
    "abandoned": "已离开",
    "cancelled": "已取消",
    "done": "已办",
}
TICKET_KIND: dict[TicketKind, str] = {
    "new": "现场取号",
    "correction_return": "补正返回",
    "appointment": "预约",
    "rejoin": "补号",
    "callback": "回叫",
}
PRIORITY: dict[PriorityGroup, str] = {
    "": "",
    "elderly": "老年人优先",
    "disabled": "残疾人优先",
    "pregnant": "孕妇优先",
    "soldier": "军人优先",
    "social_aid": "社会救助对象优先",
}
CONVERSION: dict[Conversion, str] = {
    "appointment": "改为预约",
    "callback": "约定回叫",
    "asynchronous": "留下材料，稍后审核",
    "window": "转人工窗口",
}
WORK_KIND: dict[WorkKind, str] = {
    "review": "待审核",
    "pre_review": "预审",
    "callback": "待回叫",
    "decide": "待审批",
    "resume": "待恢复",
    "issue": "待制证",
    "close": "待办结",
    "parked": "暂存等待",
}
ITEM_STATE: dict[ItemState, tuple[str, str]] = {
    "empty": ("idle", "未交"),
    "uploaded": ("warn", "待查看"),
    "looked_at": ("good", "已查看"),
    "accepted": ("good", "合格"),
    "rejected": ("bad", "须补正"),
    "waived": ("warn", "容缺"),
    "reused": ("good", "证照复用"),
}
ORIGINAL: dict[OriginalState, str] = {
    "none": "",
    "seen": "原件已核",
    "deposited": "原件已存柜",
    "matched": "原件相符",
    "mismatched": "原件不符",
    "returned": "原件已退",
}
DEPOSIT_STATE: dict[DepositState, tuple[str, str]] = {
    "allocated": ("idle", "已分配柜格"),
    "opened": ("warn", "柜门已开"),
    "stored": ("warn", "已存入，待取"),
    "collected": ("good", "已取走"),
    "matched": ("good", "清点相符"),
    "mismatched": ("bad", "清点不符"),
    "archived": ("good", "已归档"),
    "returned": ("idle", "已退还"),
    "void": ("idle", "已作废"),
}
RESULT_STATE: dict[ResultState, str] = {
    "making": "制证中",
    "ready": "证件已制成",
    "at_counter": "在窗口待领",
    "dispatched": "已寄出",
    "in_locker": "在自助柜待领",
    "handed_over": "已领取",
}
DELIVERY: dict[DeliveryWay, str] = {
    "hall": "政务服务中心窗口",
    "centre": "分中心窗口",
    "courier": "快递到家",
    "locker": "24 小时自助柜",
}
GRADE: dict[Grade, str] = {
    "very_satisfied": "非常满意",
    "satisfied": "满意",
    "fair": "基本满意",
    "dissatisfied": "不满意",
    "very_dissatisfied": "非常不满意",
}
CLOCK: dict[ClockKind, str] = {
    "tell": "告知期限",
    "decide": "审批期限",
    "issue": "发证期限",
    "correct": "补正期限",
    "gap": "容缺期限",
}
CLOCK_STATE: dict[ClockState, str] = {"running": "计时中", "paused": "暂停计时", "stopped": "已停止"}
PRESSURE: dict[Pressure, tuple[str, str]] = {
    "none": ("idle", ""),
    "calm": ("good", "正常"),
    "near": ("warn", "过六成"),
    "urgent": ("warn", "将到期"),
    "over": ("bad", "已到期"),
}
FIX_FIELD: dict[FixField, str] = {"name": "名称", "phone": "联系电话", "legal_representative": "法定代表人"}
FIX_STATE = {"asked": ("warn", "待申请人确认"), "confirmed": ("good", "已确认"), "refused": ("bad", "申请人不同意")}
RULE = {
    "longest_waiting": "等待最久",
    "skills_only": "技能匹配",
    "priority_group": "优先群体",
    "preferred_reviewer": "原审核人员优先",
    "correction_return": "补正返回",
    "appointment": "预约时段",
    "callback": "回叫",
    "rejoin": "补号",
    "returned_to_head": "未接通，回到队首",
    "skill_overflow": "综合席支援",
    "pool_overflow": "邻区支援",
    "resumed": "恢复排队",
    "parked": "暂存等待",
    "park_over": "暂存到时",
    "missed": "过号保留",
    "expired": "保留期已过",
    "asked_by_desk": "席位改派",
    "asked_by_applicant": "申请人改选",
    "closing": "下班转留件",
    "pre_review": "预审",
}
"""The queue's rules; a rule that is not here is shown by its code."""
FAULT: dict[FaultCode, str] = {
    "no_ground": "请选择不予受理的法定事由",
    "no_body": "请写明有权办理的机关，以便告知申请人",
    "no_reason": "请写明理由",
    "no_gap": "请勾选可以后补的材料",
    "gap_days": "补交期限须在承诺办结时限之内",
    "no_step": "请选择特别程序的种类",
    "no_days": "请填写工作日数",
    "too_many_days": "工作日数超过法定上限",
}


def case_word(state: CaseState, acceptance: AcceptanceKind) -> str:
    """State of a case; how it was accepted when that was not the usual way, and that it was not when it is closed."""
    if state == "accepted" and acceptance in ("commitment", "deemed"):
        return "承诺受理" if acceptance == "commitment" else "视为受理"
    return "不予受理·已办结" if state == "closed" and not acceptance else CASE_STATE[state]


def case_chip(state: CaseState, acceptance: AcceptanceKind) -> str:
    """The chip's state for the word: green is for what went the applicant's way."""
    return "idle" if state == "closed" and not acceptance else CASE_CHIP[state]


def rule_word(rule: str) -> str:
    """Why a ticket stands where it does."""
    return RULE.get(rule, rule)


def place_words(kind: TicketKind, priority: PriorityGroup, rule: str, misses: int = 0) -> list[str]:
    """What is special about a place in line, most important first; empty for a new ticket in its turn."""
    words = [TICKET_KIND[kind]] if kind != "new" else []
    if priority:
        words.append(PRIORITY[priority])
    if misses:
        words.append(f"过号 {misses} 次")
    is_said = rule in ("", kind) or (rule == "priority_group" and bool(priority))
    return words if is_said else [*words, rule_word(rule)]


def day_text(day: date) -> str:
    """A day as officials write it, without the year."""
    return f"{day.month} 月 {day.day} 日"


def clock_sentence(clock: Clock) -> str:
    """How a clock stands, in one line."""
    due = f"{day_text(clock.due)}{'（暂定）' if clock.is_provisional else ''}"
    return f"至 {due} · 第 {clock.used} / {clock.days} 个工作日"


def reason_sentence(reason: Reason) -> str:
    """Why a decision is not possible yet."""
    match reason.code:
        case "offline":
            return "连接已断开，恢复后可决定"
        case "no_call":
            return "接听或打开办件后可决定"
        case "not_reviewing":
            return "办件当前状态不能作此决定"
        case "deciding":
            return "决定正在记录"
        case "unread":
            return f"未查看：{reason.subject}"
        case "cannot_open":
            return f"打不开，只能要求补正：{reason.subject}"
        case "no_corrections":
            return "尚无补正事项"
        case "correction_incomplete":
            return f"第 {reason.subject} 项补正未写完整"
        case "corrections_drafted":
            return f"有 {reason.subject} 项补正草稿，请先删除或发出"
        case "wrong_role":
            return f"需要{next((word for role, word in ROLE.items() if role == reason.subject), reason.subject)}岗位"
        case "sealing":
            return "通知书正在盖章，盖好后可作下一决定"
        case "no_commitment":
            return "申请人未签署承诺书"
        case "no_gap":
            return "没有可以后补的次要材料"
        case "not_on_commitment":
            return "此事项不适用告知承诺"
        case "missing":
            return f"缺少必交材料：{reason.subject}"
        case "fix_open":
            return "有更正事项待申请人确认"

"""The Chinese words for the codes of values: states, ways, groups, grades. One table each, complete by test."""

from datetime import date, datetime

from signaling.protocol.values import (
    OFFICIAL_TIME,
    CaseState,
    CaseView,
    Conversion,
    DeliveryWay,
    DepositState,
    Grade,
    NoticeKind,
    PriorityGroup,
    TicketState,
)

CASES: dict[CaseState, str] = {
    "pre_review": "正在预审",
    "advised": "预审意见已作出",
    "received": "申请已收到",
    "reviewing": "正在审查",
    "correction_requested": "需要补正材料",
    "accepted": "申请已受理",
    "accepted_with_gap": "申请已容缺受理",
    "paused": "正在进行特别程序",
    "granted": "准予许可",
    "refused": "不予许可",
    "issued": "结果正在制作和送达",
    "delivered": "结果已送达",
    "not_accepted": "申请不予受理",
    "closed": "已办结",
    "withdrawn": "申请已终止",
}


def ended_as(case: CaseView) -> CaseState:
    """The state that counts for the applicant: of a closed case, that it was refused or not accepted."""
    if case.state != "closed":
        return case.state
    if not case.acceptance:
        return "not_accepted"
    is_refused = any(notice.kind == "refusal" and notice.state != "voided" for notice in case.notices)
    return "refused" if is_refused else "closed"


TICKETS: dict[TicketState, tuple[str, str]] = {
    "waiting": ("排队中", "idle"),
    "offered": ("正在呼叫审核人员", "ring"),
    "serving": ("正在办理", "good"),
    "interrupted": ("通话中断，正在恢复", "warn"),
    "parked": ("已暂停，等您回来", "warn"),
    "summoned": ("正在叫您的号", "ring"),
    "missed": ("已过号，位置保留", "warn"),
    "converted": ("已改为其他方式", "good"),
    "abandoned": ("排队已结束", "idle"),
    "cancelled": ("排队已取消", "idle"),
    "done": ("排队已结束", "idle"),
}
"""Word and colour of the chip."""
CONVERSIONS: dict[Conversion, str] = {
    "appointment": "预约时间再来",
    "callback": "请审核人员回叫",
    "asynchronous": "留下材料先审核",
    "window": "改到人工窗口",
}
CONVERTED: dict[Conversion, str] = {
    "appointment": "已预约",
    "callback": "等待回叫",
    "asynchronous": "已留件审核",
    "window": "转人工窗口",
}
GROUPS: dict[PriorityGroup, str] = {
    "": "不需要",
    "elderly": "老年人",
    "disabled": "残疾人",
    "pregnant": "孕妇",
    "soldier": "军人",
    "social_aid": "社会救助对象",
}
WAYS: dict[DeliveryWay, str] = {
    "hall": "政务服务中心窗口",
    "centre": "分中心窗口",
    "courier": "快递到家",
    "locker": "24 小时自助柜",
}
GRADES: dict[Grade, str] = {
    "very_satisfied": "非常满意",
    "satisfied": "满意",
    "fair": "基本满意",
    "dissatisfied": "不满意",
    "very_dissatisfied": "非常不满意",
}
DEPOSITS: dict[DepositState, str] = {
    "allocated": "等待存入",
    "opened": "柜门已打开",
    "stored": "已存入",
    "collected": "已取走清点",
    "matched": "清点无误",
    "mismatched": "清点有出入",
    "archived": "已归档",
    "returned": "已退回",
    "void": "已作废",
}
NOTICES: dict[NoticeKind, str] = {
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
RULES: dict[str, str] = {
    "priority_group": "优先照顾人群",
    "rejoin": "补号，保留原来的取号时间",
    "returned_to_head": "回到原来的位置",
    "correction_return": "补正后返回，优先安排",
    "appointment": "预约到时",
}
"""Why a ticket stands where it does; a rule without words of its own is not shown."""


def day(value: date) -> str:
    """2026年11月24日（星期二）."""
    return f"{value.year}年{value.month}月{value.day}日（星期{'一二三四五六日'[value.weekday()]}）"


def moment(value: datetime) -> str:
    """11月24日 9:15, in the hall's time."""
    local = value.astimezone(OFFICIAL_TIME)
    return f"{local.month}月{local.day}日 {clock_time(value)}"


def clock_time(value: datetime) -> str:
    """9:15, in the hall's time."""
    local = value.astimezone(OFFICIAL_TIME)
    return f"{local.hour}:{local.minute:02d}"


def minutes(seconds: tuple[int, int]) -> str:
    """约 5–8 分钟."""
    low, high = seconds[0] // 60, -(-seconds[1] // 60)
    if high <= 1:
        return "大约 1 分钟以内"
    return f"大约 {high} 分钟以内" if low == 0 else f"大约 {high} 分钟" if low == high else f"大约 {low}–{high} 分钟"

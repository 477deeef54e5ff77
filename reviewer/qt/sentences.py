"""The Chinese words of the desk itself: availability, calls, papers, problems; durations and numbers to text.

Sessions speak in codes; every sentence a panel needs for one is found here or, for cases, in casewords.py.
"""

from datetime import datetime

from reviewer.calls import Connection, Link
from reviewer.checks import Check
from signaling.protocol.errors import SENTENCES as PROTOCOL_SENTENCES
from signaling.protocol.errors import ErrorCode
from signaling.protocol.values import (
    OFFICIAL_TIME,
    Availability,
    EndReason,
    Material,
    Source,
)

AVAILABILITY: dict[Availability, str] = {
    "away": "暂离",
    "ready": "就绪",
    "offered": "振铃",
    "in_call": "通话",
    "wrap_up": "整理",
}
AVAILABILITY_CHIP: dict[Availability, str] = {
    "away": "idle",
    "ready": "good",
    "offered": "ring",
    "in_call": "good",
    "wrap_up": "warn",
}
AWAY_REASONS = ("小憩", "用餐", "会商", "培训", "设备故障")
_AWAY_CODE = {"no_answer": "来电未接", "declined": "已拒接", "gone": "席位断线"}
END_REASON: dict[EndReason, str] = {
    "hung_up": "通话已挂断",
    "declined": "已拒接，办件转给下一席位或回到队首",
    "no_answer": "来电未接听，席位已转为暂离",
    "lost": "对方掉线，通话已结束，办件回到队首",
    "withdrawn": "申请人已撤回申请",
    "no_show": "终端前无人，已按过号处理，保留位置",
    "parked": "办件已暂存，申请人回来后仍由您办理",
    "converted": "已改为其他办理方式，通话已结束",
}
LINK: dict[Link, tuple[str, str]] = {
    "new": ("idle", "视频待接通"),
    "connecting": ("warn", "视频接通中"),
    "connected": ("good", "视频良好"),
    "unstable": ("warn", "视频不稳定"),
    "failed": ("bad", "视频中断"),
    "closed": ("idle", "视频已关闭"),
}
CONNECTION: dict[Connection, tuple[str, str]] = {
    "logged_out": ("idle", "未登录"),
    "connecting": ("warn", "连接中"),
    "online": ("good", "在线"),
    "waiting": ("bad", "已断开"),
    "refused": ("bad", "已断开"),
}
SOURCE: dict[Source, str] = {"camera": "高拍仪", "usb": "U 盘", "file": "文件", "reuse": "证照复用"}
MARK_KIND = {
    "stroke": "红笔",
    "highlighter": "荧光笔",
    "arrow": "箭头",
    "rectangle": "矩形",
    "cloud": "云线",
    "text": "文字",
}
PAPER_PROBLEM = {
    "unreadable": "文件损坏，打不开",
    "encrypted": "文件设有密码",
    "empty": "文件是空的",
    "too_large": "文件过大，无法显示",
    "unsupported": "不支持的文件格式",
    "timed_out": "打开超时",
    "crashed": "显示程序意外停止",
    "unreachable": "暂时取不到，连接恢复后自动重取",
}
PROBLEM = {
    "mark_out_of_range": "这一笔太长，没有记录；请分成几笔画",
    "mark_unreadable": "有一处批注无法显示，请升级程序",
    "export_failed": "导出批注失败：材料打不开，或目标位置无法写入",
}
NUMBER_KIND = {"resident_id": "身份证号", "credit_code": "统一社会信用代码"}
NUMBER_FAULT = {"old_form": "是 15 位旧号", "form": "格式不对", "birth_date": "出生日期不对", "check": "校验位不符"}
MEDIA = {
    "application/pdf": "PDF",
    "image/png": "PNG 图片",
    "image/jpeg": "JPEG 图片",
    "image/tiff": "TIFF 图片",
    "image/bmp": "BMP 图片",
}


def problem_sentence(code: str) -> str:
    """The sentence of a session's problem code."""
    if code in PROBLEM:
        return PROBLEM[code]
    try:
        return PROTOCOL_SENTENCES[ErrorCode(code)]
    except ValueError:
        return f"出现问题：{code}"


def paper_problem(code: str) -> str:
    """Why a material cannot be looked at."""
    return PAPER_PROBLEM.get(code) or problem_sentence(code)


def check_sentence(check: Check) -> str:
    """One finding of the pre-check."""
    name, value = check.subject, check.value
    match check.code:
        case "slots_filled":
            return f"必交材料齐全，共 {value} 项"
        case "slot_missing":
            return f"缺少材料：{name}"
        case "number_valid":
            return f"{NUMBER_KIND[name]}校验通过"
        case "number_invalid":
            return f"{NUMBER_KIND[name]}{NUMBER_FAULT.get(value, '有误')}"
        case "opening":
            return f"{name}：正在打开"
        case "readable":
            return f"{name}：可打开，{value} 页"
        case "cannot_open":
            return f"{name}：{paper_problem(value)}"
        case "pages_differ":
            declared, found = value.split("/")
            return f"{name}：申报 {declared} 页，实为 {found} 页"
        case "kind_differs":
            return f"{name}：内容实为 {MEDIA.get(value, value)}"
        case "small_file":
            return f"{name}：仅 {size_text(int(value))}，请留意清晰度"
        case "same_file":
            return f"{name}：交的是同一份文件，请核对"
        case "signed":
            return f"{name}：含电子签名，正在核验"
        case "signature_valid":
            return f"{name}：电子签名有效" + (f"，{value}" if value else "")
        case "signature_invalid":
            return f"{name}：电子签名无效——{value}"
        case "signature_unjudged":
            return f"{name}：电子签名无法判断——{value}"


def away_text(reason: str) -> str:
    """Why the desk is away: the hall's code in words, or the reviewer's own words."""
    return _AWAY_CODE.get(reason, reason)


def duration_text(seconds: float) -> str:
    """``m:ss``, from one hour on ``h:mm:ss``."""
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def size_text(size: int) -> str:
    """Bytes in the unit people read."""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def clock_text(time: datetime) -> str:
    """Official time of day."""
    return time.astimezone(OFFICIAL_TIME).strftime("%H:%M:%S")


def appointment_text(time: datetime) -> str:
    """Day and time of an appointment, official time."""
    here = time.astimezone(OFFICIAL_TIME)
    return f"{here.month} 月 {here.day} 日 {here:%H:%M}"


def material_line(material: Material, page_count: int) -> str:
    """Pages, size and origin of a material."""
    return f"{page_count} 页 · {size_text(material.size)} · {SOURCE[material.source]}"

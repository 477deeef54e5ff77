"""Where the applicant stands, in words: the large line first, then what it means. For every state of the ticket."""

from signaling.protocol.values import CaseView, Place
from terminal.qt.outcome import next_steps
from terminal.qt.words import RULES, minutes, moment

_STAY = "材料已安全送达大厅。请不要离开，接通后屏幕会自动切换到视频。"
_CALLED = "叫到时看大厅屏幕和短信，到任一自助终端用凭证码报到。"


def standing(case: CaseView, *, is_ringing: bool) -> list[str]:
    """Never empty."""
    place = case.place
    if is_ringing:
        return ["马上接通，请面向屏幕坐好"]
    if case.state == "pre_review":
        return ["材料已送预审", *next_steps(case)]
    until = moment(place.until) if place.until is not None else ""
    match case.ticket_state:
        case "waiting":
            return _waiting(place)
        case "offered" | "summoned":
            return ["正在叫您的号，马上接通", "请面向屏幕坐好。"]
        case "serving":
            return ["审核人员正在办理您的申请", "请稍候。"]
        case "interrupted":
            return ["与审核人员的连接中断了", "位置已保留，正在恢复，请稍候。"]
        case "parked":
            kept = f"位置保留到 {until}。" if until else "位置已保留。"
            return ["审核人员等您取来材料", f"{kept}准备好后点下面的按钮，仍由同一位审核人员接着办。"]
        case "missed":
            return _missed(place, until)
        case "converted":
            return _converted(place, until)
        case "abandoned":
            return ["排队已结束，申请仍然有效", "审核人员会直接审看材料，结果发短信告知。也可以预约时间再来。"]
        case "cancelled":
            return ["排队已取消", "需要时请重新申请。"]
        case "done":
            return ["审核人员正在审看您的材料", *next_steps(case)[1:]]


def _waiting(place: Place) -> list[str]:
    ahead = f"前面还有 {place.ahead} 位" if place.ahead else "下一位就是您"
    if place.expected_s is not None:
        said = [f"{ahead}，{minutes(place.expected_s)}", _STAY]
    else:
        other = "可以改用下面的方式，或先离开、保留位置。" if place.proposals else "可以先离开，位置会保留。"
        said = ["现在没有能办此事项的审核人员在岗", f"{ahead}。{other}" if place.ahead else other]
    rule = RULES.get(place.rule, "")
    return [*said, *([f"排位依据：{rule}。"] if rule else [])]


def _missed(place: Place, until: str) -> list[str]:
    if place.proposals:
        return ["已两次过号，不能再补号", "请预约一个时间，届时优先接通。"]
    kept = f"您的位置保留到 {until}。" if until else "您的位置仍然保留。"
    return ["刚才叫到您时没有人应答", f"{kept}点“补号”即可继续，不用重新排队。"]


def _converted(place: Place, until: str) -> list[str]:
    match place.conversion:
        case "appointment":
            when = f"：{until}" if until else ""
            return [f"已预约{when}", "届时请提前几分钟到任一自助终端，用凭证码报到，优先接通。"]
        case "callback":
            return ["审核人员会回叫您", f"轮到时会叫您。{_CALLED}"]
        case "window":
            where = f"：{place.window}" if place.window else ""
            return [f"请到人工窗口办理{where}", "出示排队号即可，不用重新填写或提交材料。"]
        case "asynchronous" | None:
            return ["材料已留下，审核人员会在工作时间审看", "不用等候。结果发短信告知，凭凭证码可在任一自助终端查看。"]

"""The second story: an applicant goes away, misses the call, rejoins without queueing again, and is 不予受理.

The number is called silently, on the board and by message; the place is kept; the notice names the competent body.
"""

from pathlib import Path

from reviewer.demo.papers import Papers
from reviewer.demo.programme import Programme, Story, Until
from reviewer.demo.story import Stage, apply_for, claim, confirm, go_away, go_ready, leave_content, panel, pick, press

ITEM = "ENV-002"
COMPETENT_BODY = "河北省廊坊市生态环境局"
REASON = "排污单位的生产经营场所位于河北省廊坊市，排污许可证由其生产经营场所所在地的生态环境主管部门核发和变更。"


def missed_call(stage: Stage, programme: Programme, papers: Papers) -> Story:
    """From the ticket left behind to the printed 不予受理通知书."""
    desk, booth, hall = stage.desk_session, stage.booth_session, stage.hall
    line = programme.line
    yield from go_away(stage)
    files: dict[str, Path] = {"form": papers.shot, "permit": papers.scan, "plan": papers.drawing}
    yield from apply_for(stage, ITEM, files)
    waiting = panel(stage, "waiting")
    yield Until("取号", lambda: booth.step == "waiting" and bool(waiting.leave.isVisible()))
    case = booth.case
    number, token = (case.ticket_number, case.token) if case is not None else ("", "")
    line(f"提交。排队号 {number}，此刻没有审核人员就绪")
    stage.screenshot("missed-1-waiting")
    press(waiting.leave)
    slip = panel(stage, "slip")
    yield Until("凭条", lambda: booth.step == "slip" and bool(slip.token.isVisible()))
    stage.screenshot("missed-2-slip")
    press(slip.finish)
    yield Until("终端清空", lambda: booth.step == "welcome")
    line("办事人带着凭条离开，终端空出，位置保留")

    yield from go_ready(stage)
    yield Until("大屏叫号", lambda: any(called.ticket_number == number for called in hall.board().called))
    line(f"轮到 {number}：大屏无声叫号，短信“{hall.messages()[-1]}”")
    yield Until("过号", lambda: any(missed.ticket_number == number for missed in hall.board().missed))
    line("无人到来，过号；位置和先后次序保留")

    yield from claim(stage, token)
    yield Until("可以补号", lambda: booth.step == "waiting" and bool(waiting.rejoin.isVisible()))
    stage.screenshot("missed-3-rejoin")
    press(waiting.rejoin)
    yield Until("席位振铃", lambda: desk.offer is not None)
    line("办事人回来，凭凭条补号，不重新排队，席位振铃")
    press(stage.desk.ring.answer)
    join = stage.booth.call.video.join
    yield Until("请办事人打开视频", lambda: booth.step == "call" and bool(join.isVisible()))
    press(join)
    yield Until("通话", lambda: desk.call is not None and desk.call.link == "connected")
    line("接听；换了终端，办事人重新同意打开视频")

    pick(stage.desk.decision.menu, "不予受理")
    yield Until("不予受理的表单", lambda: stage.form() is not None)
    form = stage.form()
    form.ground.setCurrentIndex(form.ground.findData("not_competent"))
    form.competent_body.setText(COMPETENT_BODY)
    form.reason.setPlainText(REASON)
    stage.screenshot("missed-4-form")
    yield from confirm(stage)
    yield Until("不予受理通知书", lambda: (n := booth.delivery.newest("not_accepted")) is not None and n.is_genuine)
    line(f"不予受理，告知有权机关“{COMPETENT_BODY}”；《不予受理通知书》盖章送达，终端核验通过")
    yield from leave_content(stage, programme, "not_accepted")

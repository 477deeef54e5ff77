"""The first story: acceptance after a correction, from the terminal's key to the printed, sealed notice."""

from pathlib import Path

from reviewer.demo.papers import Papers
from reviewer.demo.programme import Programme, Story, Until
from reviewer.demo.story import PHONE, Stage, choose_item, confirm, go_ready, leave_content, panel, press, slot

ITEM = "ENV-001"
PROBLEM = "危险废物暂存间未标注防渗要求及与厂界的距离"
REQUIREMENT = "按 GB 18597—2023 补注防渗措施、与厂界距离后重新提交总平面图"


def whole_case(stage: Stage, programme: Programme, papers: Papers, marked: Path) -> Story:
    """From the terminal's key to the closed case. ``marked`` is where the marked drawing goes."""
    desk, booth = stage.desk_session, stage.booth_session
    line = programme.line
    yield from go_ready(stage)
    line("审核人员状态：就绪")
    yield from _apply(stage, programme, papers)
    submitted = programme.clock()
    press(panel(stage, "submit").submit)
    yield Until("席位振铃", lambda: desk.offer is not None)
    programme.figures["提交 → 席位振铃"] = programme.clock() - submitted
    case = booth.case
    line(f"提交。排队号 {case.ticket_number if case else ''}，席位自动振铃")
    canvas = stage.desk.viewer.canvas
    yield Until("审核席看到材料", lambda: all(paper.opened for paper in desk.papers.current()) and canvas.is_settled)
    line("接听之前，审核人员已看到事项、申请人和全部材料")
    stage.screenshot("1-ring")

    answered = programme.clock()
    press(stage.desk.ring.answer)
    seen = stage.pictures()
    yield Until("双方看到视频", lambda: all(now > then for now, then in zip(stage.pictures(), seen, strict=True)))
    programme.figures["接听 → 双方首帧"] = programme.clock() - answered
    yield Until("双方听到声音", lambda: all(stage.sounds()))
    line("接听。双向 WebRTC 视频、音频接通")

    yield from _mark(stage, programme, papers)
    yield from _correct(stage, programme, papers, marked)
    yield from _accept(stage, programme)


def _apply(stage: Stage, programme: Programme, papers: Papers) -> Story:
    """The applicant: card, telephone, item, three materials, commitment."""
    booth, line = stage.booth_session, programme.line
    press(panel(stage, "welcome").begin)
    press(panel(stage, "identify").organisation)
    yield Until("读取电子营业执照", lambda: booth.card is not None)
    for digit in PHONE:
        press(panel(stage, "identify").keys[digit])
    press(panel(stage, "identify").next)
    card = booth.card
    line(f"办事人刷证：{card.name if card else ''}（虚构，校验位有效）")
    yield from choose_item(stage, ITEM)
    line(f"选择事项：{booth.item.name if booth.item else ''}")

    materials = panel(stage, "materials")
    press(slot(materials.cards, "form").camera)
    press(materials.capture.shoot)
    yield Until("高拍仪拍照", lambda: booth.tray.capture is not None and booth.tray.capture.can_finish)
    press(materials.capture.done)
    for code, path in (("approval", papers.scan), ("plan", papers.drawing)):
        booth.tray.hand_in(code, (str(path),), "usb", path.name)  # a file dialog would be the only thing between
    yield Until("材料上传", lambda: booth.tray.is_complete)
    stage.screenshot("0-materials")
    line("交齐三份材料：高拍照片、多页扫描件、A1 图纸，均已校验并上传")
    press(materials.next)
    submit = panel(stage, "submit")
    press(submit.commitment)
    press(submit.consent)


def _mark(stage: Stage, programme: Programme, papers: Papers) -> Story:
    """Both look at each material; red pen on the drawing, seen at the terminal while it is drawn."""
    desk, booth, line = stage.desk_session, stage.booth_session, programme.line
    for paper in desk.papers.current():
        digest = paper.material.digest
        for page in range(min(paper.page_count, 3)):
            desk.show_material(digest, page)
            yield Until("双方看同一页", lambda d=digest, p=page: booth.viewing.page == (d, p))  # type: ignore[misc]
    yield Until("终端打开图纸", lambda: stage.booth.call.page.is_settled and stage.desk.viewer.canvas.is_settled)
    line("双方同看一页：" + "、".join(paper.slot_name for paper in desk.papers.current()))

    yield from stage.draw("cloud", ((0.567, 0.582), (0.675, 0.705)))
    began, before = programme.clock(), stage.wet_seen()
    stroke = stage.draw(
        "pen", ((0.79, 0.74), (0.77, 0.725), (0.745, 0.708), (0.72, 0.69), (0.695, 0.672), (0.678, 0.66))
    )
    for step in stroke:
        yield step
        if stage.wet_seen() > before and "落笔 → 终端可见" not in programme.figures:
            programme.figures["落笔 → 终端可见"] = programme.clock() - began
            stage.screenshot("2-drawing")
    yield from stage.write((0.735, 0.745), "补注防渗要求和与厂界距离")
    drawing = desk.shown[0] if desk.shown else ""
    yield Until(
        "批注到达终端", lambda: len(booth.viewing.markup(drawing).marks()) == 3 and not desk.shown_markup().pending
    )
    line("红笔：云线、手绘、文字。画的过程中终端逐笔可见")
    stage.screenshot("3-annotation")


def _correct(stage: Stage, programme: Programme, papers: Papers, marked: Path) -> Story:
    """One correction from the cloud; the marked drawing as PDF; the new version."""
    desk, booth, line = stage.desk_session, stage.booth_session, programme.line
    drawing = desk.shown[0] if desk.shown else ""
    desk.export_marked(drawing, str(marked))
    yield Until("批注图纸导出", lambda: desk.exported == str(marked))
    stage.desk.tabs.show_page(stage.desk.marks)
    cloud = next(mark for mark in stage.desk.marks.lines if mark.row.kind == "cloud")
    press(cloud.draft)
    card = next(iter(stage.desk.corrections.cards.values()))
    card.problem.setPlainText(PROBLEM)
    card.requirement.setPlainText(REQUIREMENT)
    press(stage.desk.decision.corrections)
    yield from confirm(stage)
    yield Until("补正告知书送达终端", lambda: (n := booth.delivery.newest("correction")) is not None and n.is_genuine)
    line("要求补正一处；《补正告知书》盖章送达终端，终端核验通过")
    stage.screenshot("4-correction")

    booth.tray.hand_in("plan", (str(papers.corrected_drawing),), "usb", papers.corrected_drawing.name)
    yield Until("新版图纸上传", lambda: booth.tray.is_complete)
    press(stage.booth.call.corrections.submit)
    yield Until("审核席收到新版", lambda: (c := desk.case) is not None and c.state == "reviewing")
    line("终端交来新版图纸，通话未断")


def _accept(stage: Stage, programme: Programme) -> Story:
    """Look at the new version, accept, seal, deliver, verify, print, close."""
    desk, booth, line = stage.desk_session, stage.booth_session, programme.line
    newest = next(paper for paper in desk.papers.current() if paper.material.slot == "plan")
    yield Until("打开新版图纸", lambda: newest.opened is not None)
    desk.show_material(newest.material.digest, 0)
    yield Until("双方看新版图纸", lambda: booth.viewing.page == (newest.material.digest, 0))
    yield Until("可以受理", stage.desk.decision.accept.isEnabled)
    press(stage.desk.decision.accept)
    yield from confirm(stage)
    decided = programme.clock()
    yield Until("受理通知书送达", lambda: booth.delivery.newest("acceptance") is not None)
    programme.figures["受理 → 通知书盖章送达"] = programme.clock() - decided
    line("受理。服务器生成《受理通知书》并加盖电子印章（测试印章）")
    yield Until("终端核验", lambda: (n := booth.delivery.newest("acceptance")) is not None and n.is_genuine)
    line("终端收到、核验通过并显示")
    yield from leave_content(stage, programme, "acceptance")

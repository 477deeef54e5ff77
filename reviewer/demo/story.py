"""The demo's story: one whole case, told as steps on the two real programs. Plain Python, no Qt import.

A story is a generator: it acts through a ``Stage`` (clicks real buttons, draws with a real pointer) and
yields ``Until`` whenever the programs have to catch up. Whoever drives it resumes it as soon as the
condition holds and ends it when the deadline passes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from reviewer.demo.papers import Papers
from reviewer.qt.window import DeskWindow
from reviewer.session import DeskSession
from terminal.qt.slots import SlotCard
from terminal.qt.window import BoothWindow
from terminal.session import Step, TerminalSession

ITEM = "ENV-001"
PROBLEM = "危险废物暂存间未标注防渗要求及与厂界的距离"
REQUIREMENT = "按 GB 18597—2023 补注防渗措施、与厂界距离后重新提交总平面图"
PHONE = "01055500118"


@dataclass(frozen=True)
class Until:
    """Go on when ``is_so()``; ``what`` names it for people when it does not come within ``deadline_s``."""

    what: str
    is_so: Callable[[], bool]
    deadline_s: float = 20.0


Story = Iterator[Until]
Point = tuple[float, float]


class Button(Protocol):
    """What the story needs of a button."""

    def click(self) -> None:
        """Press it."""

    def isEnabled(self) -> bool:
        """Whether it can be pressed."""

    def isVisible(self) -> bool:
        """Whether a person could see it."""


class Stage(Protocol):
    """The two programs on stage, and the hands that work them."""

    desk: DeskWindow
    desk_session: DeskSession
    booth: BoothWindow
    booth_session: TerminalSession

    def draw(self, tool: str, path: Sequence[Point]) -> Story:
        """Draw with a tool of the desk's canvas along a path in parts of the page (0 to 1), as a hand would."""

    def write(self, at: Point, words: str) -> Story:
        """Write words on the page with the text tool."""

    def dialog(self) -> Button | None:
        """The confirming button of the dialog that is open at the desk, if one is."""

    def pictures(self) -> tuple[int, int]:
        """How many video pictures the desk and the booth have painted."""

    def sounds(self) -> tuple[int, int]:
        """How many blocks of sound have arrived at the desk and in the booth."""

    def wet_seen(self) -> int:
        """How many pieces of wet ink the booth has shown."""

    def screenshot(self, name: str) -> None:
        """Write pictures of both windows, ``NAME-desk.png`` and ``NAME-terminal.png``."""

    def elapsed_s(self) -> float:
        """Seconds since the story began."""


@dataclass
class Programme:
    """The numbered lines and the times between them. ``tell`` prints a line."""

    tell: Callable[[str], None]
    clock: Callable[[], float]
    number: int = 0
    figures: dict[str, float] = field(default_factory=dict)

    def line(self, words: str) -> None:
        """Say that a step is done."""
        self.number += 1
        self.tell(f"{self.number:3d}  {self.clock():6.2f} s  {words}")


def whole_case(stage: Stage, programme: Programme, papers: Papers, marked: Path) -> Story:
    """From the terminal's key to the closed case. ``marked`` is where the marked drawing goes."""
    desk, booth = stage.desk_session, stage.booth_session
    line = programme.line
    yield Until("终端连接大厅", lambda: booth.connection.state == "online" and bool(booth.items))
    line("终端以设备密钥（Ed25519）连接大厅")
    yield Until("审核席登录", lambda: desk.connection == "online" and bool(desk.name))
    press(stage.desk.topbar.switch)
    yield Until("审核席就绪", lambda: desk.availability == "ready")
    line(f"审核人员 {desk.name} 登录席位，状态：就绪")

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
    press(panel(stage, "items").choices[ITEM])
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
            yield Until("双方看同一页", lambda d=digest, p=page: booth.page == (d, p))  # type: ignore[misc]
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
    yield Until("批注到达终端", lambda: len(booth.markup(drawing).marks()) == 3 and not desk.shown_markup().pending)
    line("红笔：云线、手绘、文字。画的过程中终端逐笔可见")
    stage.screenshot("3-annotation")


def _correct(stage: Stage, programme: Programme, papers: Papers, marked: Path) -> Story:
    """One correction from the cloud; the marked drawing as PDF; the new version."""
    desk, booth, line = stage.desk_session, stage.booth_session, programme.line
    drawing = desk.shown[0] if desk.shown else ""
    desk.export_marked(drawing, str(marked))
    stage.desk.tabs.show_page(stage.desk.marks)
    cloud = next(mark for mark in stage.desk.marks.lines if mark.row.kind == "cloud")
    press(cloud.draft)
    card = next(iter(stage.desk.corrections.cards.values()))
    card.problem.setPlainText(PROBLEM)
    card.requirement.setPlainText(REQUIREMENT)
    press(stage.desk.decision.corrections)
    yield Until("补正确认", lambda: stage.dialog() is not None)
    confirm(stage)
    yield Until("补正告知书送达终端", lambda: (n := booth.delivery.newest("correction")) is not None and n.is_genuine)
    line("要求补正一处；《补正告知书》盖章送达终端，终端核验通过")
    yield Until("批注图纸导出", lambda: desk.exported == str(marked))
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
    yield Until("双方看新版图纸", lambda: booth.page == (newest.material.digest, 0))
    yield Until("可以受理", stage.desk.decision.accept.isEnabled)
    press(stage.desk.decision.accept)
    yield Until("受理确认", lambda: stage.dialog() is not None)
    decided = programme.clock()
    confirm(stage)
    yield Until("受理通知书送达", lambda: booth.delivery.newest("acceptance") is not None)
    programme.figures["受理 → 通知书盖章送达"] = programme.clock() - decided
    line("受理。服务器生成《受理通知书》并加盖电子印章（测试印章）")
    yield Until("终端核验", lambda: (n := booth.delivery.newest("acceptance")) is not None and n.is_genuine)
    line("终端收到、核验通过并显示")
    press(panel(stage, "result").print)
    yield Until("打印并办结", lambda: (c := desk.case) is not None and c.state == "closed")
    line("打印完成，终端报告“已打印”，受理环节结束，办件关闭")
    yield Until("终端画面", lambda: panel(stage, "result").page.is_settled)
    stage.screenshot("5-end")


def panel(stage: Stage, step: Step) -> Any:
    """The booth's panel of a step. What buttons it has is its own matter."""
    return stage.booth.panels[step]


def press(button: Button) -> None:
    """Click as a person would: only what is visible and enabled. Raises RuntimeError else."""
    if not (button.isVisible() and button.isEnabled()):
        raise RuntimeError(f"the button {getattr(button, 'text', lambda: '')()!r} cannot be pressed")
    button.click()


def confirm(stage: Stage) -> None:
    """Confirm the open dialog."""
    button = stage.dialog()
    if button is None:
        raise RuntimeError("no dialog is open")
    press(button)


def slot(cards: Sequence[SlotCard], code: str) -> SlotCard:
    """The card of a slot."""
    return next(card for card in cards if card.slot.code == code)

"""What the demo's stories share: the stage, the programme, waiting, and hands that press only what can be pressed.

A story is a generator: it acts through a ``Stage`` (clicks real buttons, draws with a real pointer) and
yields ``Until`` whenever the programs have to catch up. Whoever drives it resumes it as soon as the
condition holds and ends it when the deadline passes. The stories themselves are acceptance.py,
missed_call.py and night_deposit.py. Plain Python, no Qt import.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from reviewer.demo.hall_process import DemoHall
from reviewer.demo.programme import Programme, Story, Until
from reviewer.qt.window import DeskWindow
from reviewer.session import DeskSession
from signaling.protocol.values import DeliveryWay, NoticeKind
from terminal.qt.slots import SlotCard
from terminal.qt.window import BoothWindow
from terminal.session import Step, TerminalSession

PHONE = "01055500118"


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
    hall: DemoHall

    def draw(self, tool: str, path: Sequence[Point]) -> Story:
        """Draw with a tool of the desk's canvas along a path in parts of the page (0 to 1), as a hand would."""

    def write(self, at: Point, words: str) -> Story:
        """Write words on the page with the text tool."""

    def dialog(self) -> Button | None:
        """The confirming button of the dialog that is open at the desk, if one is."""

    def form(self) -> Any:
        """The form of the outcome that is asked about, if one is."""

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


def panel(stage: Stage, step: Step) -> Any:
    """The booth's panel of a step. What buttons it has is its own matter."""
    return stage.booth.panels[step]


def press(button: Button) -> None:
    """Click as a person would: only what is visible and enabled. Raises RuntimeError else."""
    if not (button.isVisible() and button.isEnabled()):
        raise RuntimeError(f"the button {getattr(button, 'text', lambda: '')()!r} cannot be pressed")
    button.click()


def choose_item(stage: Stage, code: str) -> Story:
    """Find a service item as a person would: its category, then the item in the list."""
    item = stage.booth_session.catalogue.item(code)
    if item is None:
        raise RuntimeError(f"the catalogue has no item {code}")
    items = panel(stage, "items")
    yield Until(
        "事项类别", lambda: item.category in items.categories and bool(items.categories[item.category].isVisible())
    )
    press(items.categories[item.category])
    while code not in items.choices:
        press(items.after)
    yield Until("事项列表", lambda: bool(items.choices[code].isVisible()))
    press(items.choices[code])


def pick(menu: Any, words: str) -> None:
    """Choose the entry of a menu that begins with these words. Raises RuntimeError when it cannot be chosen."""
    for action in menu.actions():
        if action.text().startswith(words) and action.isEnabled():
            action.trigger()
            return
    raise RuntimeError(f"the menu does not offer {words!r}")


def apply_for(stage: Stage, code: str, files: Mapping[str, Path], delivery: DeliveryWay = "hall") -> Story:
    """The applicant: card, telephone, item, files from a stick, declaration, submit."""
    booth = stage.booth_session
    press(panel(stage, "welcome").begin)
    identify = panel(stage, "identify")
    press(identify.organisation)
    yield Until("读取电子营业执照", lambda: booth.card is not None)
    for digit in PHONE:
        press(identify.keys[digit])
    press(identify.next)
    yield from choose_item(stage, code)
    for name, path in files.items():
        booth.tray.hand_in(name, (str(path),), "usb", path.name)  # a file dialog would be the only thing between
    materials, submit = panel(stage, "materials"), panel(stage, "submit")
    yield Until("材料上传", lambda: booth.tray.is_complete and bool(materials.next.isEnabled()))
    press(materials.next)
    yield Until("提交页", lambda: booth.step == "submit" and bool(submit.commitment.isVisible()))
    press(submit.ways.buttons[delivery])
    press(submit.commitment)
    press(submit.consent)
    yield Until("可以提交", lambda: bool(submit.submit.isEnabled()))
    press(submit.submit)
    yield Until("取号", lambda: booth.case is not None)


def claim(stage: Stage, token: str) -> Story:
    """The applicant is back with the slip and types its token."""
    booth, entry = stage.booth_session, panel(stage, "claim")
    press(panel(stage, "welcome").claim)
    yield Until("输入凭证码", lambda: booth.step == "claim")
    for character in token:
        press(entry.pad.keys[character])
    yield Until("凭证码完整", lambda: bool(entry.next.isEnabled()))
    press(entry.next)
    yield Until("找到办件", lambda: booth.case is not None)


def go_ready(stage: Stage) -> Story:
    """The reviewer takes calls."""
    press(stage.desk.topbar.switch)
    yield Until("审核席就绪", lambda: stage.desk_session.availability != "away")


def go_away(stage: Stage) -> Story:
    """The reviewer takes no calls, whatever the desk was doing before."""
    desk = stage.desk_session
    if desk.availability == "wrap_up":
        press(stage.desk.topbar.switch)
        yield Until("整理结束", lambda: desk.availability == "ready")
    if desk.availability == "ready":
        stage.desk.topbar.toggle()
        yield Until("审核席暂离", lambda: desk.availability == "away")


def leave_content(stage: Stage, programme: Programme, kind: NoticeKind) -> Story:
    """Print the notice, finish, grade, and leave a clean screen; the reviewer's desk is free again."""
    booth, desk = stage.booth_session, stage.desk_session
    result, opinion = panel(stage, "result"), panel(stage, "opinion")
    press(result.print)
    yield Until("打印", lambda: (n := booth.delivery.newest(kind)) is not None and n.print_state == "printed")
    yield Until("审核席看到已打印", lambda: (c := desk.case) is not None and c.notices[-1].state == "printed")
    yield Until("终端画面", lambda: result.page.is_settled)
    programme.line("打印完成，终端报告“已打印”")
    stage.screenshot(f"notice-{kind}")
    press(result.finish)
    yield Until("评价", lambda: bool(opinion.faces["very_satisfied"].isVisible()))
    press(opinion.faces["very_satisfied"])
    yield Until("评价已记录", lambda: booth.opinion.is_graded and bool(opinion.finish.isVisible()))
    press(opinion.finish)
    yield Until("终端清空", lambda: booth.step == "welcome" and desk.call is None)
    programme.line("办事人评价“非常满意”，终端清空个人信息")


def confirm(stage: Stage) -> Story:
    """Read the notice beside the open dialog, where there is one, and confirm."""
    yield Until("可以确认", lambda: (button := stage.dialog()) is not None and button.isEnabled())
    button = stage.dialog()
    if button is None:
        raise RuntimeError("no dialog is open")
    if (draft := stage.desk_session.preview.draft) is not None:
        stage.screenshot(f"preview-{draft.outcome}")
    press(button)


def slot(cards: Sequence[SlotCard], code: str) -> SlotCard:
    """The card of a slot."""
    return next(card for card in cards if card.slot.code == code)

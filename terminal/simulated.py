"""Simulated devices: a card reader full of invented people, a document camera over drawn sheets, a cabinet, a scanner.

Names and numbers are synthetic; the numbers carry valid check characters (GB 11643, GB 32100). Sheets lie tilted on
a dark desk, so that the real page finder has its work to do. Used where a terminal has no such device, by the
simulator and by the demo.
"""

import math
import random
import threading
from collections.abc import Callable, Sequence
from importlib.resources import as_file, files
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from signaling.protocol.identity import credit_check_character, resident_check_character
from terminal.devices import DeviceError
from terminal.effects import Card
from terminal.scan import Picture

_SURNAMES = ("欧阳", "李", "王", "张", "刘", "陈", "赵", "周", "吴", "孙")
_GIVEN = ("建国", "秀英", "志强", "晓燕", "文博", "丽华", "明轩", "雨桐", "海涛", "思远")
_TOWNS = ("110112", "110105", "120104", "130102", "320106")
_NAMES = ("通运", "华清", "东郊", "绿源", "瑞恒", "同泽")
_TRADES = ("环保科技", "金属制品", "食品", "建筑工程", "医疗器械")
_SHOT = (1944, 2592)
_SHEET = (1060, 1500)


class SimulatedReader:
    """Each read is another invented applicant. The same ``seed`` gives the same people."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - invented people, no secret

    def read(self, kind: Literal["person", "organisation"]) -> Card:
        """A card with a valid number."""
        pick = self._chance.choice
        person = pick(_SURNAMES) + pick(_GIVEN)
        if kind == "person":
            year, month, day = (
                self._chance.randint(1960, 2004),
                self._chance.randint(1, 12),
                self._chance.randint(1, 28),
            )
            first = f"{pick(_TOWNS)}{year:04d}{month:02d}{day:02d}{self._chance.randint(1, 998):03d}"
            return Card("person", person, first + resident_check_character(first), is_simulated=True)
        serial = "".join(pick("0123456789ABCDEFGH") for _ in range(8))
        first = f"91{pick(_TOWNS)}M{serial}"
        name = f"北京{pick(_NAMES)}{pick(_TRADES)}有限公司"
        return Card("organisation", name, first + credit_check_character(first), person, is_simulated=True)


class SimulatedScanner:
    """Reads what was shown to it last, once."""

    def __init__(self) -> None:
        self._shown: list[str] = []

    def show(self, text: str) -> None:
        """Hold a code under the scanner."""
        self._shown.append(text)

    def read(self) -> str:
        """The code; there is nobody to wait for."""
        if not self._shown:
            raise DeviceError("code_unreadable", "nothing was shown to the simulated scanner")
        return self._shown.pop()


class SimulatedCabinet:
    """Doors that open at once and are shut by a timer, or by ``shut`` when ``closes_after_s`` is None."""

    def __init__(self, cells: int = 24, closes_after_s: float | None = 0.0) -> None:
        self._cells = cells
        self._closes_after_s = closes_after_s
        self._open: dict[int, Callable[[], None]] = {}
        self._lock = threading.Lock()

    @property
    def open_cells(self) -> frozenset[int]:
        """Doors that stand open."""
        return frozenset(self._open)

    def open(self, cell: int, on_closed: Callable[[], None]) -> None:
        """Unlock; a door that stands open already keeps who asked first."""
        if not 1 <= cell <= self._cells:
            raise DeviceError("cabinet_stuck", f"no cell {cell}")
        with self._lock:
            self._open.setdefault(cell, on_closed)
        if self._closes_after_s is not None:
            timer = threading.Timer(self._closes_after_s, self.shut, (cell,))
            timer.daemon = True
            timer.start()

    def shut(self, cell: int) -> None:
        """Somebody shuts this door; shut already, nothing happens."""
        with self._lock:
            on_closed = self._open.pop(cell, None)
        if on_closed is not None:
            on_closed()


class DrawnSheetCamera:
    """Photographs sheets with these lines of text, one after the other; every sheet lies a little differently."""

    def __init__(self, sheets: Sequence[Sequence[str]], seed: int) -> None:
        self._sheets = sheets
        self._chance = random.Random(seed)  # noqa: S311 - how a sheet lies, no secret
        self._next = 0

    def shoot(self) -> Picture:
        """The next sheet on the desk."""
        lines = self._sheets[self._next % len(self._sheets)]
        self._next += 1
        return lay_on_desk(draw_sheet(lines), self._chance.uniform(-7, 7), self._chance.uniform(0.0, 0.05))


def draw_sheet(lines: Sequence[str]) -> Picture:
    """A white A4 sheet: the first line is the title, ``name：value`` lines become a ruled table, others prose."""
    width, height = _SHEET
    image = Image.new("RGB", (width, height), "#fbfbf8")
    draw = ImageDraw.Draw(image)
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSerifSC-Regular.otf") as path:
        title, body = ImageFont.truetype(str(path), 46), ImageFont.truetype(str(path), 26)
    draw.text((width // 2, 130), lines[0], font=title, fill="#141414", anchor="mm")
    left, right, y = 110, width - 110, 220
    for line in lines[1:]:
        name, colon, value = line.partition("：")
        if colon:
            draw.rectangle((left, y, right, y + 64), outline="#202020", width=2)
            draw.line((left + 270, y, left + 270, y + 64), fill="#202020", width=2)
            draw.text((left + 18, y + 32), name, font=body, fill="#202020", anchor="lm")
            draw.text((left + 288, y + 32), value, font=body, fill="#141414", anchor="lm")
            y += 64
        else:
            draw.text((left, y + 40), line, font=body, fill="#202020", anchor="lm")
            y += 52
    return cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)


def lay_on_desk(sheet: Picture, angle_deg: float, depth: float) -> Picture:
    """The sheet as a camera above a dark desk sees it, turned by an angle, its far edge narrower by ``depth``."""
    return _shine(
        cv2.warpPerspective(sheet, *_warp(sheet, angle_deg, depth), dst=_desk(), borderMode=cv2.BORDER_TRANSPARENT)
    )


def corners_on_desk(angle_deg: float, depth: float) -> list[tuple[float, float]]:
    """Where ``lay_on_desk`` puts the corners, in px, top left first and clockwise."""
    height, width = _SHOT
    sheet_width, sheet_height = _SHEET
    half_w, half_h = sheet_width * 0.56, sheet_height * 0.56
    turn = math.radians(angle_deg)
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        px, py = x * half_w * (1 - depth * (y < 0)), y * half_h
        corners.append(
            (
                width / 2 + px * math.cos(turn) - py * math.sin(turn),
                height / 2 + px * math.sin(turn) + py * math.cos(turn),
            )
        )
    return corners


def _warp(sheet: Picture, angle_deg: float, depth: float) -> tuple[np.ndarray, tuple[int, int]]:
    height, width = sheet.shape[:2]
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    target = np.array(corners_on_desk(angle_deg, depth), np.float32)
    return cv2.getPerspectiveTransform(source, target), (_SHOT[1], _SHOT[0])


def _desk() -> Picture:
    """A dark grained table top."""
    height, width = _SHOT
    grain = np.random.default_rng(7).normal(0, 9, (height // 8, width // 90)).astype(np.float32)
    wood = cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)[:, :, None]
    return np.clip(np.array([58.0, 70.0, 84.0]) + wood, 0, 255).astype(np.uint8)


def _shine(picture: np.ndarray) -> Picture:
    """Light from the upper left, falling off by a fifth."""
    height, width = picture.shape[:2]
    y, x = np.ogrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    light = (1.0 - 0.2 * (x + y) / 2)[:, :, None].astype(np.float32)
    return (picture * light).astype(np.uint8)

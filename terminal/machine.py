"""Builds a booth from settings: which devices, which camera, which connection.

Used by the window (``qt/program.py``) and by the headless simulator (``__main__.py``).
"""

import time
from collections.abc import Callable
from pathlib import Path

from signaling.client import HallClient, TerminalLogin
from signaling.peer.connection import CallLeg
from signaling.peer.devices import DeviceSources, has_camera
from signaling.peer.picture import Picture
from signaling.peer.synthetic import SyntheticSources
from signaling.peer.tracks import Sources
from signaling.protocol.messages import Candidate, Description, Rejoin
from terminal.booth import Booth, HallPort, Leg, OnMessage, OnState
from terminal.devices import (
    Cabinet,
    CameraScanner,
    CardReader,
    Devices,
    DocumentCamera,
    FolderCamera,
    Scanner,
    UsbCamera,
    find_printer,
)
from terminal.files import removable_mounts
from terminal.settings import Settings
from terminal.simulated import DrawnSheetCamera, SimulatedCabinet, SimulatedReader

DOOR_S = 4.0
"""How long a door of the simulated cabinet stands open."""
SHEETS = (
    (
        "申 请 表",
        "申请单位：（见电子营业执照）",
        "填表日期：2026 年 11 月",
        "联系人：（见身份核验）",
        "申请内容：按办理须知填写",
        "本单位已知晓有关规定，所提交的材料真实、准确、完整，",
        "与纸质原件一致，并对其真实性承担法律责任。",
        "此页为模拟高拍仪绘制的样张。",
    ),
    (
        "证 明 材 料",
        "材料名称：样张",
        "出具单位：样张",
        "出具日期：2026 年 10 月 12 日",
        "兹证明上述内容属实。",
        "此页为模拟高拍仪绘制的样张。",
    ),
)
"""What the simulated document camera sees."""


def build_booth(
    settings: Settings,
    sources: Sources,
    post: Callable[[Callable[[], None]], None],
    in_loop: Callable[[Callable[[], None]], None],
    on_sound: Callable[[bytes], None] = lambda block: None,
    reader: CardReader | None = None,
    scanner: Scanner | None = None,
    cabinet: Cabinet | None = None,
    *,
    shows_pages: bool = True,
) -> Booth:
    """A booth of this machine; for ``post``, ``in_loop``, ``shows_pages`` see ``Booth``, for ``on_sound`` ``CallLeg``.

    ``reader``, ``scanner`` and ``cabinet`` stand in for the machine's own.
    """
    device = settings.device

    def connect(on_message: OnMessage, on_state: OnState) -> HallPort:
        return HallClient(settings.url, TerminalLogin(device.terminal_id, device.private_key), on_message, on_state)

    def make_leg(
        call_id: str,
        generation: int,
        is_offerer: bool,
        send: Callable[[Description | Candidate | Rejoin], None],
        on_picture: Callable[[Picture], None],
        on_state: Callable[[str], None],
    ) -> Leg:
        return CallLeg(call_id, generation, is_offerer, sources, send, on_picture, on_state, on_sound=on_sound)

    camera = document_camera(settings.camera)
    own_cabinet = SimulatedCabinet(closes_after_s=DOOR_S) if settings.has_cabinet else None
    devices = Devices(
        camera,
        reader or SimulatedReader(time.monotonic_ns()),
        find_printer(settings.out, keeps_prints=settings.keeps_prints),
        scanner or CameraScanner(camera),
        cabinet or own_cabinet,
    )
    named = settings.files
    find_roots = removable_mounts if named is None else lambda: [named]
    roots = [device.trust_root.encode()]
    return Booth(connect, make_leg, devices, roots, post, in_loop, find_roots, shows_pages=shows_pages)


def document_camera(wanted: str) -> DocumentCamera:
    """The camera that ``--camera`` names: a number, a folder, or drawn sheets."""
    if not wanted:
        return DrawnSheetCamera(SHEETS, time.monotonic_ns())
    return UsbCamera(int(wanted)) if wanted.isdecimal() else FolderCamera(Path(wanted))


def call_sources(settings: Settings) -> Sources:
    """What the reviewer sees and hears: a camera with microphone, or a synthetic applicant."""
    wanted = settings.call_camera
    if not wanted and has_camera():
        return DeviceSources()
    if not wanted:
        return SyntheticSources(f"办事人（模拟） · {settings.device.name}")
    return DeviceSources(int(wanted) if wanted.isdecimal() else wanted)

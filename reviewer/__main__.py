"""``python -m reviewer``: the reviewer's desk with its window, or simulated without one."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable

from reviewer.calls import Link
from reviewer.desk import LegMessage, OnMessage, OnState
from reviewer.effects import Connect, StartLeg
from reviewer.settings import SettingsError, read_settings
from reviewer.simulator import simulate
from signaling.client import HallClient, ReviewerLogin
from signaling.peer.connection import CallLeg
from signaling.peer.devices import DeviceSources, has_camera
from signaling.peer.synthetic import SyntheticSources

missing_library = ""
try:
    from reviewer.qt.program import run_program
except ImportError as error:  # a system library that Qt needs; the simulated desk works without
    missing_library = str(error)


def connect_to_hall(login: Connect, on_message: OnMessage, on_state: OnState) -> HallClient:
    """The real way to the hall."""
    return HallClient(login.url, ReviewerLogin(login.reviewer, login.password, login.desk_id), on_message, on_state)


def open_synthetic_leg(leg: StartLeg, say: Callable[[LegMessage], None], changed: Callable[[Link], None]) -> CallLeg:
    """A real leg with a synthetic caller; received pictures are only counted."""
    sources = SyntheticSources("模拟审核席位")
    return CallLeg(leg.call_id, leg.generation, leg.is_offerer, sources, say, lambda _picture: None, changed)


def main() -> int:
    """Start the desk; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = read_settings(sys.argv[1:], os.environ)
        if missing_library and not settings.is_simulated:
            raise SettingsError(f"缺少图形界面所需的系统库，请运行 ./hall doctor 查看：{missing_library}")
    except SettingsError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    try:
        if settings.is_simulated:
            return asyncio.run(simulate(settings, connect_to_hall, open_synthetic_leg))
        sources = DeviceSources() if has_camera() else SyntheticSources("审核席位（没有摄像头）")
        return run_program(settings, connect_to_hall, sources, sys.argv[:1])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

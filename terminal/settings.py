"""The terminal's settings: one frozen struct, read once from the command line and the device file, checked whole.

Without ``--device`` the file is taken that the hall's server on the same machine made at its first start.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import platformdirs

from signaling.protocol.enrolment import APPLICATION, DeviceFile

HOME = "CLOUD_WINDOW_HOME"
BASE_PX, BIG_PX = 20, 28


class SettingsWrong(Exception):
    """The terminal cannot start like this; the text is a sentence for people."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set."""

    device: DeviceFile
    url: str
    """Address of the hall, from the device file unless given."""
    out: Path
    """Where prints go when there is no printer."""
    keeps_prints: bool = True
    """Whether prints stay there when the applicant leaves."""
    files: Path | None = None
    """Folder whose files an applicant may choose from, instead of the memory sticks."""
    camera: str = ""
    """Document camera: number of a USB camera, or a folder of pictures; empty for drawn sheets."""
    call_camera: str = ""
    """Camera that looks at the applicant: number or device; empty for a synthetic picture."""
    has_cabinet: bool = True
    """Whether a material cabinet stands beside the terminal (simulated)."""
    is_fullscreen: bool = False
    base_px: int = BASE_PX


class Start(msgspec.Struct, frozen=True):
    """What the command line asks for, besides the settings."""

    is_simulated: bool
    item_code: str
    settings: Settings


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Start:
    """From the command line. Raises SettingsWrong, or SystemExit for --help and unknown options."""
    given = _parser().parse_args(arguments)
    home = Path(environment.get(HOME) or platformdirs.user_data_path(APPLICATION))
    path = Path(given.device) if given.device else home / "hall" / "devices" / "T-01.json"
    device = _read_device(path, is_named=bool(given.device))
    url = given.url or device.url
    if not url.startswith(("ws://", "wss://")):
        raise SettingsWrong(f"大厅地址应以 ws:// 或 wss:// 开头：{url}")
    settings = Settings(
        device=device,
        url=url,
        out=Path(given.out) if given.out else home / "terminal" / "prints",
        keeps_prints=bool(given.out),
        files=Path(given.files) if given.files else None,
        camera=given.camera,
        call_camera=given.call_camera,
        has_cabinet=not given.no_cabinet,
        is_fullscreen=given.fullscreen,
        base_px=BIG_PX if given.big else BASE_PX,
    )
    return Start(given.simulate, given.item, settings)


def _read_device(path: Path, *, is_named: bool) -> DeviceFile:
    try:
        device = msgspec.json.decode(path.read_bytes(), type=DeviceFile)
    except FileNotFoundError:
        more = "" if is_named else "请先在本机运行 ./hall server，或用 --device 指定设备文件。"
        raise SettingsWrong(f"没有找到设备文件 {path.name}。{more}") from None
    except OSError as problem:
        raise SettingsWrong(f"设备文件 {path.name} 无法读取：{os.strerror(problem.errno or 0)}") from None
    except msgspec.DecodeError:
        raise SettingsWrong(f"设备文件 {path.name} 内容有误，请向大厅管理员重新领取") from None
    if len(device.private_key) != 32:
        raise SettingsWrong(f"设备文件 {path.name} 中的密钥长度不对，请向大厅管理员重新领取")
    return device


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hall terminal", description="自助终端")
    parser.add_argument("--device", default="", metavar="FILE", help="设备文件（登记本机时由大厅发放）")
    parser.add_argument("--url", default="", help="大厅地址，如 ws://HOST:8787/hall")
    parser.add_argument("--out", default="", metavar="FOLDER", help="没有打印机时，存打印件的文件夹（默认办完即删）")
    parser.add_argument("--files", default="", metavar="FOLDER", help="可选文件所在的文件夹（默认只列 U 盘）")
    parser.add_argument("--camera", default="", metavar="N|FOLDER", help="高拍仪编号或图片文件夹（默认模拟）")
    parser.add_argument("--call-camera", default="", metavar="N|DEVICE", help="视频摄像头（默认模拟画面）")
    parser.add_argument("--no-cabinet", action="store_true", help="旁边没有材料柜（默认有模拟的材料柜）")
    parser.add_argument("--fullscreen", action="store_true", help="全屏显示")
    parser.add_argument("--big", action="store_true", help="大字版")
    parser.add_argument("--simulate", action="store_true", help="不开窗口，自动办完一件并退出")
    parser.add_argument("--item", default="", metavar="CODE", help="模拟时办理的事项编码（默认第一项）")
    return parser

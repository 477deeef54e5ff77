"""Settings of the desk program: read once from the command line, the environment and the login file.

Sentences here are for the person at the desk (shown in the window or on stderr), hence Chinese.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from platformdirs import user_data_path

from signaling.protocol.enrolment import APPLICATION, LoginFile

DEFAULT_URL = "ws://127.0.0.1:8787/hall"
DEFAULT_DESK = "D-01"


class SettingsError(Exception):
    """A setting cannot be used; the message is the sentence for the person."""


class Settings(msgspec.Struct, frozen=True):
    """Everything the program is told at the start. ``login`` is None when the window shall ask."""

    url: str
    login: LoginFile | None
    is_simulated: bool


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Settings from the command line, checked. Raises SettingsError; ``--help`` and misuse exit (argparse)."""
    parser = argparse.ArgumentParser(prog="desk", description="云窗口 审核席位 / the reviewer's desk")
    parser.add_argument("--login", type=Path, metavar="FILE", help="登录文件 / login file made by the hall")
    parser.add_argument("--url", metavar="URL", help=f"大厅地址 / address of the hall, e.g. {DEFAULT_URL}")
    parser.add_argument("--simulate", action="store_true", help="无窗口，自动审核 / no window, a simulated reviewer")
    chosen = parser.parse_args(arguments)
    login = _login(chosen.login, environment)
    url = chosen.url or (login.url if login else DEFAULT_URL)
    if not url.startswith(("ws://", "wss://")):
        raise SettingsError(f"大厅地址应以 ws:// 或 wss:// 开头：{url}")
    if chosen.simulate and login is None:
        raise SettingsError("模拟审核需要登录文件：请先启动大厅服务器，或用 --login 指明文件")
    return Settings(url, login, chosen.simulate)


def default_login_path(environment: Mapping[str, str]) -> Path:
    """Where a hall on the same machine leaves its first login."""
    home = environment.get("CLOUD_WINDOW_HOME")
    return (Path(home) if home else user_data_path(APPLICATION)) / "hall" / "first-login.json"


def _login(chosen: Path | None, environment: Mapping[str, str]) -> LoginFile | None:
    path = chosen or default_login_path(environment)
    try:
        return msgspec.json.decode(path.read_bytes(), type=LoginFile)
    except FileNotFoundError:
        if chosen is None:
            return None
        raise SettingsError(f"找不到登录文件：{path}") from None
    except OSError as error:
        raise SettingsError(f"无法读取登录文件 {path}：{os.strerror(error.errno or 0)}") from None
    except msgspec.DecodeError:
        raise SettingsError(f"登录文件内容不正确：{path}") from None

"""The server's settings: one frozen struct, read once from file, environment and command line, checked whole.

Later sources win: defaults, TOML file (``--config``), ``CLOUD_WINDOW_<NAME>``, ``--<name>``.
docs/operations.md lists every field.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import platformdirs

from signaling.protocol.enrolment import APPLICATION
from signaling.server.errors import SettingsWrong

HOME = "CLOUD_WINDOW_HOME"
"""Environment variable: folder with all data of Cloud Window on this machine; the server keeps ``hall/`` in it."""

_PREFIX = "CLOUD_WINDOW_"

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set. Paths are absolute after reading; times in seconds."""

    data: Path
    """Folder of this hall: store, materials, seal, enrolment files."""
    host: Text = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8787
    """0 takes any free port."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    ring_s: Seconds = 20.0
    """A desk rings so long before the case goes on."""
    wrap_up_s: Seconds = 45.0
    """A desk gets no call for so long after one."""
    desk_grace_s: Seconds = 30.0
    """A desk that lost its connection may come back to its call for so long."""
    terminal_grace_s: Seconds = 120.0
    """A terminal may come back to its call for so long."""
    organisation: Annotated[str, msgspec.Meta(min_length=2, max_length=24)] = "北京市通州区政务服务管理局"
    """Who seals the notices; stands on the seal."""
    number_prefix: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] = "京通政务"
    """Beginning of every notice number."""
    place: Text = "北京城市副中心政务服务中心"
    office_phone: Text = "010-12345"
    complaint_phone: Text = "010-12345"
    query_way: Text = "凭受理编号在任一自助终端或政务服务网查询"
    max_material_mib: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 200
    catalogue: Path | None = None
    """Own service items instead of the ones in the package."""
    calendar: Path | None = None
    """Own calendar of working days instead of the one in the package."""
    ready_file: Path | None = None
    """Written with the hall's URL as soon as it listens."""


def read_settings(given: Mapping[str, str | None], environment: Mapping[str, str], config: Path | None) -> Settings:
    """The settings from ``given`` (command line, None = not given), environment and file. Raises SettingsWrong."""
    names = Settings.__struct_fields__
    values: dict[str, Any] = {"data": str(_home(environment) / "hall")}
    if config is not None:
        values |= _read_file(config)
    values |= {name: environment[key] for name in names if (key := _PREFIX + name.upper()) in environment}
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_to_path)
    except msgspec.ValidationError as problem:
        raise SettingsWrong(_sentence(str(problem))) from None
    _check(settings)
    return settings


def _home(environment: Mapping[str, str]) -> Path:
    home = environment.get(HOME)
    return Path(home) if home else platformdirs.user_data_path(APPLICATION)


def _read_file(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as problem:
        raise SettingsWrong(f"无法读取设置文件 {config} (cannot read the settings: {problem})") from None


def _sentence(problem: str) -> str:
    """msgspec's words for a bad value (``... - at `$.port```), with ours before them."""
    if unknown := re.search("unknown field `(.+?)`", problem):
        return f"没有名为 {unknown[1]} 的设置 (unknown setting: {unknown[1]})"
    name = re.search(r"`\$\.(\w+)", problem)
    return f"设置 {name[1] if name else ''} 的值不对 (wrong setting: {problem})"


def _to_path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value:
        return Path(value).expanduser().absolute()
    raise ValueError(f"{value!r} is not a path")


def _check(settings: Settings) -> None:
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise SettingsWrong("tls_certificate 和 tls_key 必须同时给出 (tls_certificate and tls_key belong together)")
    for name in ("tls_certificate", "tls_key", "catalogue", "calendar"):
        path = getattr(settings, name)
        if path is not None and not path.is_file():
            raise SettingsWrong(f"设置 {name} 所指的文件 {path} 不存在 ({name}: no file at {path})")
    if settings.data.exists() and not settings.data.is_dir():
        raise SettingsWrong(f"设置 data 所指的 {settings.data} 不是文件夹 (data: {settings.data} is not a folder)")

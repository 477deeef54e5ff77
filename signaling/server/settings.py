"""The server's settings: one frozen struct, read once from file, environment and command line, checked whole.

Later sources win: defaults, TOML file (``--config``), ``CLOUD_WINDOW_<NAME>``, ``--<name>``. The hall's rules
stand in the table ``[rules]`` of the file; on the command line and in the environment they have plain names too.
docs/operations.md lists every field.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import platformdirs

from signaling.hall.rules import HallRules
from signaling.protocol.enrolment import APPLICATION
from signaling.server.errors import SettingsWrong

HOME = "CLOUD_WINDOW_HOME"
"""Environment variable: folder with all data of Cloud Window on this machine; the server keeps ``hall/`` in it."""

_PREFIX = "CLOUD_WINDOW_"

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
    organisation: Annotated[str, msgspec.Meta(min_length=2, max_length=24)] = "北京市通州区政务服务管理局"
    """Who seals the notices; stands on the seal."""
    place: Text = "北京城市副中心政务服务中心"
    office_phone: Text = "010-12345"
    complaint_phone: Text = "010-12345"
    query_way: Text = "凭受理编号在任一自助终端或政务服务网查询"
    check_address: Text = "https://hall.example/N"
    """Where anyone can check a notice: stands on the notices and in their printed codes, the code follows behind it."""
    signer_socket: Path | None = None
    """Socket of a signing process that runs by itself; else the server starts its own."""
    clock_sync_file: Path | None = None
    """File that the machine's time service touches when it has set the clock; without a fresh one no timestamps."""
    renew_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 365
    """A notice's timestamp is renewed so many days before it can no longer be checked."""
    max_material_mib: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 200
    catalogue: Path | None = None
    """Own service items (a folder of tables, or JSON) instead of what was imported or the ones in the package."""
    calendar: Path | None = None
    """Own calendar of working days instead of the one in the package."""
    licence_roots: Path | None = None
    """Folder of root certificates (PEM) of authorities whose e-licences are believed when they are handed in."""
    ready_file: Path | None = None
    """Written with the hall's URL as soon as it listens."""
    board: bool = True
    """Whether the hall board can be seen by anyone who reaches the server (names are masked)."""
    simulated_clock: Path | None = None
    """For demonstrations and tests: file with the seconds by which hall time is ahead of the machine's clock."""
    rules: HallRules = HallRules()
    """By what numbers the hall works (table ``[rules]``)."""


RULES = HallRules.__struct_fields__
_MAY_BE_ZERO = {name for name in RULES if name.endswith("_boost_s")} | {"overflow_s", "pool_s", "prefer_s"}
OPTIONS = tuple(name for name in Settings.__struct_fields__ if name != "rules")
"""What can be given by its plain name, beside ``RULES``."""


def read_settings(given: Mapping[str, str | None], environment: Mapping[str, str], config: Path | None) -> Settings:
    """The settings from ``given`` (command line, None = not given), environment and file. Raises SettingsWrong."""
    values: dict[str, Any] = {"data": str(_home(environment) / "hall")}
    if config is not None:
        values |= _read_file(config)
    rules = values.get("rules", {})
    if not isinstance(rules, dict):
        raise SettingsWrong("设置 rules 应是一个表 [rules] (rules: not a table)")
    for names, target in ((OPTIONS, values), (RULES, rules)):
        target |= {name: environment[key] for name in names if (key := _PREFIX + name.upper()) in environment}
        target |= {name: value for name in names if (value := given.get(name)) is not None}
    if unknown := [*(name for name in given if name not in OPTIONS + RULES), *(set(rules) - set(RULES))]:
        raise SettingsWrong(f"没有名为 {unknown[0]} 的设置 (unknown setting: {unknown[0]})")
    values["rules"] = rules | {name: _hours(rules[name]) for name in ("opens", "closes") if name in rules}
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
    name = re.search(r"`\$\.(?:rules\.)?(\w+)", problem)
    return f"设置 {name[1] if name else ''} 的值不对 (wrong setting: {problem})"


def _to_path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value:
        return Path(value).expanduser().absolute()
    raise ValueError(f"{value!r} is not a path")


def _hours(value: object) -> object:
    """Opening hours as people write them: commas on the command line, 09:00 without seconds, "" for a closed day."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return value
    hours = [re.sub(r"^(\d\d:\d\d)$", r"\1:00", entry) if isinstance(entry, str) else entry for entry in value]
    return [None if entry == "" else entry for entry in hours]


def _check_rules(rules: HallRules) -> None:
    for name in RULES:
        value = getattr(rules, name)
        least = 1e-3 if name.endswith("_s") and name not in _MAY_BE_ZERO else 0
        if isinstance(value, int | float) and not least <= value <= 1_000_000:
            raise SettingsWrong(f"设置 {name} 的值不对 (wrong setting: {name} = {value})")
        if value == "":
            raise SettingsWrong(f"设置 {name} 不能为空 (wrong setting: {name} is empty)")
    for opens, closes in zip(rules.opens, rules.closes, strict=True):
        if (opens is None) != (closes is None) or (opens is not None and closes is not None and opens >= closes):
            raise SettingsWrong(
                "设置 opens 和 closes 不相符：每天须先开门后关门，或都空着"
                " (opens, closes: each day opens before it closes, or both are empty)"
            )


def _check(settings: Settings) -> None:
    _check_rules(settings.rules)
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise SettingsWrong("tls_certificate 和 tls_key 必须同时给出 (tls_certificate and tls_key belong together)")
    if settings.catalogue is not None and not settings.catalogue.exists():  # a JSON file or a folder of tables
        raise SettingsWrong(f"设置 catalogue 所指的 {settings.catalogue} 不存在 (catalogue: nothing there)")
    for name in ("tls_certificate", "tls_key", "calendar"):
        path = getattr(settings, name)
        if path is not None and not path.is_file():
            raise SettingsWrong(f"设置 {name} 所指的文件 {path} 不存在 ({name}: no file at {path})")
    if settings.data.exists() and not settings.data.is_dir():
        raise SettingsWrong(f"设置 data 所指的 {settings.data} 不是文件夹 (data: {settings.data} is not a folder)")

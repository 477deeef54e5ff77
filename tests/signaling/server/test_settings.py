"""Where settings come from, which wins, and what is refused before anything starts."""

from datetime import time
from pathlib import Path

import pytest

from signaling.server.errors import SettingsWrong
from signaling.server.settings import Settings, read_settings


def test_nothing_given_is_enough(tmp_path: Path) -> None:
    settings = read_settings({}, {"CLOUD_WINDOW_HOME": str(tmp_path)}, None)
    assert settings == Settings(data=tmp_path / "hall")
    assert (settings.host, settings.port, settings.max_material_mib) == ("127.0.0.1", 8787, 200)


def test_command_line_beats_environment_beats_file(tmp_path: Path) -> None:
    config = tmp_path / "hall.toml"
    config.write_text(
        'port = 1001\norganisation = "某区政务服务局"\n[rules]\nring_s = 11\nwrap_up_s = 50\ndesk_grace_s = 7\n',
        encoding="utf-8",
    )
    environment = {"CLOUD_WINDOW_HOME": str(tmp_path), "CLOUD_WINDOW_PORT": "1002", "CLOUD_WINDOW_RING_S": "12.5"}
    settings = read_settings({"port": "1003", "host": None, "wrap_up_s": "60"}, environment, config)
    assert (settings.port, settings.organisation) == (1003, "某区政务服务局")
    assert (settings.rules.ring_s, settings.rules.wrap_up_s, settings.rules.desk_grace_s) == (12.5, 60, 7)


def test_opening_hours_are_times_of_a_week(tmp_path: Path) -> None:
    config = tmp_path / "hall.toml"
    config.write_text("[rules]\nopens = [09:00:00, '09:00', '10:00', '09:00', '09:00', '', '']\n", encoding="utf-8")
    given = {
        "closes": "17:00,17:00,17:00,17:00,20:00,,",
        "overflow_s": "0",
        "priority_boost_s": "0",
        "hall_name": "a,b",
    }
    rules = read_settings(given, {"CLOUD_WINDOW_HOME": str(tmp_path)}, config).rules
    assert rules.opens == (time(9), time(9), time(10), time(9), time(9), None, None)
    assert (rules.overflow_s, rules.priority_boost_s, rules.hall_name) == (0, 0, "a,b")
    assert rules.closes == (time(17), time(17), time(17), time(17), time(20), None, None)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"port": "70000"}, "port"),
        ({"port": "many"}, "port"),
        ({"ring_s": "0"}, "ring_s"),
        ({"organisation": "局"}, "organisation"),
        ({"max_material_mib": "0"}, "max_material_mib"),
        ({"tls_key": "key.pem"}, "tls_certificate"),
        ({"catalogue": "/nowhere/items.json"}, "catalogue"),
        ({"colour": "red"}, "colour"),
        ({"correction_days": "-1"}, "correction_days"),
        ({"wrap_up_s": "nan"}, "wrap_up_s"),
        ({"number_prefix": ""}, "number_prefix"),
        ({"opens": "09:00,09:00"}, "opens"),
        ({"opens": "09:00,09:00,09:00,09:00,09:00,09:00,09:00"}, "opens"),
        ({"closes": "08:00,17:30,17:30,17:30,17:30,13:00,"}, "opens"),
        ({"tell_s": "0"}, "tell_s"),
        ({"board": "perhaps"}, "board"),
        ({"data": ""}, "data"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, given: dict[str, str | None], named: str) -> None:
    with pytest.raises(SettingsWrong, match=f"^[设没].*{named}|^{named}.*必须"):
        read_settings(given, {"CLOUD_WINDOW_HOME": str(tmp_path)}, None)


@pytest.mark.parametrize(
    "content",
    [b"port = ", b"\xff\xfe", b"port = [1]", b"prot = 1", b"rules = 1", b"[rules]\nrung_s = 1", b"ring_s = 1"],
)
def test_a_wrong_file_is_refused(tmp_path: Path, content: bytes) -> None:
    config = tmp_path / "hall.toml"
    config.write_bytes(content)
    with pytest.raises(SettingsWrong):
        read_settings({}, {"CLOUD_WINDOW_HOME": str(tmp_path)}, config)


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hall").write_text("")
    with pytest.raises(SettingsWrong, match="not a folder"):
        read_settings({}, {"CLOUD_WINDOW_HOME": str(tmp_path)}, None)

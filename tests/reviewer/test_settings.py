"""Settings: what is read from where, and the sentence for each thing that can be wrong."""

import msgspec
import pytest

from reviewer.settings import DEFAULT_URL, SettingsError, default_login_path, read_settings
from signaling.protocol.enrolment import LoginFile

LOGIN = LoginFile("reviewer-01", "secret-password", "D-01", "ws://hall:1/hall")


@pytest.fixture
def home(tmp_path):
    return {"CLOUD_WINDOW_HOME": str(tmp_path)}


def put(path, login=LOGIN):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(login))
    return path


def test_without_a_login_file_the_window_shall_ask(home):
    settings = read_settings([], home)
    assert (settings.login, settings.url, settings.is_simulated) == (None, DEFAULT_URL, False)


def test_the_first_login_of_a_hall_on_this_machine_is_found(home):
    put(default_login_path(home))
    assert read_settings([], home).login == LOGIN
    assert read_settings([], home).url == "ws://hall:1/hall"


def test_the_command_line_goes_before_the_file(home, tmp_path):
    path = put(tmp_path / "other.json")
    settings = read_settings(["--login", str(path), "--url", "wss://city/hall", "--simulate"], home)
    assert (settings.login, settings.url, settings.is_simulated) == (LOGIN, "wss://city/hall", True)


def test_the_folder_of_the_user_is_the_default():
    assert default_login_path({}).parts[-3:] == ("cloud-window", "hall", "first-login.json")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--login", "no-such-file.json"], "找不到登录文件"),
        (["--login", "."], "无法读取登录文件"),
        (["--url", "http://hall"], "ws:// 或 wss://"),
        (["--simulate"], "需要登录文件"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(home, arguments, sentence):
    with pytest.raises(SettingsError, match=sentence):
        read_settings(arguments, home)


@pytest.mark.parametrize("content", [b"", b"{", b'{"reviewer": 3}', b"\xff\xfe"])
def test_a_broken_login_file_is_said_without_its_content(home, tmp_path, content):
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="内容不正确") as caught:
        read_settings(["--login", str(path)], home)
    assert caught.value.__cause__ is None


def test_unknown_options_end_with_a_usage_line(home, capsys):
    with pytest.raises(SystemExit):
        read_settings(["--colour"], home)
    assert "usage" in capsys.readouterr().err

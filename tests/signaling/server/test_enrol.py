"""What machines and people are given, and that only their owner can read it."""

import stat
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signaling.protocol.enrolment import DeviceFile, LoginFile
from signaling.server.authentication import Passwords
from signaling.server.enrol import enrol_reviewer, enrol_terminal, first_start, new_password, write_private
from signaling.server.errors import AlreadyEnrolled
from signaling.server.register import Register

URL = "ws://127.0.0.1:8787/hall"


def test_a_device_file_holds_the_private_half_of_the_enrolled_key(register: Register, tmp_path: Path) -> None:
    enrol_terminal(register, "T-02", "自助终端 02", URL, "PEM", tmp_path / "new" / "T-02.json")
    path = tmp_path / "new" / "T-02.json"
    device = msgspec.json.decode(path.read_bytes(), type=DeviceFile)
    enrolled = register.terminal("T-02").result()
    assert enrolled is not None
    public = Ed25519PrivateKey.from_private_bytes(device.private_key).public_key().public_bytes_raw()
    assert enrolled.public_key == public
    assert (device.terminal_id, device.name, device.url, device.trust_root) == ("T-02", "自助终端 02", URL, "PEM")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_first_start_admits_one_of_each_once(
    register: Register, passwords: Passwords, tmp_path: Path
) -> None:
    assert first_start(register, passwords, tmp_path, URL, "PEM", ["market"])
    login = msgspec.json.decode((tmp_path / "first-login.json").read_bytes(), type=LoginFile)
    reviewer = register.reviewer(login.reviewer).result()
    assert reviewer is not None
    assert reviewer.skills == ("market",)
    assert reviewer.roles == ("reviewer", "decider", "issuer", "supervisor")
    assert await passwords.fits(reviewer.password_hash, login.password)
    assert stat.S_IMODE((tmp_path / "first-login.json").stat().st_mode) == 0o600
    device_file = tmp_path / "devices" / "T-01.json"
    device = msgspec.json.decode(device_file.read_bytes(), type=DeviceFile)
    terminal = register.terminal("T-01").result()
    assert terminal is not None
    assert (terminal.is_booth, terminal.cells) == (True, 12)
    manager_file = tmp_path / "manager-login.json"
    boss = msgspec.json.decode(manager_file.read_bytes(), type=LoginFile)
    manager = register.reviewer(boss.reviewer).result()
    assert manager is not None
    assert {"manager", "supervisor", "collector", "issuer", "guide"} == set(manager.roles)
    assert await passwords.fits(manager.password_hash, boss.password)
    assert stat.S_IMODE(manager_file.stat().st_mode) == 0o600

    assert not first_start(register, passwords, tmp_path, "ws://127.0.0.1:9000/hall", "PEM 2", ["market"])
    moved = msgspec.json.decode(device_file.read_bytes(), type=DeviceFile)
    assert moved == msgspec.structs.replace(device, url="ws://127.0.0.1:9000/hall", trust_root="PEM 2")
    again = msgspec.json.decode((tmp_path / "first-login.json").read_bytes(), type=LoginFile)
    assert again == msgspec.structs.replace(login, url="ws://127.0.0.1:9000/hall")
    assert (tmp_path / "trust-root.pem").read_text() == "PEM 2"
    assert msgspec.json.decode(manager_file.read_bytes(), type=LoginFile).url == "ws://127.0.0.1:9000/hall"


def test_a_hall_from_before_there_were_roles_gets_a_manager(
    register: Register, passwords: Passwords, tmp_path: Path
) -> None:
    enrol_terminal(register, "T-09", "自助终端 09", URL, "PEM", tmp_path / "T-09.json")
    enrol_reviewer(register, passwords, "shen", "沈明", ["market"], "a password")
    assert first_start(register, passwords, tmp_path, URL, "PEM", ["market"])
    assert (tmp_path / "manager-login.json").exists()
    assert not (tmp_path / "first-login.json").exists()
    assert not first_start(register, passwords, tmp_path, URL, "PEM", ["market"])


def test_who_has_the_managers_name_already_keeps_the_password(
    register: Register, passwords: Passwords, tmp_path: Path
) -> None:
    enrol_reviewer(register, passwords, "manager-01", "马宁", ["market"], "a password")
    before = register.reviewer("manager-01").result()
    first_start(register, passwords, tmp_path, URL, "PEM", ["market"])
    assert register.reviewer("manager-01").result() == before
    assert not (tmp_path / "manager-login.json").exists()


def test_what_a_terminal_has_is_kept(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "T-02.json"
    enrol_terminal(register, "T-02", "自助终端 02", URL, "PEM", path, is_booth=True, cells=24, site="LY-01")
    terminal = register.terminal("T-02").result()
    assert terminal is not None
    assert (terminal.is_booth, terminal.cells, terminal.site) == (True, 24, "LY-01")
    enrol_terminal(register, "T-02", "自助终端 02", URL, "PEM", path, is_replacing=True)
    terminal = register.terminal("T-02").result()
    assert terminal is not None
    assert (terminal.is_booth, terminal.cells, terminal.site) == (False, 0, "")


def test_a_first_start_that_was_cut_short_is_finished(register: Register, passwords: Passwords, tmp_path: Path) -> None:
    enrol_reviewer(register, passwords, "reviewer-01", "审核员 01", ["market"], "a password")
    assert first_start(register, passwords, tmp_path, URL, "PEM", ["market"])
    assert (tmp_path / "devices" / "T-01.json").exists()
    assert not (tmp_path / "first-login.json").exists()


def test_an_id_that_is_enrolled_is_only_replaced_when_that_is_said(
    register: Register, passwords: Passwords, tmp_path: Path
) -> None:
    device, other = tmp_path / "T-02.json", tmp_path / "other.json"
    enrol_terminal(register, "T-02", "自助终端 02", URL, "PEM", device)
    enrol_reviewer(register, passwords, "shen", "沈明", ["market"], "a password")
    register.revoke("T-02").result()
    before = device.read_bytes(), register.terminal("T-02").result(), register.reviewer("shen").result()
    for path in (device, other):
        with pytest.raises(AlreadyEnrolled, match=r"^T-02 已经登记过.*--replace"):
            enrol_terminal(register, "T-02", "另一台", URL, "PEM", path)
    with pytest.raises(AlreadyEnrolled, match=r"^shen 已经登记过"):
        enrol_reviewer(register, passwords, "shen", "沈二", ["health"], "another password")
    assert (device.read_bytes(), register.terminal("T-02").result(), register.reviewer("shen").result()) == before
    assert not other.exists()
    enrol_terminal(register, "T-02", "另一台", URL, "PEM", other, is_replacing=True)
    enrol_reviewer(register, passwords, "shen", "沈二", ["health"], "another password", is_replacing=True)
    terminal, reviewer = register.terminal("T-02").result(), register.reviewer("shen").result()
    assert terminal is not None
    assert (terminal.name, terminal.is_revoked) == ("另一台", False)
    assert reviewer is not None
    assert (reviewer.name, reviewer.skills) == ("沈二", ("health",))


def test_passwords_made_here_differ(tmp_path: Path) -> None:
    assert len({new_password() for _ in range(100)}) == 100
    assert len(new_password()) >= 16


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"old, readable by all")
    path.chmod(0o644)
    write_private(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]

"""Admitting machines and people to a hall: keys and passwords are made here, once, and written for their owner.

On the first start of an empty hall the server admits one terminal, one reviewer and one
manager, so that all programs and pages work on one machine without any configuration.
"""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signaling.protocol.enrolment import DeviceFile, LoginFile
from signaling.protocol.values import Role
from signaling.server.authentication import Passwords
from signaling.server.errors import AlreadyEnrolled
from signaling.server.register import EnrolledReviewer, EnrolledTerminal, Register

FIRST_TERMINAL, FIRST_TERMINAL_NAME = "T-01", "自助终端 01"
FIRST_CELLS = 12
FIRST_REVIEWER, FIRST_REVIEWER_NAME, FIRST_DESK = "reviewer-01", "审核员 01", "D-01"
FIRST_ROLES: tuple[Role, ...] = ("reviewer", "decider", "issuer", "supervisor")
FIRST_MANAGER, FIRST_MANAGER_NAME, PAGE = "manager-01", "大厅管理员 01", "web"
MANAGER_ROLES: tuple[Role, ...] = ("manager", "supervisor", "collector", "issuer", "guide")


def enrol_terminal(
    register: Register,
    terminal_id: str,
    name: str,
    url: str,
    trust_root: str,
    device_file: Path,
    *,
    is_booth: bool = False,
    cells: int = 0,
    site: str = "",
    is_replacing: bool = False,
) -> None:
    """Make a key pair, keep the public half, write the private one to ``device_file`` (0600) for the terminal.

    Raises AlreadyEnrolled, and then changes nothing, when the id is known and ``is_replacing`` is not set.
    """
    if not is_replacing and register.terminal(terminal_id).result() is not None:
        raise AlreadyEnrolled(terminal_id)
    key = Ed25519PrivateKey.generate()
    device = DeviceFile(terminal_id, name, url, key.private_bytes_raw(), trust_root)
    # the file first: an enrolled key that nobody holds would be worse than a file that opens nothing
    write_private(device_file, msgspec.json.encode(device))
    public = key.public_key().public_bytes_raw()
    register.put_terminal(
        EnrolledTerminal(terminal_id, name, public, is_booth=is_booth, cells=cells, site=site)
    ).result()


def enrol_reviewer(
    register: Register,
    passwords: Passwords,
    reviewer_id: str,
    name: str,
    skills: Sequence[str],
    password: str,
    *,
    roles: Sequence[Role] = ("reviewer",),
    is_replacing: bool = False,
) -> None:
    """Keep the person with an Argon2id hash of the password. Raises AlreadyEnrolled as ``enrol_terminal`` does."""
    if not is_replacing and register.reviewer(reviewer_id).result() is not None:
        raise AlreadyEnrolled(reviewer_id)
    register.put_reviewer(
        EnrolledReviewer(reviewer_id, name, passwords.hash(password), tuple(skills), roles=tuple(roles))
    ).result()


def new_password() -> str:
    """A password nobody guesses: 96 random bits."""
    return secrets.token_urlsafe(12)


def first_start(
    register: Register, passwords: Passwords, folder: Path, url: str, trust_root: str, skills: Sequence[str]
) -> bool:
    """Admit who is missing: a terminal, a reviewer, somebody with the role of manager.

    The terminal gets ``devices/T-01.json``, the reviewer ``first-login.json``, the manager ``manager-login.json``.
    True when somebody was enrolled. At every start ``trust-root.pem`` is written, and files of the first start
    that are still here get the present ``url`` and trust root: the programs on this machine find the hall on its new
    port, and trust a seal that came after the first start. Blocks.
    """
    device_file, login_file = folder / "devices" / f"{FIRST_TERMINAL}.json", folder / "first-login.json"
    manager_file = folder / "manager-login.json"
    write_private(folder / "trust-root.pem", trust_root.encode())
    _refresh(device_file, DeviceFile, url=url, trust_root=trust_root)
    _refresh(login_file, LoginFile, url=url)
    _refresh(manager_file, LoginFile, url=url)
    if has_no_reviewer := register.is_without("reviewers").result():
        password = new_password()
        write_private(login_file, msgspec.json.encode(LoginFile(FIRST_REVIEWER, password, FIRST_DESK, url)))
        enrol_reviewer(register, passwords, FIRST_REVIEWER, FIRST_REVIEWER_NAME, skills, password, roles=FIRST_ROLES)
    # a hall from before there were roles may know somebody of this name, who then stays what he is
    is_free = register.reviewer(FIRST_MANAGER).result() is None
    if has_no_manager := is_free and not register.has_role("manager").result():
        password = new_password()
        write_private(manager_file, msgspec.json.encode(LoginFile(FIRST_MANAGER, password, PAGE, url)))
        enrol_reviewer(register, passwords, FIRST_MANAGER, FIRST_MANAGER_NAME, (), password, roles=MANAGER_ROLES)
    if has_no_terminal := register.is_without("terminals").result():
        enrol_terminal(
            register,
            FIRST_TERMINAL,
            FIRST_TERMINAL_NAME,
            url,
            trust_root,
            device_file,
            is_booth=True,
            cells=FIRST_CELLS,
        )
    return has_no_reviewer or has_no_manager or has_no_terminal


def _refresh(path: Path, kind: type[DeviceFile] | type[LoginFile], **present: str) -> None:
    try:
        made = msgspec.json.decode(path.read_bytes(), type=kind)
    except (FileNotFoundError, msgspec.DecodeError):
        return
    if (now := msgspec.structs.replace(made, **present)) != made:
        write_private(path, msgspec.json.encode(now))


def write_private(path: Path, content: bytes) -> None:
    """Write a file readable by its owner only, complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
        os.fsync(stream.fileno())
    os.replace(draft, path)

"""Admitting a whole hall at one time from a table: ``./hall server enrol list people.csv -o FOLDER``.

One line is one terminal or one person; the file each of them needs is written into the folder. All lines are good,
or nobody is admitted and every fault is named with its row and column.
"""

import re
from collections.abc import Set
from pathlib import Path
from typing import Any, get_args

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signaling.protocol.enrolment import DeviceFile, LoginFile
from signaling.protocol.values import Role
from signaling.server.authentication import Passwords
from signaling.server.catalogue_checks import Fault
from signaling.server.csv_tables import Column, Row, Table, code, number, one_of, read_table, text, yes_no
from signaling.server.enrol import PAGE, new_password, write_private
from signaling.server.errors import ServerError
from signaling.server.register import EnrolledReviewer, EnrolledTerminal, Register

MOST_CELLS = 200
_KINDS = {"终端": "terminal", "人员": "reviewer", "terminal": "terminal", "reviewer": "reviewer"}
_ONLY = {"terminal": ("site", "booth", "cells"), "reviewer": ("skills", "roles", "desk")}
"""Columns that say nothing about the other kind."""
_SEATED: frozenset[Role] = frozenset({"reviewer", "decider"})
"""Who works at a desk and nowhere else."""


class ListWrong(ServerError):
    """The table has faults; nobody of it was admitted. The message names every one."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        heading = f"名单有 {len(faults)} 处错误，未登记任何一行 (list: {len(faults)} faults, nobody enrolled)"
        super().__init__("\n".join((heading, *map(str, faults))))


class _Admission(msgspec.Struct, frozen=True):
    """Rows for the store, and what their owners are given, by file name."""

    terminals: tuple[EnrolledTerminal, ...]
    people: tuple[EnrolledReviewer, ...]
    files: dict[str, DeviceFile | LoginFile]


def enrol_list(
    register: Register,
    passwords: Passwords,
    path: Path,
    folder: Path,
    url: str,
    trust_root: str,
    known_skills: Set[str],
    *,
    is_replacing: bool = False,
) -> tuple[int, int]:
    """Admit everybody of the table at ``path``; how many terminals and people. Blocks; raises ListWrong, OSError.

    ``folder`` gets ID.json for each line, readable by its owner only: a device file or a login with a new password.
    The files are written first: an enrolled key that nobody holds would be worse than a file that opens nothing.
    """
    faults: list[Fault] = []
    table = read_table(path.name, path.read_bytes(), _columns(known_skills), faults)
    _check(table, register, faults, is_replacing=is_replacing)
    if faults:
        raise ListWrong(sorted(faults, key=lambda fault: fault.row))
    made = _make(table, passwords, url, trust_root, known_skills)
    for name, content in made.files.items():
        write_private(folder / f"{name}.json", msgspec.json.encode(content))
    register.put_all(made.terminals, made.people).result()
    return len(made.terminals), len(made.people)


def _columns(known_skills: Set[str]) -> tuple[Column, ...]:
    return (
        Column("kind", "类型", one_of(_KINDS)),
        Column("id", "编号", code),
        Column("name", "名称", text()),
        Column("skills", "业务类别", _words(known_skills, "业务类别"), ()),
        Column("roles", "岗位", _words(set(get_args(Role)), "岗位"), ()),
        Column("site", "站点", code, ""),
        Column("booth", "小屋", yes_no, False),
        Column("cells", "格数", _cells, 0),
        Column("desk", "席位", code, ""),
    )


def _words(known: Set[str], title: str) -> Any:
    """Some of the known words, separated by spaces or commas."""

    def parse(cell: str) -> tuple[str, ...]:
        words = tuple(word for word in re.split(r"[\s,，、]+", cell) if word)
        if unknown := [word for word in words if word not in known]:
            raise ValueError(f"没有{title} {'、'.join(unknown)}，可用的有 {'、'.join(sorted(known))}")
        return words

    return parse


def _cells(cell: str) -> int:
    if (count := number(cell)) > MOST_CELLS:
        raise ValueError(f"最多 {MOST_CELLS} 格")
    return count


def _check(table: Table, register: Register, faults: list[Fault], *, is_replacing: bool) -> None:
    """What is wrong between the cells of a row, between rows, and with who is enrolled already."""
    seen: dict[str, int] = {}
    if not table.rows and not faults:
        faults.append(Fault(table.file, 0, "", "", "没有任何一行"))
    for row in table.rows:
        cells = row.cells
        kind, own_id = cells.get("kind", ""), cells.get("id", "")
        for other, fields in _ONLY.items():
            for field in fields:
                if kind and kind != other and cells.get(field):
                    faults.append(table.fault(row, field, "", f"{'人员' if kind == 'reviewer' else '终端'}没有此项"))
        if kind == "reviewer" and row.is_good and not cells["desk"] and _SEATED.intersection(_roles(row)):
            faults.append(table.fault(row, "desk", "", "审核、审批岗位须有席位"))
        if own_id and own_id in seen:
            faults.append(table.fault(row, "id", own_id, f"与第 {seen[own_id]} 行重复"))
        elif own_id and not is_replacing and _is_enrolled(register, kind, own_id):
            faults.append(table.fault(row, "id", own_id, "已经登记过，要换新请加 --replace"))
        seen.setdefault(own_id, row.line)


def _is_enrolled(register: Register, kind: str, own_id: str) -> bool:
    found = register.terminal(own_id) if kind == "terminal" else register.reviewer(own_id)
    return found.result() is not None


def _roles(row: Row) -> tuple[Role, ...]:
    """A person without a role named reviews."""
    return row.cells["roles"] or ("reviewer",)


def _make(table: Table, passwords: Passwords, url: str, trust_root: str, known_skills: Set[str]) -> _Admission:
    """Keys, passwords and rows for everybody."""
    terminals, people = [], []
    made: dict[str, DeviceFile | LoginFile] = {}
    for row in table.rows:
        cells = row.cells
        own_id, name = cells["id"], cells["name"]
        if cells["kind"] == "terminal":
            key = Ed25519PrivateKey.generate()
            made[own_id] = DeviceFile(own_id, name, url, key.private_bytes_raw(), trust_root)
            public, is_booth = key.public_key().public_bytes_raw(), cells["booth"]
            terminals.append(
                EnrolledTerminal(own_id, name, public, is_booth=is_booth, cells=cells["cells"], site=cells["site"])
            )
        else:
            password = new_password()
            made[own_id] = LoginFile(own_id, password, cells["desk"] or PAGE, url)
            skills = cells["skills"] or tuple(sorted(known_skills))
            hashed = passwords.hash(password)
            people.append(EnrolledReviewer(own_id, name, hashed, skills, roles=_roles(row)))
    return _Admission(tuple(terminals), tuple(people), made)

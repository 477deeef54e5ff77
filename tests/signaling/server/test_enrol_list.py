"""A table of terminals and people: all of them with their files, or nobody and every fault with its place."""

import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from signaling.protocol.enrolment import DeviceFile, LoginFile
from signaling.server.authentication import Passwords
from signaling.server.enrol_list import ListWrong, enrol_list
from signaling.server.register import EnrolledTerminal, Register

URL = "wss://hall.example:8787/hall"
HEADER = "类型,编号,名称,业务类别,岗位,站点,小屋,格数,席位\n"
GOOD = (
    HEADER + "终端,T-02,二号小屋,,,TZ-HALL,是,12,\n"
    "终端,T-03,三号终端,,,,否,,\n"
    "人员,zhang,张敏,environment 、market,reviewer decider,,,,D-02\n"
    "人员,wu,吴桐,,collector,,,,\n"
)

Enrol = Callable[..., tuple[int, int]]


@pytest.fixture
def enrol(register: Register, passwords: Passwords, tmp_path: Path) -> Enrol:
    """Enrol a table given as text."""

    def enrolled(table: str | bytes, *, is_replacing: bool = False) -> tuple[int, int]:
        path = tmp_path / "people.csv"
        path.write_bytes(table.encode() if isinstance(table, str) else table)
        skills = {"environment", "market"}
        return enrol_list(register, passwords, path, tmp_path / "out", URL, "PEM", skills, is_replacing=is_replacing)

    return enrolled


async def test_each_line_is_admitted_and_gets_its_file(
    enrol: Enrol, register: Register, passwords: Passwords, tmp_path: Path
) -> None:
    assert enrol(GOOD) == (2, 2)
    files = {path.name: path for path in (tmp_path / "out").iterdir()}
    assert set(files) == {"T-02.json", "T-03.json", "zhang.json", "wu.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}

    device = msgspec.json.decode(files["T-02.json"].read_bytes(), type=DeviceFile)
    assert (device.terminal_id, device.name, device.url, device.trust_root) == ("T-02", "二号小屋", URL, "PEM")
    terminal = register.terminal("T-02").result()
    assert terminal is not None
    assert (terminal.is_booth, terminal.cells, terminal.site) == (True, 12, "TZ-HALL")

    login = msgspec.json.decode(files["zhang.json"].read_bytes(), type=LoginFile)
    assert (login.reviewer, login.desk_id, login.url) == ("zhang", "D-02", URL)
    zhang, wu = register.reviewer("zhang").result(), register.reviewer("wu").result()
    assert zhang is not None
    assert (zhang.skills, zhang.roles) == (("environment", "market"), ("reviewer", "decider"))
    assert await passwords.fits(zhang.password_hash, login.password)
    assert wu is not None
    assert (wu.skills, wu.roles) == (("environment", "market"), ("collector",)), "no skills named: all of them"
    assert msgspec.json.decode(files["wu.json"].read_bytes(), type=LoginFile).desk_id == "web"


def test_a_table_of_a_chinese_spreadsheet_is_read(enrol: Enrol, register: Register) -> None:
    assert enrol("kind;id;name\r\n终端;T-09;门厅\r\n".encode("gb18030")) == (1, 0)
    found = register.terminal("T-09").result()
    assert found is not None
    assert (found.name, found.is_booth, found.cells) == ("门厅", False, 0)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("窗口,T-05,五号,,,,,,", "第 2 行「类型」“窗口”：应为"),
        ("终端,T 05,五号,,,,,,", "第 2 行「编号」“T 05”：代码只能由"),
        ("终端,T-05,,,,,,,", "第 2 行「名称」：不能为空"),
        ("终端,T-05,五号,,,,也许,,", "第 2 行「小屋」“也许”：应为“是”或“否”"),
        ("终端,T-05,五号,,,,,201,", "第 2 行「格数」“201”：最多 200 格"),
        ("终端,T-05,五号,market,,,,,", "第 2 行「业务类别」：终端没有此项"),
        ("人员,li,李敏,magic,,,,,D-01", "第 2 行「业务类别」“magic”：没有业务类别 magic，可用的有 environment、market"),
        ("人员,li,李敏,,boss,,,,D-01", "第 2 行「岗位」“boss”：没有岗位 boss"),
        ("人员,li,李敏,,,,,6,D-01", "第 2 行「格数」：人员没有此项"),
        ("人员,li,李敏,,,,,,", "第 2 行「席位」：审核、审批岗位须有席位"),
        ("终端,T-01,一号,,,,,,", "第 2 行「编号」“T-01”：已经登记过"),
        ("", "没有任何一行"),
    ],
)
def test_a_bad_row_is_named_and_nobody_is_admitted(
    row: str, fault: str, enrol: Enrol, register: Register, tmp_path: Path
) -> None:
    register.put_terminal(EnrolledTerminal("T-01", "自助终端 01", b"k" * 32)).result()
    good = "终端,T-04,四号,,,,,,\n" if row else ""
    with pytest.raises(ListWrong) as caught:
        enrol(f"{HEADER}{row}\n{good}")
    assert fault in str(caught.value)
    assert len(caught.value.faults) == 1
    assert register.terminal("T-04").result() is None
    assert not (tmp_path / "out").exists()


def test_every_fault_is_named_in_the_order_of_the_rows(enrol: Enrol) -> None:
    with pytest.raises(ListWrong) as caught:
        enrol(HEADER + "终端,T-04,四号,,,,,x,\n人员,li,李敏,,,,,,D-01\n人员,li,李四,,,,,,D-02\n终端,,,,,,,,\n")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (2, "格数"),
        (4, "编号"),
        (5, "编号"),
        (5, "名称"),
    ]
    assert "与第 3 行重复" in str(caught.value)
    assert str(caught.value).startswith("名单有 4 处错误，未登记任何一行")


def test_who_is_enrolled_gets_a_new_file_only_when_asked(enrol: Enrol, tmp_path: Path) -> None:
    enrol(GOOD)
    before = (tmp_path / "out" / "zhang.json").read_bytes()
    with pytest.raises(ListWrong, match="要换新请加 --replace"):
        enrol(GOOD)
    assert (tmp_path / "out" / "zhang.json").read_bytes() == before
    assert enrol(GOOD, is_replacing=True) == (2, 2)
    assert (tmp_path / "out" / "zhang.json").read_bytes() != before

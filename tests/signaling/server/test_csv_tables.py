"""Tables as people's programs write them, and every bad cell found."""

import pytest

from signaling.server.catalogue_checks import Fault
from signaling.server.csv_tables import (
    Column,
    Table,
    code,
    codes,
    number,
    one_of,
    read_table,
    text,
    write_table,
    yes_no,
)

COLUMNS = (
    Column("code", "代码", code),
    Column("name", "名称", text(20)),
    Column("days", "天数", number, 5),
    Column("fee", "收费", yes_no, False),
    Column("sites", "地点", codes, ()),
    Column("kind", "类型", one_of({"新办": "new", "变更": "change"}), "new"),
)
PLAIN = "代码,名称,天数,收费\nA-1,甲事项,3,是\n\nA-2,乙𠮷事项,,\n"


def read(content: bytes) -> tuple[Table, list[Fault]]:
    faults: list[Fault] = []
    return read_table("t.csv", content, COLUMNS, faults), faults


def problems(content: str) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.value) for fault in read(content.encode())[1]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_table_reads_the_same_however_it_was_saved(encoding: str, delimiter: str, newline: str) -> None:
    table, faults = read(PLAIN.replace(",", delimiter).replace("\n", newline).encode(encoding))
    assert faults == []
    assert [(row.line, row.is_good) for row in table.rows] == [(2, True), (4, True)]
    assert table.rows[0].cells == {"code": "A-1", "name": "甲事项", "days": 3, "fee": True, "sites": (), "kind": "new"}
    assert table.rows[1].cells["name"] == "乙𠮷事项"
    assert table.rows[1].cells["days"] == 5


def test_rare_characters_stay_in_composed_form() -> None:
    table, faults = read("代码,名称\nA,㐂𰻝café\n".encode())
    assert faults == []
    assert table.rows[0].cells["name"] == "㐂𰻝café"


def test_english_field_names_do_as_well() -> None:
    table, faults = read(b"name,code\nx,A\n")
    assert (faults, table.rows[0].cells["code"]) == ([], "A")


def test_quoted_cells_may_hold_delimiters_and_rows_keep_their_lines() -> None:
    table, faults = read('代码,名称\nA,"甲,""乙"""\nB,丙\n'.encode())
    assert faults == []
    assert [(row.line, row.cells["name"]) for row in table.rows] == [(2, '甲,"乙"'), (3, "丙")]


def test_every_bad_cell_of_every_row_is_named() -> None:
    table = "代码,名称,天数,收费,地点,类型\nA 1,甲,三,也许,x/y,换\n,,3,是,,\nB,乙,1,否,,新办,多\n"
    assert problems(table) == [
        (2, "代码", "A 1"),
        (2, "天数", "三"),
        (2, "收费", "也许"),
        (2, "地点", "x/y"),
        (2, "类型", "换"),
        (3, "代码", ""),
        (3, "名称", ""),
        (4, "", "多"),
    ]


def test_a_cell_over_several_lines_or_too_long_is_bad() -> None:
    assert problems('代码,名称\nA,"甲\n乙"\nB,丙\n') == [(2, "名称", "甲\n乙")]
    assert problems(f"代码,名称\nA,{'长' * 21}\n") == [(2, "名称", "长" * 21)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", [(0, "", "")]),
        ("代码\n", [(1, "名称", "")]),
        ("代码,名称,代码\n", [(1, "代码", "")]),
        ("代码,名称,颜色\n", [(1, "颜色", "")]),
        ('代码,名称\nA,"甲\n', [(0, "", "")]),
    ],
    ids=["empty", "column missing", "column twice", "column unknown", "quote open"],
)
def test_a_header_or_file_that_cannot_be_read(content: str, expected: list[tuple[int, str, str]]) -> None:
    assert problems(content) == expected
    assert read(content.encode())[0].rows == ()


def test_bytes_that_are_no_text_are_one_fault() -> None:
    table, faults = read(b"\xff\x00\x81\x30")
    assert (table.rows, len(faults)) == ((), 1)


def test_what_is_written_reads_back() -> None:
    written = write_table(COLUMNS, [("A", '甲;"乙"', 3, True, ("x", "y"), "变更")])
    assert written.splitlines()[0] == "代码,名称,天数,收费,地点,类型"
    table, faults = read(written.encode())
    assert faults == []
    cells = table.rows[0].cells
    assert [cells[column.field] for column in COLUMNS] == ["A", '甲;"乙"', 3, True, ("x", "y"), "change"]

"""Reads a table as people keep it: UTF-8 (with or without BOM), UTF-16 or GB18030; comma, semicolon or tab.

Knows columns and cells, not what they are about. Every bad cell becomes a fault; nothing is guessed. Rare
characters stay as they are, in the composed form (Unicode NFC).
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from signaling.server.catalogue_checks import Fault

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_DELIMITERS = ",;\t"
_YES_NO = {"是": True, "否": False, "1": True, "0": False, "true": True, "false": False}

Parse = Callable[[str], Any]
"""A cell's text to its value; raises ValueError with what is wrong, in Chinese."""


class Column(msgspec.Struct, frozen=True):
    """A column: ``field`` of the struct it fills, its Chinese ``title``; either may stand in the header.

    One without a ``default`` must be there, with something in every row.
    """

    field: str
    title: str
    parse: Parse
    default: Any = msgspec.UNSET


class Row(msgspec.Struct, frozen=True):
    """One row: where it stands, its good cells by field, and whether all of them were good."""

    line: int
    cells: dict[str, Any]
    is_good: bool


class Table(msgspec.Struct, frozen=True):
    """A file's rows, and how to name a place in it."""

    file: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def fault(self, row: Row, field: str, value: str, problem: str) -> Fault:
        """A fault of this row, naming the column by its title."""
        title = next((column.title for column in self.columns if column.field == field), field)
        return Fault(self.file, row.line, title, value, problem)


def read_table(file: str, content: bytes, columns: tuple[Column, ...], faults: list[Fault]) -> Table:
    """The rows of a file; what is wrong is added to ``faults``."""
    try:
        decoded = _decode(content)
        header_line = decoded.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=header_line.count)
        records = _numbered(csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter, strict=True))
    except (UnicodeError, csv.Error) as problem:
        faults.append(Fault(file, 0, "", "", f"无法读取，应为 UTF-8 或 GB18030 编码的 CSV ({problem})"))
        return Table(file, columns, ())
    if not records:
        faults.append(Fault(file, 0, "", "", "文件是空的"))
        return Table(file, columns, ())
    header = _header(file, records[0], columns, faults)
    rows = [_row(file, line, cells, header, columns, faults) for line, cells in records[1:]] if header else []
    return Table(file, columns, tuple(rows))


def write_table(columns: Iterable[Column], rows: Iterable[Iterable[object]]) -> str:
    """A table as the shipped ones are: UTF-8, comma, Chinese titles, one line feed after each row."""
    lines = [[column.title for column in columns], *([_shown(value) for value in row] for row in rows)]
    return "".join(",".join(_quoted(cell) for cell in line) + "\n" for line in lines)


# --- cells ------------------------------------------------------------------------------------


def text(most: int = 200) -> Parse:
    """Any text of at most so many characters, without control characters."""

    def parse(cell: str) -> str:
        if len(cell) > most:
            raise ValueError(f"过长：{len(cell)} 个字符，最多 {most} 个")
        if any(unicodedata.category(character) == "Cc" for character in cell):
            raise ValueError("含有换行或控制字符")
        return cell

    return parse


def code(cell: str) -> str:
    """An identifier of our own form."""
    if not _ID.fullmatch(cell):
        raise ValueError("代码只能由 1 到 64 个字母、数字和 _ . : - 组成")
    return cell


def codes(cell: str) -> tuple[str, ...]:
    """Identifiers, separated by spaces."""
    return tuple(code(part) for part in cell.split())


def number(cell: str) -> int:
    """A whole number, in ASCII or full-width digits."""
    if not re.fullmatch(r"\d{1,6}", cell):
        raise ValueError("应为整数")
    return int(cell)


def yes_no(cell: str) -> bool:
    """是 or 否."""
    if (value := _YES_NO.get(cell.lower())) is None:
        raise ValueError("应为“是”或“否”")
    return value


def one_of(words: dict[str, Any]) -> Parse:
    """One of these words, standing for these values."""

    def parse(cell: str) -> Any:
        if cell not in words:
            raise ValueError(f"应为{'、'.join(words)}之一")
        return words[cell]

    return parse


# --- reading ----------------------------------------------------------------------------------


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _numbered(lines: Any) -> list[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it begins on."""
    records, line = [], 1
    for cells in lines:
        if any(cell.strip() for cell in cells):
            records.append((line, [unicodedata.normalize("NFC", cell).strip() for cell in cells]))
        line = lines.line_num + 1
    return records


def _header(
    file: str, record: tuple[int, list[str]], columns: tuple[Column, ...], faults: list[Fault]
) -> list[Column] | None:
    line, names = record
    known = {name: column for column in columns for name in (column.field, column.title)}
    found = [known.get(name) for name in names]
    before = len(faults)
    for place, (name, column) in enumerate(zip(names, found, strict=True)):
        if column is None:
            titles = "、".join(each.title for each in columns)
            faults.append(Fault(file, line, name, "", f"不认识的列，应为{titles}之一"))
        elif column in found[:place]:
            faults.append(Fault(file, line, name, "", "此列出现两次"))
    faults += [
        Fault(file, line, column.title, "", "缺少此列")
        for column in columns
        if column.default is msgspec.UNSET and column not in found
    ]
    return [column for column in found if column is not None] if len(faults) == before else None


def _row(
    file: str,
    line: int,
    cells: list[str],
    header: list[Column],
    columns: tuple[Column, ...],
    faults: list[Fault],
) -> Row:
    before = len(faults)
    values: dict[str, Any] = {column.field: column.default for column in columns if column.default is not msgspec.UNSET}
    if len(cells) > len(header):
        faults.append(Fault(file, line, "", cells[len(header)], f"多出 {len(cells) - len(header)} 个单元格"))
    for column, cell in zip(header, cells + [""] * (len(header) - len(cells)), strict=False):
        if not cell:
            if column.default is msgspec.UNSET:
                faults.append(Fault(file, line, column.title, "", "不能为空"))
            continue
        try:
            values[column.field] = column.parse(cell)
        except ValueError as problem:
            faults.append(Fault(file, line, column.title, cell, str(problem)))
    return Row(line, values, len(faults) == before)


# --- writing ----------------------------------------------------------------------------------


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',;\t"\n') else cell

"""Where on a page of ours each field stands: beside which label, above or below which line.

Plain geometry over the lines that were read. It offers places and judges nothing; `paper_fields` compares. Labels and
layout are those of `templates/notice.typ`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from esign.paper_reader import Line
from esign.printcode import plain_text

__all__ = ["DATE", "FIELDS", "Field", "Page", "Part", "Place", "in_order", "page_of"]

DATE = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")

_NUMBER = re.compile(r"\w{2,15}\s*〔\d{4}〕\s*\d{3,}\s*号")
_PAGE = re.compile(r"第(\d{1,3})页共(\d{1,3})页")
_NEXT_PAGE = 10_000.0  # pixels from the top of a page to the top of the next

_SAME_COLUMN = 0.7  # of a line's height: left edges that far apart are one column
_SAME_ROW = 0.4
_TITLE = 1.5  # times the usual height of a line; the authority above it stays below that
_LABEL_COLUMN = 8.0  # heights of a line, a little more than a label's cell is wide
_LONGEST_RUN = 8  # lines of one text


@dataclass(frozen=True)
class Field:
    """A field of the code: its name there, its name for people, the labels it may stand beside."""

    name: str
    label: str
    english: str
    labels: tuple[str, ...] = ()


_APPLICANT_LABELS = ("申请人", "申请单位")
FIELDS = (
    Field("authority", "发文机关", "authority"),
    Field("kind", "文书名称", "kind of notice"),
    Field("number", "文书编号", "notice number"),
    Field("applicant", "申请人", "applicant", _APPLICANT_LABELS),
    Field("applicant_id", "证件号码", "document number of the applicant"),
    Field("item", "事项名称", "service item", ("事项名称",)),
    Field("item_code", "事项编码", "item code", ("事项编码",)),
    Field("case_number", "办件编号", "case number", ("办件编号",)),
    Field("query_code", "查询码", "query code"),
    Field("voided_number", "作废的文书", "voided notice", ("作废的文书",)),
    Field("received_on", "收件日期", "date of receipt", ("收件日期",)),
    Field("accepted_on", "受理日期", "date of acceptance", ("受理日期",)),
    Field("due_on", "办结期限", "last day for the decision", ("承诺办结日期", "延长后的期限")),
    Field("hand_in_by", "补正期限", "last day for corrections", ("补正期限",)),
    Field("from_on", "开始日期", "first day of the special step", ("开始日期",)),
    Field("until_on", "预计结束日期", "last day of the special step", ("预计结束日期",)),
    Field("keep_until", "保管至", "kept until", ("保管至",)),
    Field("issued_on", "签发日期", "date of issue", ("决定日期", "终止日期", "作废日期", "办结日期")),
)
"""In the order in which they are told."""

_OTHER_LABELS = ("排队号", "联系电话", "法定代表人", "业务类型", "事项依据", "代理人", "代理权限", "进度查询")
_LABELS = {*_OTHER_LABELS, *(label for field in FIELDS for label in field.labels)}


@dataclass(frozen=True)
class Part:
    """Characters `start` to `stop` of what was read in a line."""

    line: Line
    start: int
    stop: int


@dataclass(frozen=True)
class Place:
    """One way to read a place: parts of lines from the top down, making one text."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "".join(part.line.text[part.start : part.stop] for part in self.parts)


def page_of(lines: Sequence[Line]) -> tuple[int, int] | None:
    """Which page of how many it is, by its foot."""
    for line in lines:
        if found := _PAGE.search(plain_text(line.text)):
            return int(found[1]), int(found[2])
    return None


def in_order(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """The lines of several pages as of one long page, each page in the place that its foot tells."""
    numbered = sorted(pages, key=lambda lines: (page_of(lines) or (len(pages),))[0])
    return [
        replace(line, middle=line.middle + index * _NEXT_PAGE) for index, lines in enumerate(numbered) for line in lines
    ]


class Page:
    """The lines of a page, or of several as one long page, and where the fields stand."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = sorted(lines, key=lambda line: line.middle)
        self._labels = [line for line in self._lines if plain_text(line.text) in _LABELS]
        self._top = self._labels[0].middle if self._labels else 0.0
        self._bottom = self._labels[-1].middle if self._labels else 0.0
        head = [line for line in self._lines if line.middle < self._top]
        usual = sorted(line.height for line in self._lines)[len(self._lines) // 2] if self._lines else 0.0
        titles = [line for line in head if line.height > _TITLE * usual]
        self._title = max(titles, key=lambda line: line.height, default=None)
        below = [line for line in head if self._title and line.middle > self._title.middle]
        above = [line for line in head if self._title and line.middle < self._title.middle]
        self._below_title, self._above_title = _rows(below), _rows(above)

    def places(self, field: Field) -> Iterator[list[Place]]:
        """The places of a field, each as the ways to read it, one of which may be right. Any number, none too."""
        found = [self._beside(label) for label in self._labels if plain_text(label.text) in field.labels]
        found += [list(self._behind(name)) for name in field.labels]
        match field.name:
            case "kind":
                found.append([_whole(self._title)] if self._title else [])
            case "authority":
                found.append(self._authority())
            case "number":
                found.append([_whole(*row) for row in self._number()])
                feet = [line for line in self._lines if line.middle > self._bottom]
                found += [[_whole(line)] for line in feet if self._labels and _NUMBER.fullmatch(line.text.strip())]
            case "applicant":
                found.append(self._addressee())
            case "applicant_id":
                found.append(self._identity())
            case "query_code":
                found.append(self._query_code())
            case "issued_on":
                found.append(self._sign_off())
        for ways in found:
            usable = [way for way in ways if way.parts]
            if field.name.endswith(("_on", "_by", "_until")):
                usable = [date for way in usable for date in _dates(way)] or usable
            if usable:
                yield usable

    def mentions(self, text: str) -> Place | None:
        """The line of the letter's words that holds this text, also across a line break."""
        words = self._below_title[1:]
        for index, row in enumerate(words):
            for place in (_whole(*row), _whole(*row, *(words[index + 1] if index + 1 < len(words) else ()))):
                if plain_text(text) in plain_text(place.text):
                    return place
        return None

    def _authority(self) -> list[Place]:
        """Over the title and in its middle, in as many lines as it needs."""
        if self._title is None:
            return []
        middle = (self._title.left + self._title.right) / 2
        rows = [
            row for row in self._above_title if abs((row[0].left + row[-1].right) / 2 - middle) < self._title.height
        ]
        return [_whole(*chain(*rows[-count:])) for count in range(1, min(len(rows), 4) + 1)]

    def _number(self) -> list[list[Line]]:
        """The row under the title, none when it was not read: what comes next has no three digits."""
        return [row for row in self._below_title[:1] if re.search(r"\d{3}", _whole(*row).text)]

    def _addressee(self) -> list[Place]:
        """Under the number, ends with a colon."""
        after = self._below_title[len(self._number()) :]
        for count in range(1, min(len(after), _LONGEST_RUN) + 1):
            if after[count - 1][-1].text.strip().endswith(("：", ":")):
                return [_whole(*chain(*after[:count]))]
        return []

    def _query_code(self) -> list[Place]:
        for label in self._lines:
            if plain_text(label.text) == "查询码" and label.middle > self._bottom:
                under = [line for line in self._lines if _in_column(line, label) and line.middle > label.middle]
                return [_whole(*under[:count]) for count in (1, 2) if len(under) >= count]
        return []

    def _identity(self) -> list[Place]:
        """The number under the applicant's name: its label is whatever document it is of."""
        for label in self._labels:
            if plain_text(label.text) in _APPLICANT_LABELS:
                rows = [line for line in self._lines if _in_column(line, label) and line.middle > label.middle]
                beside = (self._beside(row) for row in rows[:3] if plain_text(row.text) != "联系电话")
                return next((ways for ways in beside if ways), [])
        return []

    def _sign_off(self) -> list[Place]:
        """The lowest line that is a date and nothing else."""
        dates = [line for line in self._lines if line.middle > self._bottom and DATE.fullmatch(line.text.strip())]
        return [_whole(line) for line in dates[-1:]]

    def _beside(self, label: Line) -> list[Place]:
        """Runs of lines in the cell to the right of a label; a cell's text stands in the middle of its row."""
        near = 0.5 * _LONGEST_RUN * label.height
        right = [
            line
            for line in self._lines
            if label.right - 0.3 * label.height < line.left < label.left + _LABEL_COLUMN * label.height
            and abs(line.middle - label.middle) < near
            and plain_text(line.text) not in _LABELS
        ]
        seeds = [line for line in right if abs(line.middle - label.middle) < 0.9 * label.height]
        if not seeds:
            return []
        first = min(seeds, key=lambda line: line.left)
        column = [line for line in right if _in_column(line, first)]
        ways = []
        for start in range(len(column)):
            for stop in range(start + 1, min(len(column), start + _LONGEST_RUN) + 1):
                middle = (column[start].middle + column[stop - 1].middle) / 2
                if abs(middle - label.middle) < _SAME_ROW * label.height:
                    ways.append(_whole(*column[start:stop]))
        return [*ways, *self._onward(first)]

    def _onward(self, first: Line) -> Iterator[Place]:
        """A line with what stands close behind it, read as lines of their own."""
        pieces = [first]
        for line in sorted(self._lines, key=lambda line: line.left):
            gap = line.left - pieces[-1].right
            is_level = abs(line.middle - first.middle) < _SAME_ROW * first.height
            if is_level and -0.5 < gap / first.height < 1.2 and plain_text(line.text) not in _LABELS:
                pieces.append(line)
                yield _whole(*pieces)

    def _behind(self, name: str) -> Iterator[Place]:
        """Label and value that were read as one line."""
        for line in self._lines:
            found = re.match(r"\W*".join(["", *name, ""]), line.text)
            if self._top <= line.middle <= self._bottom and found and found.end() < len(line.text):
                yield Place((Part(line, found.end(), len(line.text)),))


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines from the top down, those of one row together from left to right."""
    rows: list[list[Line]] = []
    for line in lines:
        if rows and abs(line.middle - rows[-1][0].middle) < _SAME_ROW * line.height:
            rows[-1] = sorted([*rows[-1], line], key=lambda each: each.left)
        else:
            rows.append([line])
    return rows


def _whole(*lines: Line) -> Place:
    return Place(tuple(Part(line, 0, len(line.text)) for line in lines))


def _dates(place: Place) -> Iterator[Place]:
    """The first date in the first line of a place."""
    part = place.parts[0]
    found = DATE.search(part.line.text, part.start, part.stop)
    if found:
        yield Place((Part(part.line, found.start(), found.end()),))


def _in_column(line: Line, other: Line) -> bool:
    return abs(line.left - other.left) < _SAME_COLUMN * other.height

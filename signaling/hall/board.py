"""The hall board (静默叫号): who is called, served, next, missed, and which results lie ready. Names masked, no voice.

Public: a number, a masked name and a place are all that leaves the hall by this.
"""

import unicodedata
from collections.abc import Iterable

from signaling.hall.cabinet import connected
from signaling.hall.case import Case
from signaling.hall.floor import Floor
from signaling.hall.roster import hours_sentence, is_open
from signaling.protocol.office import Board, BoardLine
from signaling.protocol.values import Applicant, TicketState

MAX_LINES = 20
"""So many lines of each kind are shown."""

_PAIRS = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容"
    "仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐"
    "段干百里呼延东郭南门羊舌微生公户公玉公仪梁丘公仲公上公门公山公坚左丘公伯西门公祖第五公乘贯丘公皙"
    "南荣东里东宫仲长子书子桑即墨达奚褚师"
)

COMPOUND_SURNAMES = frozenset(_PAIRS[start : start + 2] for start in range(0, len(_PAIRS), 2))
"""Surnames of two characters."""


def masked(applicant: Applicant) -> str:
    """The name as it may be shown in public: 张*国, 张*, 欧阳*, an organisation by its beginning (北京***)."""
    characters = _characters(applicant.name.strip())
    if applicant.kind == "organisation":
        return "".join(characters[:2]) + "***" if len(characters) > 2 else "".join(characters[:1]) + "***"
    if len(characters) < 2:
        return "*"
    surname = 2 if len(characters) > 2 and "".join(characters[:2]) in COMPOUND_SURNAMES else 1
    given = characters[surname:]
    if len(given) == 1 or not _is_han(characters[0]):
        return "".join(characters[:surname]) + "*"
    return "".join(characters[:surname]) + "*" * min(len(given) - 1, 2) + given[-1]


def board(floor: Floor) -> Board:
    """The board as it is now."""
    by_state: dict[TicketState, list[Case]] = {}
    for case in in_line(floor):
        by_state.setdefault(case.ticket.state, []).append(case)
    waiting = by_state.get("waiting", []) + by_state.get("offered", [])
    return Board(
        hall=floor.rules.hall_name,
        now=floor.now,
        called=_lines(by_state.get("summoned", ()), in_front=False),
        serving=_lines(by_state.get("serving", [])),
        waiting=_lines(waiting),
        waiting_count=len(waiting),
        missed=_lines(by_state.get("missed", ()), in_front=False),
        ready=_ready(floor),
        is_open=is_open(floor, floor.now),
        hours=hours_sentence(floor),
    )


def in_line(floor: Floor) -> list[Case]:
    """Every case whose ticket waits, is called, served or missed; who waits longest first."""
    cases = [floor.register.cases[case_id] for case_id in floor.lists.in_line]
    return sorted(cases, key=lambda case: (case.ticket.waiting_since, case.ticket.number))


def _lines(cases: Iterable[Case], in_front: bool = True) -> tuple[BoardLine, ...]:
    """``in_front``: the place is the terminal the applicant is at; who is called may go to any, so it is empty."""
    lines = [
        BoardLine(case.ticket.number, masked(case.applicant), case.terminal_name if in_front else "") for case in cases
    ]
    return tuple(lines[:MAX_LINES])


def _ready(floor: Floor) -> tuple[BoardLine, ...]:
    """Results that can be fetched, the newest first."""
    lines = []
    for case_id, result in reversed(floor.register.office.results.items()):
        case = floor.register.cases.get(case_id)
        if case is None or result.state not in ("at_counter", "in_locker"):
            continue
        locker = connected(floor, result.terminal_id)
        place = floor.rules.hall_name if locker is None else locker.name
        lines.append(BoardLine(case.ticket.number, masked(case.applicant), place))
        if len(lines) == MAX_LINES:
            break
    return tuple(lines)


def _characters(name: str) -> list[str]:
    """The name's characters as people count them: variation selectors and combining marks stay with their base."""
    characters: list[str] = []
    for letter in name:
        is_mark = unicodedata.combining(letter) or 0xFE00 <= ord(letter) <= 0xFE0F or 0xE0100 <= ord(letter) <= 0xE01EF
        if characters and is_mark:
            characters[-1] += letter
        else:
            characters.append(letter)
    return characters


def _is_han(character: str) -> bool:
    return unicodedata.name(character[0], "").startswith("CJK") or ord(character[0]) >= 0x20000

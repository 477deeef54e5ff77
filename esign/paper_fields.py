"""Compares what was read on paper with what the code says, field by field.

Where reading and code disagree, the picture decides which of the two it shows (`paper_likeness`): recognition errs, and
a forger changes characters; only the second may be called different. What stays unclear is called unread.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from typing import Literal

import cv2
import numpy as np

from esign.paper_likeness import likeness
from esign.paper_places import FIELDS, Field, Page, Part, Place
from esign.paper_reader import Line
from esign.printcode import PrintedNotice, plain_text
from esign.report import FieldCompared
from esign.typesetter import chinese_date

__all__ = ["compare_fields"]

_Verdict = Literal["equal", "differs", "unread"]

_CODES = {"number", "applicant_id", "item_code", "case_number", "query_code", "voided_number"}
_ALIKE = str.maketrans("OoQIl", "00011")  # in a number nobody tells them apart, and none of ours holds the letters
_MARGIN = 0.02  # by which one text must be more like the picture than the other
_LEAST = 0.5  # below that the picture shows neither
_STARS = re.compile(r"\*+")
_WIDEST_CROP = 1600


@dataclass(frozen=True)
class _Character:
    """One plain character and where it was read."""

    character: str
    part: int
    at: int


def compare_fields(page: Page, printed: PrintedNotice) -> list[FieldCompared]:
    """One result for each field that the code states, in the order of `FIELDS`."""
    results = []
    for field in FIELDS:
        value = getattr(printed, field.name)
        if value:
            signed = chinese_date(value) if isinstance(value, date) else value
            results.append(_compare_field(page, printed, field, signed))
    return results


def _compare_field(page: Page, printed: PrintedNotice, field: Field, signed: str) -> FieldCompared:
    """Different if any place differs; else equal if any place is; a field may stand at several places."""
    is_cut = field.name in printed.cut
    outcomes: list[tuple[_Verdict, str, Place]] = []
    for ways in page.places(field):
        place = min(ways, key=lambda way: _distance(signed, way.text, is_cut=is_cut))
        verdict, text = _compare(signed, place, is_code=field.name in _CODES, is_open=_is_open(field, is_cut=is_cut))
        if verdict == "equal" and is_cut and not printed.holds(field.name, text):
            verdict = "unread"
        outcomes.append((verdict, text, place))
    if not outcomes and (mention := page.mentions(signed)):
        outcomes.append(("equal", signed, mention))
    order: tuple[_Verdict, ...] = ("differs", "equal", "unread")
    for wanted in order:
        for verdict, text, place in outcomes:
            if verdict == wanted:
                return _result(field, signed, wanted, text, place)
    return _result(field, signed, "unread", "", Place(()))


def _is_open(field: Field, *, is_cut: bool) -> bool:
    """Whether more may follow on the paper than the code says."""
    return is_cut or field.name == "voided_number"


def _compare(signed: str, place: Place, *, is_code: bool, is_open: bool) -> tuple[_Verdict, str]:
    """Verdict, and what the paper says as far as it can be told."""
    place = _with_stars_of(signed, place)
    read = list(_characters(place))
    wanted, seen = plain_text(signed), "".join(each.character for each in read)
    match = SequenceMatcher(None, *((_folded(wanted), _folded(seen)) if is_code else (wanted, seen)), autojunk=False)
    texts = [part.line.text for part in place.parts]
    changes: list[list[tuple[int, int, str]]] = [[] for _ in texts]
    verdicts: set[_Verdict] = {"equal"}
    for kind, i1, i2, j1, j2 in match.get_opcodes():
        if kind == "delete" and i2 - i1 > 1 and j1 in {0, len(seen)}:
            verdicts.add("unread")  # what is missing at an end may stand in a line that was not found
        elif kind != "equal" and not (is_open and kind == "insert" and i1 == len(wanted)):
            index, start, stop = _span(read, j1, j2, place)
            changes[index].append((start, stop, wanted[i1:i2]))
    for index, part in enumerate(place.parts):
        verdict, texts[index] = _judge(part.line, changes[index])
        verdicts.add(verdict)
    ends = [part.stop + len(text) - len(part.line.text) for part, text in zip(place.parts, texts, strict=True)]
    starts = [part.start for part in place.parts]
    told = "".join(text[a:b] for text, a, b in zip(texts, starts, ends, strict=True))
    return ("differs" if "differs" in verdicts else "unread" if "unread" in verdicts else "equal"), told


def _judge(line: Line, changes: list[tuple[int, int, str]]) -> tuple[_Verdict, str]:
    """Whether the picture of a line shows what was read, or what it would be with these changes of what was read.

    Characters exchanged one for one are judged each at its place, for recognition may err where the paper also differs.
    Anything else moves what follows and is judged all at once.
    """
    verdict: _Verdict = "equal"
    text = line.text
    if not changes:
        return verdict, text
    one_for_one = all(stop - start == len(wanted) for start, stop, wanted in changes)
    if one_for_one:
        steps = [
            [(start + n, start + n + 1, wanted[n]) for n in range(stop - start)] for start, stop, wanted in changes
        ]
        apart = [[change] for step in steps for change in step]
    else:
        apart = [changes]
    for together in apart:
        changed = text
        for start, stop, wanted in reversed(together):  # what is put right does not move what comes before it
            changed = changed[:start] + wanted + changed[stop:]
        about = slice(together[0][0], together[0][1]) if one_for_one else None
        before, after = likeness(line.crop, text, about), likeness(line.crop, changed, about)
        if max(before, after) < _LEAST or abs(after - before) < _MARGIN:
            verdict = "unread" if verdict == "equal" else verdict
        elif after > before:
            text = changed
        else:
            verdict = "differs"
    return verdict, text


def _with_stars_of(signed: str, place: Place) -> Place:
    """The place with as many stars in a masked number as were printed: nobody counts them, but they have a width."""
    stars = _STARS.search(signed)
    if stars is None:
        return place
    parts = []
    for part in place.parts:
        head, star, tail = part.line.text.partition("*")
        text = head + (stars.group() if star else "") + _STARS.sub("*", tail.lstrip("*"))
        longer = len(text) - len(part.line.text)
        parts.append(Part(replace(part.line, text=text), part.start, part.stop + longer))
    return Place(tuple(parts))


def _characters(place: Place) -> Iterator[_Character]:
    for index, part in enumerate(place.parts):
        before = ""
        for at in range(part.start, part.stop):
            plain = plain_text(part.line.text[at])
            if plain != "*" or before != "*":
                for character in plain:
                    yield _Character(character, index, at)
            before = plain or before


def _span(read: list[_Character], j1: int, j2: int, place: Place) -> tuple[int, int, int]:
    """Part, start and stop of characters `j1` to `j2`; of a run over two lines only the part in the first."""
    if j1 < j2:
        index = read[j1].part
        last = max(each.at for each in read[j1:j2] if each.part == index)
        return index, read[j1].at, last + 1
    if j1:
        return read[j1 - 1].part, read[j1 - 1].at + 1, read[j1 - 1].at + 1
    return 0, place.parts[0].start, place.parts[0].start


def _folded(text: str) -> str:
    return text.translate(_ALIKE).upper()


def _distance(signed: str, text: str, *, is_cut: bool) -> float:
    """Characters that do not match, on both sides."""
    wanted, read = plain_text(signed), plain_text(text)
    if is_cut:
        read = read[: len(wanted)]
    same = sum(block.size for block in SequenceMatcher(None, wanted, read, autojunk=False).get_matching_blocks())
    return len(wanted) + len(read) - 2 * same


def _result(field: Field, signed: str, verdict: _Verdict, text: str, place: Place) -> FieldCompared:
    return FieldCompared(
        field=field.name, label=field.label, signed=signed, printed=text, verdict=verdict, crop=_picture(place.parts)
    )


def _picture(parts: tuple[Part, ...]) -> bytes:
    """The lines of a place under each other, as a PNG."""
    crops = [part.line.crop[:, :_WIDEST_CROP] for part in parts]
    if not crops:
        return b""
    wide = max(crop.shape[1] for crop in crops)
    same = [cv2.copyMakeBorder(c, 0, 0, 0, wide - c.shape[1], cv2.BORDER_CONSTANT, value=(255,) * 3) for c in crops]
    return cv2.imencode(".png", np.vstack(same))[1].tobytes()

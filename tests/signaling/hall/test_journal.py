"""The chain finds every change to what was written."""

from collections.abc import Callable

import msgspec
import pytest

from signaling.hall.journal import FIRST_HASH, ChainBroken, Row, check_chain, hash_entry, read_export


def chain(count: int) -> list[Row]:
    rows, head = [], FIRST_HASH
    for seq in range(1, count + 1):
        fields = (seq, "2026-11-20T12:00:00+08:00", "T-01", f"case-{seq % 2}", "PageShown", f'{{"page":{seq}}}')
        own = hash_entry(head, *fields[:-1], fields[-1].encode())
        rows.append(Row(*fields, head, own))
        head = own
    return rows


def test_an_untouched_chain_gives_its_length_and_head() -> None:
    rows = chain(5)
    assert check_chain(rows) == (5, rows[-1].hash)
    assert check_chain([]) == (0, FIRST_HASH)


@pytest.mark.parametrize("field", ["time", "actor", "case_id", "kind", "body", "prev_hash", "hash"])
def test_a_changed_field_is_found_at_its_entry(field: str) -> None:
    rows = chain(5)
    old = getattr(rows[2], field)
    rows[2] = msgspec.structs.replace(rows[2], **{field: old[:-1] + ("1" if old[-1] != "1" else "2")})
    with pytest.raises(ChainBroken) as caught:
        check_chain(rows)
    assert caught.value.seq == 3


CHANGES: list[Callable[[list[Row]], list[Row]]] = [
    lambda rows: rows[:2] + rows[3:],
    lambda rows: rows[1:],
    lambda rows: [rows[0], rows[2], rows[1], *rows[3:]],
    lambda rows: [*rows[:3], rows[2], *rows[3:]],
    lambda rows: [rows[0], msgspec.structs.replace(rows[1], seq=9), *rows[2:]],
]


@pytest.mark.parametrize("change", CHANGES, ids=["removed", "beheaded", "swapped", "doubled", "renumbered"])
def test_a_changed_order_is_found(change: Callable[[list[Row]], list[Row]]) -> None:
    with pytest.raises(ChainBroken):
        check_chain(change(chain(5)))


def test_fields_cannot_lend_each_other_characters() -> None:
    left = hash_entry(FIRST_HASH, 1, "t", "ab", "c", "k", b"")
    right = hash_entry(FIRST_HASH, 1, "t", "a", "bc", "k", b"")
    assert left != right


def test_an_export_is_read_back_and_nonsense_in_it_is_found() -> None:
    lines = [msgspec.json.encode(row) + b"\n" for row in chain(3)]
    assert check_chain(read_export(lines))[0] == 3
    with pytest.raises(ChainBroken) as caught:
        check_chain(read_export([lines[0], b"{}\n", lines[2]]))
    assert caught.value.seq == 2


def test_a_broken_chain_names_the_entry() -> None:
    problem = ChainBroken(7, "变了", "changed")
    assert problem.seq == 7
    assert str(problem) == "条目 7 变了 (journal entry 7: changed)"

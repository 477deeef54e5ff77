"""The log's on-disk format: every entry comes back from its JSON under its own name."""

from datetime import UTC, datetime
from typing import get_args

import msgspec

from signaling.signer.entries import CustodyEntry, HeadStamped, LogEntry, SealRegistered

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_every_entry_is_tagged_with_its_name() -> None:
    kinds = get_args(LogEntry)
    assert [kind.__struct_config__.tag for kind in kinds] == [kind.__name__ for kind in kinds]
    assert set(get_args(CustodyEntry)) <= set(kinds)


def test_entries_come_back_from_json_and_may_gain_fields() -> None:
    decoder = msgspec.json.Decoder(LogEntry)
    for entry in (SealRegistered("s", "甲局", "", True, "c", "1", NOW, NOW), HeadStamped(7, "ab", b"\x00token")):
        body = msgspec.json.encode(entry)
        assert decoder.decode(body) == entry
        assert decoder.decode(body[:-1] + b',"later":1}') == entry

"""Seals on the disk: added whole or not at all, an old folder taken over, one that is gone named."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import esign
from signaling.signer.cabinet import Cabinet, ends, registration, serial_of
from signaling.signer.errors import SignerError

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_a_seal_is_added_loaded_once_and_found_again(tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path)
    made = cabinet.add(lambda folder: esign.make_test_authority(folder, "甲局", now=NOW))
    assert list(cabinet.ids()) == [made.seal_id]
    assert cabinet.seal(made.seal_id) is made
    assert Cabinet(tmp_path).seal(made.seal_id).key.certificate == made.key.certificate
    again = cabinet.folder_of(made.seal_id)
    further = cabinet.add(lambda folder: esign.issue_seal(again, folder, "甲局", "", NOW))
    assert esign.load_seal(cabinet.folder_of(further.seal_id)).chain == made.chain, "it finds its authority's files"
    entry = registration(made)
    assert (entry.seal_id, entry.authority, entry.stamp, entry.is_test) == (
        made.seal_id,
        "甲局",
        "行政审批专用章",
        True,
    )
    assert (entry.kinds, entry.persons_needed) == ((), 1)
    assert entry.serial == serial_of(made.key.certificate)
    assert entry.since <= NOW < entry.until == ends(made.key.certificate)


def test_what_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path)
    with pytest.raises(SignerError):
        cabinet.add(lambda folder: esign.make_test_authority(folder, "😀", now=NOW))
    assert list((tmp_path / "seals").iterdir()) == []


def test_a_seal_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(SignerError, match="ghost"):
        Cabinet(tmp_path).seal("ghost")
    with pytest.raises(SignerError, match="nowhere"):
        Cabinet(tmp_path).take_over(tmp_path / "nowhere")


def test_a_folder_from_before_is_taken_over(tmp_path: Path) -> None:
    old = tmp_path / "seal"
    made = esign.make_test_authority(old, "甲局", now=NOW - timedelta(days=9))
    assert Cabinet(tmp_path).take_over(old).key.certificate == made.key.certificate
    assert not old.exists()

"""The speaker takes sound at any pace and never waits, with and without a card."""

import threading

from pytestqt.qtbot import QtBot

from signaling.peer.synthetic import SyntheticSources
from signaling.qt.sound import BACKLOG_BYTES, Speaker


def test_every_block_is_counted_from_any_thread(qtbot: QtBot) -> None:
    speaker = Speaker()
    listen = SyntheticSources("甲").listener()

    def talk() -> None:
        for _ in range(100):
            speaker.play(listen())

    thread = threading.Thread(target=talk)
    thread.start()
    thread.join()
    assert speaker.blocks == 100
    assert len(vars(speaker)["_waiting"]) <= BACKLOG_BYTES, "old sound does not pile up"
    speaker.stop()
    assert not speaker.is_audible


def test_after_stop_nothing_is_played_and_nothing_breaks(qtbot: QtBot) -> None:
    speaker = Speaker()
    speaker.stop()
    speaker.stop()
    speaker.play(bytes(1920))
    assert speaker.blocks == 1
    assert vars(speaker)["_waiting"] == b""

"""The loader's thread: newest job of a slot, errors as results, an end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from annotate.errors import PageError
from annotate.qt.loader import Loader


@pytest.fixture
def loader(qtbot: QtBot) -> Iterator[Loader]:
    made = Loader()
    yield made
    made.stop()


def test_only_the_newest_waiting_job_of_a_slot_runs(qtbot: QtBot, loader: Loader) -> None:
    results: list[tuple[str, int, object]] = []
    loader.done.connect(lambda slot, ticket, result: results.append((slot, ticket, result)))
    gate = threading.Event()
    first = loader.ask("page", lambda: gate.wait(10))
    old = [loader.ask("page", lambda: "old") for _ in range(3)]
    new = loader.ask("page", lambda: threading.current_thread().name)
    font = loader.ask("font", lambda: "font")
    gate.set()
    qtbot.waitUntil(lambda: len(results) >= 2 and results[-1][0] == "font")
    shown = {(slot, ticket): result for slot, ticket, result in results}
    assert shown["page", new] == "annotate-loader"
    assert shown["font", font] == "font"
    assert ("page", old[1]) not in shown
    assert ("page", old[2]) not in shown
    assert first < old[0] < new


def test_page_errors_are_results(qtbot: QtBot, loader: Loader) -> None:
    def fail() -> object:
        raise PageError("encrypted", "needs a password")

    with qtbot.waitSignal(loader.done) as caught:
        loader.ask("open", fail)
    assert caught.args is not None
    assert isinstance(caught.args[2], PageError)


def test_forgotten_jobs_do_not_run_and_the_thread_ends(qtbot: QtBot, loader: Loader) -> None:
    gate, ran = threading.Event(), threading.Event()
    started = threading.Event()

    def block() -> object:
        started.set()
        return gate.wait(10)

    loader.ask("a", block)
    assert started.wait(5)
    loader.ask("b", ran.set)
    loader.forget()
    gate.set()
    slots: list[str] = []
    loader.done.connect(lambda slot, _ticket, _result: slots.append(slot))
    loader.ask("c", lambda: "c")
    qtbot.waitUntil(lambda: "c" in slots)
    assert not ran.is_set()
    loader.stop()
    loader._thread.join(5)
    assert not loader._thread.is_alive()

"""The thread that opens documents and renders pages for one canvas, so that the window never waits.

Owns no document and decides nothing: it runs the newest job of each slot and reports through a Qt signal.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from annotate.errors import PageError
from annotate.pages import PageSource


class Loader(QObject):
    """Runs jobs one after the other. A waiting job is replaced by a newer one of the same slot."""

    done = pyqtSignal(str, int, object)  # slot, ticket, result or PageError

    def __init__(self) -> None:
        super().__init__()
        self._jobs: dict[str, tuple[int, Callable[[], object]]] = {}
        self._tickets = 0
        self._is_stopped = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="annotate-loader", daemon=True)
        self._thread.start()

    def ask(self, slot: str, job: Callable[[], object]) -> int:
        """Run `job` soon in the thread; its result arrives in `done` with the returned ticket."""
        with self._changed:
            self._tickets += 1
            self._jobs[slot] = (self._tickets, job)
            self._changed.notify()
            return self._tickets

    def forget(self) -> None:
        """Drop all waiting jobs."""
        with self._changed:
            self._jobs.clear()

    def stop(self) -> None:
        """End the thread after its present job; a second call does nothing."""
        with self._changed:
            self._is_stopped = True
            self._jobs.clear()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._is_stopped)
                if self._is_stopped:
                    return
                slot = next(iter(self._jobs))
                ticket, job = self._jobs.pop(slot)
            result: object
            try:
                result = job()
            except PageError as error:
                result = error
            with self._changed:
                if self._is_stopped:
                    if isinstance(result, PageSource):  # nobody is left to close it
                        result.close()
                    return
            self.done.emit(slot, ticket, result)

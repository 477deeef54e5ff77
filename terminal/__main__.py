"""``python -m terminal``: the booth's window, or with ``--simulate`` one case without a window.

Exit code 0 when it ended as asked, 1 with a sentence on stderr when not.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Sequence

from terminal.machine import build_booth, call_sources
from terminal.qt.program import run_window, show_sentence
from terminal.settings import SettingsWrong, Start, read_settings
from terminal.simulator import Script, Simulator, StoryStopped


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the terminal."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx", "aioice"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        start = read_settings(given, os.environ)
    except SettingsWrong as problem:
        sys.stderr.write(f"{problem}\n")
        return 1 if "--simulate" in given else show_sentence(str(problem))
    if not start.is_simulated:
        return run_window(start.settings)
    try:
        asyncio.run(simulate(start, lambda line: print(line, flush=True)))  # noqa: T201 - the progress asked for
    except StoryStopped as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


async def simulate(start: Start, tell: Callable[[str], None], deadline_s: float = 120.0) -> None:
    """One case with synthetic picture and drawn sheets; ``deadline_s`` for each step. Raises StoryStopped."""
    settings = start.settings
    booth = build_booth(settings, call_sources(settings), lambda job: job(), lambda job: job())
    simulator = Simulator(booth, tell)
    stopped: StoryStopped | None = None
    async with asyncio.TaskGroup() as group:
        work = group.create_task(booth.run(), name="booth")
        try:
            await simulator.play(Script(item_code=start.item_code, deadline_s=deadline_s))
        except StoryStopped as problem:
            stopped = problem  # raised below: a task group would wrap it
        await booth.flush()
        work.cancel()
    if stopped is not None:
        raise stopped


if __name__ == "__main__":
    sys.exit(main())

"""A terminal in numbers: hands in files unseen, connects calls without media, shuts its cabinet by itself."""

import asyncio
from pathlib import Path

from reviewer.demo.quiet_booth import QuietLeg, quiet_booth
from signaling.protocol.enrolment import DeviceFile

DEVICE = DeviceFile("T-02", "自助终端 02", "ws://127.0.0.1:9/hall", b"k" * 32, "PEM")


async def test_a_call_is_connected_until_it_is_closed() -> None:
    states: asyncio.Queue[str] = asyncio.Queue()
    leg = QuietLeg(states.put_nowait)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        running = group.create_task(leg.run(), name="leg")
        assert await states.get() == "connected"
        assert not running.done()
        await leg.close()
    assert states.empty()


async def test_a_booth_reads_cards_and_never_reaches_a_hall_that_is_not_there(tmp_path: Path) -> None:
    booth = quiet_booth(DEVICE, tmp_path, seed=1)
    session, changed = booth.session, asyncio.Event()
    session.subscribe(changed.set)
    assert session.cabinet.is_there
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        work = group.create_task(booth.run(), name="booth")
        session.begin()
        session.read_card("organisation")
        while session.card is None or session.connection.state != "waiting":
            changed.clear()
            await changed.wait()
        assert session.card.is_simulated
        work.cancel()

"""The desk without files and video: everything the hall sees is as with the real one."""

import asyncio
from datetime import UTC, datetime
from itertools import count

from reviewer.quiet import QuietDesk
from signaling.protocol.messages import AnswerCall, CallOffered, CallStarted, DeskChanged, ShowPage, Welcome


class Hall:
    """Lets everybody in and keeps what was said."""

    def __init__(self, login, on_message, on_state) -> None:
        self.login, self.hear, self.on_state = login, on_message, on_state
        self.welcome = Welcome(1, "s", "张敏", "t", datetime.now(UTC), ("reviewer",))
        self.said = []

    async def run(self) -> None:
        self.on_state("online", None, 0.0)
        await asyncio.Event().wait()

    def say(self, message) -> None:
        self.said.append(message)

    async def fetch(self, digest, target, on_progress) -> None:
        raise AssertionError("nothing is fetched")


async def test_papers_open_and_calls_connect_by_themselves(build):
    halls, ids = [], count(1)

    def connect(*arguments):
        halls.append(Hall(*arguments))
        return halls[0]

    desk = QuietDesk(connect, lambda: f"id-{next(ids)}")
    session = desk.session
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(desk.run())
        session.log_in("ws://h/hall", "r-01", "pw", "D-01")
        for _ in range(3):  # turns of the loop, not a time
            await asyncio.sleep(0)
        assert session.is_online
        hall = halls[0]
        assert (hall.login.desk_id, session.name, session.roles) == ("D-01", "张敏", ("reviewer",))
        hall.hear(DeskChanged("offered", "", datetime.now(UTC)))
        hall.hear(CallOffered("call-1", build.case("received"), 20.0))
        await asyncio.sleep(0)
        assert [paper.state for paper in session.papers.all()] == ["open"] * 3
        session.answer()
        hall.hear(CallStarted("call-1", build.case(), 1, True, "T"))
        await asyncio.sleep(0)
        assert session.call.link == "connected"
        assert [type(message) for message in hall.said] == [AnswerCall, ShowPage]
        running.cancel()

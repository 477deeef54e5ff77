"""A colleague without a window: logs in over a real WebSocket, keeps what was said last, says what it is told to."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from websockets.sync.server import ServerConnection, serve

from reviewer.demo.people import Colleague, request_id
from signaling.client import StaffLogin
from signaling.protocol.acts import FloorChanged, HandleDeposit, NoticePreviewed, PreviewNotice
from signaling.protocol.codec import decode_from_client, encode
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import AskPassword, Done, Error, Hello, LogIn, Welcome

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DEADLINE_S = 10.0


@pytest.fixture
def hall() -> Iterator[tuple[str, list[object]]]:
    """A hall that lets in who knows the password, shows a floor and records whatever is said."""
    said: list[object] = []

    def converse(line: ServerConnection) -> None:
        said.append(decode_from_client(line.recv()))
        line.send(encode(AskPassword()))
        login = decode_from_client(line.recv())
        said.append(login)
        if isinstance(login, LogIn) and login.password != "right":
            line.send(encode(Error(ErrorCode.WRONG_PASSWORD, SENTENCES[ErrorCode.WRONG_PASSWORD])))
            return
        line.send(encode(Welcome(1, "s1", "收件员", "token", NOW, ("collector",))))
        line.send(encode(FloorChanged(NOW)))
        for frame in line:
            act = decode_from_client(frame)
            said.append(act)
            if isinstance(act, PreviewNotice):
                line.send(encode(NoticePreviewed(act.request_id, act.case_id, "号", "a" * 64)))
            else:
                line.send(encode(Done(act.request_id)))  # type: ignore[union-attr]

    with serve(converse, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/hall", said
        server.shutdown()
        thread.join()


def wait_for(condition: Callable[[], bool]) -> None:
    ticker = threading.Event()
    for _ in range(int(DEADLINE_S / 0.01)):
        if condition():
            return
        ticker.wait(0.01)
    raise AssertionError("it did not come")


def test_a_colleague_sees_the_floor_and_acts(hall: tuple[str, list[object]]) -> None:
    url, said = hall
    with Colleague(url, StaffLogin("collector-01", "right")).at_work() as colleague:
        wait_for(lambda: colleague.floor is not None)
        assert colleague.is_online
        act = HandleDeposit(request_id(), "dep-1", "collect")
        colleague.say(act)
        wait_for(lambda: act.request_id in colleague.done)
    assert said == [Hello("staff", "collector-01", (1,)), LogIn("right"), act]


def test_a_colleague_reads_the_notice_before_deciding(hall: tuple[str, list[object]]) -> None:
    url, _ = hall
    with Colleague(url, StaffLogin("decider-01", "right")).at_work() as colleague:
        wait_for(lambda: colleague.floor is not None)
        act = PreviewNotice(request_id(), "c1", "grant")
        assert colleague.draft_of(act.request_id) == ""
        colleague.say(act)
        wait_for(lambda: colleague.draft_of(act.request_id) == "a" * 64)


def test_a_wrong_password_is_noticed(hall: tuple[str, list[object]]) -> None:
    url, _ = hall
    with Colleague(url, StaffLogin("collector-01", "wrong")).at_work() as colleague:
        wait_for(lambda: colleague.refused == ErrorCode.WRONG_PASSWORD)
        assert not colleague.is_online


def test_each_act_has_its_own_id() -> None:
    assert request_id() != request_id()

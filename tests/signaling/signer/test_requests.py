"""Frames: what goes in comes out, what is too long, cut off or no struct of ours does not."""

import asyncio
import socket
from pathlib import Path
from typing import Any, get_args

import pytest

from signaling.signer import requests
from signaling.signer.requests import (
    MAX_REQUEST_BYTES,
    Answer,
    BadFrame,
    Draft,
    Issued,
    Pending,
    Request,
    Seal,
    frame,
    read_answer,
    read_request,
    socket_address,
)


def stream(content: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(content)
    reader.feed_eof()
    return reader


async def test_requests_and_answers_come_back_as_they_were(hall: Any) -> None:
    asked = [Draft(hall.order(1)), Seal("n", "c", 7, "h"), Issued(number="1")]
    reader = stream(b"".join(frame(one) for one in asked))
    assert [await read_request(reader) for _ in asked] == asked
    assert await read_answer(stream(frame(Pending("timestamp_pending")))) == Pending("timestamp_pending")


async def test_the_answer_of_one_side_is_no_request_of_the_other() -> None:
    with pytest.raises(BadFrame):
        await read_request(stream(frame(Pending("x"))))
    with pytest.raises(BadFrame):
        await read_answer(stream(frame(Issued())))


async def test_what_is_too_long_cut_off_or_nonsense_is_refused() -> None:
    with pytest.raises(BadFrame, match="more than"):
        await read_request(stream((MAX_REQUEST_BYTES + 1).to_bytes(4, "big")))
    with pytest.raises(EOFError):
        await read_request(stream(frame(Issued())[:-1]))
    with pytest.raises(EOFError):
        await read_request(stream(b""))
    with pytest.raises(BadFrame):
        await read_request(stream((3).to_bytes(4, "big") + b"\xff\xff\xff"))


def test_every_request_and_answer_is_tagged_with_its_name() -> None:
    kinds = [*get_args(Request), *get_args(Answer)]
    assert [kind.__struct_config__.tag for kind in kinds] == [kind.__name__ for kind in kinds]
    assert {kind.__module__ for kind in kinds} == {requests.__name__}


def test_a_socket_can_lie_deep_down(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 90) / ("b" * 90)
    deep.mkdir(parents=True)
    for path in (tmp_path / "s", deep / "signer.sock"):
        with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
            with socket_address(path) as address:
                listener.bind(address)
            listener.listen()
            assert path.is_socket()
            with socket_address(path) as address:
                client.connect(address)

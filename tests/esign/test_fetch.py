"""A bounded request gives the answer or says in plain words why there is none."""

import socket
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from esign.fetch import FetchFailed, fetch


def test_what_is_there_is_fetched(web: Any) -> None:
    web.answers["/echo?a=1"] = lambda body: (200, "application/x-echo; charset=x", body * 2)
    answer = fetch(
        f"{web.url}/echo?a=1",
        timeout_s=5,
        limit=100,
        body=b"ab",
        content_type="x/y",
        expected_type="application/x-echo",
    )
    assert answer == b"abab"
    web.answers["/"] = lambda body: (200, "text/plain", b"root")
    assert fetch(web.url, timeout_s=5, limit=4) == b"root"


def test_what_is_not_acceptable_is_named(web: Any) -> None:
    web.answers["/gone"] = lambda body: (404, "text/plain", b"")
    web.answers["/long"] = lambda body: (200, "text/plain", b"x" * 101)
    with pytest.raises(FetchFailed, match="status 404"):
        fetch(f"{web.url}/gone", timeout_s=5, limit=100)
    with pytest.raises(FetchFailed, match="more than 100 bytes"):
        fetch(f"{web.url}/long", timeout_s=5, limit=100)
    with pytest.raises(FetchFailed, match="answered with text/plain, not application/pdf"):
        fetch(f"{web.url}/long", timeout_s=5, limit=200, expected_type="application/pdf")
    web.stop()
    with pytest.raises(FetchFailed, match="cannot be reached"):
        fetch(f"{web.url}/gone", timeout_s=5, limit=100)


@pytest.mark.parametrize("url", ["ftp://host/x", "file:///etc/hostname", "http://", "http://host:port/", "nothing"])
def test_only_web_addresses_are_asked(url: str) -> None:
    with pytest.raises(FetchFailed, match="address"):
        fetch(url, timeout_s=5, limit=100)


@pytest.mark.parametrize(
    "first", [b"", b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["silent", "header", "body"]
)
def test_a_slow_server_costs_no_more_than_the_deadline(first: bytes) -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(first)
                while not done.wait(0.02):  # a byte now and then keeps every single read short
                    with suppress(OSError):  # the other side has given up
                        connection.sendall(b"x" if first else b"")

        thread = threading.Thread(target=serve)
        thread.start()
        started = time.monotonic()
        with pytest.raises(FetchFailed, match=r"did not answer within 0\.2 s"):
            fetch(f"http://127.0.0.1:{listening.getsockname()[1]}/", timeout_s=0.2, limit=10_000)
        assert time.monotonic() - started < 2
        done.set()
        thread.join()

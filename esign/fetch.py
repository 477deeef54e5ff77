"""One bounded HTTP request to a timestamp authority, a list's address or an OCSP responder.

Standard library only: such services are plain HTTP. There is a deadline for the whole exchange and a limit to the
answer; redirects are not followed, since all these addresses come from configuration or from a certificate.
"""

import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

__all__ = ["FetchFailed", "fetch"]


class FetchFailed(Exception):
    """No usable answer; the text says why in plain words."""


def fetch(
    url: str,
    *,
    timeout_s: float,
    limit: int,
    body: bytes | None = None,
    content_type: str = "",
    expected_type: str = "",
) -> bytes:
    """GET, or POST where there is a body. Raises `FetchFailed`: unreachable, late, too long, not 200, another type."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise FetchFailed("not an address") from None
    if parts.scheme not in ("http", "https") or host is None:
        raise FetchFailed("not an http(s) address")
    connection = (HTTPSConnection if parts.scheme == "https" else HTTPConnection)(host, port, timeout=timeout_s)
    late = threading.Event()
    try:
        connection.connect()
        # the socket's own timeout begins anew with every byte; this one ends the whole exchange
        timer = threading.Timer(timeout_s, _cut, (connection.sock, late))
        timer.start()
        try:
            headers = {"Content-Type": content_type} if body is not None else {}
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST" if body is not None else "GET", target, body, headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise FetchFailed(f"{host} answered with status {answer.status}")
            if expected_type and answer.headers.get_content_type() != expected_type:
                raise FetchFailed(f"{host} answered with {answer.headers.get_content_type()}, not {expected_type}")
            content = answer.read(limit + 1)
        finally:
            timer.cancel()
    except (OSError, HTTPException) as error:
        if late.is_set() or isinstance(error, TimeoutError):
            raise FetchFailed(f"{host} did not answer within {timeout_s:g} s") from None
        raise FetchFailed(f"{host} cannot be reached ({type(error).__name__})") from error
    finally:
        connection.close()
    if late.is_set():  # what was read until then looks like a short answer
        raise FetchFailed(f"{host} did not answer within {timeout_s:g} s")
    if len(content) > limit:
        raise FetchFailed(f"{host} answered with more than {limit} bytes")
    return content


def _cut(connected: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):  # it ended at the same moment
        connected.shutdown(socket.SHUT_RDWR)

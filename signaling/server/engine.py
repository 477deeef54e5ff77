"""uvicorn's WebSocket engine with one thing added: a connection can be cut at once.

ASGI has no way to end a connection whose peer does not read: every message, the close
included, waits for the same full buffer.
"""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

ABORT = "cloud_window.abort"
"""Key in the scope's ``extensions``: a function that ends the TCP connection at once."""


class CuttableProtocol(WebSocketsSansIOProtocol):
    """Offers the extension ``ABORT``, and cuts a peer that does not answer pings instead of waiting for it."""

    def handle_connect(self, event: Request) -> None:
        """Begin the handshake; the application task it starts runs only after this returns."""
        super().handle_connect(event)
        if scope := getattr(self, "scope", None):
            scope["extensions"][ABORT] = self.transport.abort

    def keepalive_timeout(self) -> None:
        """The peer is gone: what is left in the buffer will never be read."""
        super().keepalive_timeout()
        self.transport.abort()

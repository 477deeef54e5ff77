"""Loopback only, and a wire between two legs that can be cut."""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from typing import cast

import aioice.ice
import msgspec
import pytest

from signaling.peer.tuning import tune
from signaling.protocol.messages import Description


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests speak to 127.0.0.1 and to nothing else, whatever networks the machine has."""
    tune()
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


class _End(asyncio.DatagramProtocol):
    """Stands for one side's candidate; what the other side sends here goes on to the real one."""

    def __init__(self, wire: "Wire") -> None:
        self.wire = wire
        self.transport: asyncio.DatagramTransport | None = None
        self.real: tuple[str, int] | None = None
        self.opposite: _End | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        way = self.opposite.transport if self.opposite is not None else None
        if way is not None and self.real is not None and not self.wire.loses():
            way.sendto(data, self.real)


class Wire:
    """Two sockets between two legs, put into their descriptions in place of the real addresses."""

    def __init__(self) -> None:
        self.is_cut = False
        self.loss = 0.0
        """The part of the datagrams that gets lost."""
        self._chance = random.Random(11)  # noqa: S311 - the same losses each time
        self._ends: dict[str, _End] = {}

    def loses(self) -> bool:
        """Whether the next datagram is lost."""
        return self.is_cut or self._chance.random() < self.loss

    async def open(self) -> "Wire":
        loop = asyncio.get_running_loop()
        for side in ("offer", "answer"):
            _, end = await loop.create_datagram_endpoint(lambda: _End(self), local_addr=("127.0.0.1", 0))
            self._ends[side] = end
        self._ends["offer"].opposite = self._ends["answer"]
        self._ends["answer"].opposite = self._ends["offer"]
        return self

    def through(self, message: Description) -> Description:
        """The same description, with our socket as its only address."""
        end = self._ends[message.kind]
        found = re.search(r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host", message.sdp)
        assert found is not None
        assert end.transport is not None
        end.real = ("127.0.0.1", int(found[1]))
        port = end.transport.get_extra_info("sockname")[1]
        return msgspec.structs.replace(
            message, sdp=message.sdp.replace(f"127.0.0.1 {found[1]} typ", f"127.0.0.1 {port} typ")
        )

    def close(self) -> None:
        for end in self._ends.values():
            if end.transport is not None:
                end.transport.close()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    made = await Wire().open()
    yield made
    made.close()

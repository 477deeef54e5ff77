"""A terminal in numbers: the real session and booth with devices that cost nothing, no pages shown, no video.

Everything that the hall sees is as with ``terminal.machine.build_booth``.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from signaling.client import HallClient, TerminalLogin
from signaling.peer.picture import Picture
from signaling.protocol.enrolment import DeviceFile
from signaling.protocol.messages import Candidate, Description, Rejoin
from terminal.booth import Booth, HallPort, OnMessage, OnState
from terminal.devices import Devices, PrintToFile
from terminal.simulated import DrawnSheetCamera, SimulatedCabinet, SimulatedReader

DOOR_S = 0.5
"""How long a door of the cabinet stands open."""


class QuietLeg:
    """A call without media, connected as soon as it runs."""

    def __init__(self, on_state: Callable[[str], None]) -> None:
        self._on_state = on_state
        self._closed = asyncio.Event()

    async def run(self) -> None:
        """Live until closed."""
        self._on_state("connected")
        await self._closed.wait()

    def receive(self, message: Description | Candidate) -> None:
        """There is nothing to negotiate."""

    def set_muted(self, microphone: bool, camera: bool) -> None:
        """There is nothing to mute."""

    async def close(self) -> None:
        """Hang up."""
        self._closed.set()


def quiet_booth(device: DeviceFile, prints: Path, seed: int) -> Booth:
    """A booth whose session lives on the running loop; ``seed`` makes its applicants, prints go when they go."""
    loop = asyncio.get_running_loop()

    def post(act: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # a cabinet's door shuts after the end
            loop.call_soon_threadsafe(act)

    def connect(on_message: OnMessage, on_state: OnState) -> HallPort:
        return HallClient(device.url, TerminalLogin(device.terminal_id, device.private_key), on_message, on_state)

    def make_leg(
        _call_id: str,
        _generation: int,
        _is_offerer: bool,
        _send: Callable[[Description | Candidate | Rejoin], None],
        _on_picture: Callable[[Picture], None],
        on_state: Callable[[str], None],
    ) -> QuietLeg:
        return QuietLeg(on_state)

    devices = Devices(
        DrawnSheetCamera((), seed),
        SimulatedReader(seed),
        PrintToFile(prints, is_kept=False),
        cabinet=SimulatedCabinet(closes_after_s=DOOR_S),
    )
    roots = [device.trust_root.encode()]
    return Booth(connect, make_leg, devices, roots, post, lambda act: act(), list, shows_pages=False)

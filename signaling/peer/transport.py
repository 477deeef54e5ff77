"""aiortc's peer connection with what it lacks: no foreign STUN server, no lost exceptions, counts, a full stop.

Knows nothing of calls; connection.py drives it.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from aiortc import RTCConfiguration, RTCIceCandidate, RTCIceServer, RTCPeerConnection
from aiortc.rtcconfiguration import RTCBundlePolicy
from aiortc.sdp import candidate_from_sdp

from signaling.protocol.messages import Candidate

logger = logging.getLogger(__name__)


class IceServer(msgspec.Struct, frozen=True):
    """A STUN or TURN server of ours (``stun:host:port``, ``turn:host:port?transport=udp``)."""

    url: str
    username: str = ""
    credential: str = ""


class PeerConnection(RTCPeerConnection):
    """One bundled transport for sound and picture. ``shut`` instead of ``close``."""

    def __init__(self, ice_servers: Sequence[IceServer]) -> None:
        servers = [RTCIceServer(one.url, one.username or None, one.credential or None) for one in ice_servers]
        # A missing list would mean a public STUN server (aiortc 1.16, RTCIceGatherer.getDefaultIceServers).
        super().__init__(RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._connecting: set[asyncio.Task[None]] = set()

    async def _RTCPeerConnection__connect(self) -> None:
        """The base class starts this as a task that nobody awaits; keep hold of it and of its exceptions."""
        task = asyncio.current_task()
        if task is None:
            return
        self._connecting.add(task)
        try:
            await super()._RTCPeerConnection__connect()  # type: ignore[misc]
        except Exception:
            logger.exception("connecting failed")
        finally:
            self._connecting.discard(task)

    @property
    def packets_received(self) -> int:
        """Datagrams of RTP, RTCP and DTLS so far."""
        return sum(one.packetsReceived for one in self._transports())

    def packets_of(self, kind: str) -> int:
        """RTP packets of one kind so far, retransmissions included."""
        count = 0
        for transceiver in self.getTransceivers():
            if transceiver.kind == kind:
                streams = vars(transceiver.receiver)["_RTCRtpReceiver__remote_streams"]
                count += sum(stream.packets_received for stream in streams.values())
        return count

    def traffic(self) -> tuple[int, int, int]:
        """Packets sent, bytes sent, bytes received."""
        transports = self._transports()
        return (
            sum(one.packetsSent for one in transports),
            sum(one.bytesSent for one in transports),
            sum(one.bytesReceived for one in transports),
        )

    def round_trip_s(self) -> float | None:
        """From the other side's receiver reports (RFC 3550, 6.4.1); None before the first."""
        times = [vars(sender).get("_RTCRtpSender__rtt") for sender in self.getSenders()]
        known = [one for one in times if one is not None]
        return min(known) if known else None

    async def shut(self) -> None:
        """Close, and wait for every task of this connection."""
        connecting = list(self._connecting)
        for task in connecting:
            task.cancel()
        await asyncio.gather(*connecting, return_exceptions=True)
        await self.close()
        await asyncio.sleep(0)  # the decoder threads post their last word to the loop

    def _transports(self) -> list[Any]:
        transports = {id(one.transport): one.transport for one in self.getReceivers()}
        return [next(iter(one._get_stats().values())) for one in transports.values()]


def candidate_of(message: Candidate) -> RTCIceCandidate | None:
    """A browser's candidate (RFC 8839, 5.1); an empty one ends them."""
    if not message.candidate:
        return None
    candidate = candidate_from_sdp(message.candidate.removeprefix("candidate:"))
    candidate.sdpMid, candidate.sdpMLineIndex = message.sdp_mid, message.sdp_mline_index
    return candidate

"""What we change in aiortc 1.16 and aioice 0.13, all in one place. Nothing here decides about calls.

The private names used are listed in PRIVATE_NAMES and checked by a test, so that a new version of
either library fails there and not in a call. Measured reasons: design notes "real time", 2.1-2.2;
source filter: "trust", D6 (one stranger sending DTLS ClientHellos stops an unfiltered call).
"""

import logging
from typing import Any

import aioice.ice
import aiortc.codecs.vpx
import aiortc.rtcrtpreceiver
import aiortc.rtcrtpsender
from aioice import stun
from aiortc.codecs import get_encoder, is_rtx
from aiortc.codecs.base import Encoder
from aiortc.codecs.opus import SAMPLE_RATE, SAMPLES_PER_FRAME, TIME_BASE, OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtp import RtpPacket
from av import AudioResampler, CodecContext, VideoFrame
from av.frame import Frame

from signaling.peer.buffers import AudioBuffer, LossReport, VideoBuffer

logger = logging.getLogger(__name__)

PRIVATE_NAMES = (
    (aiortc.codecs.vpx, ("DEFAULT_BITRATE", "MIN_BITRATE", "MAX_BITRATE")),
    (aiortc.rtcrtpsender, ("RTP_HISTORY_SIZE", "get_encoder")),
    (aiortc.rtcrtpreceiver, ("JitterBuffer", "NackGenerator")),
    (RTCRtpReceiver, ("_handle_rtp_packet",)),
    (RTCDtlsTransport, ("_handle_rtp_data", "_handle_rtcp_data", "_get_stats")),
    (aioice.ice, ("get_host_addresses", "StunProtocol")),
    (aioice.ice.StunProtocol, ("datagram_received",)),
)
PRIVATE_RECEIVER_ATTRIBUTES = (
    "_RTCRtpReceiver__jitter_buffer",
    "_RTCRtpReceiver__nack_generator",
    "_RTCRtpReceiver__decoder_queue",
    "_RTCRtpReceiver__timestamp_mapper",
    "_RTCRtpReceiver__codecs",
    "_RTCRtpReceiver__remote_streams",
)
PRIVATE_SENDER_ATTRIBUTES = ("_RTCRtpSender__rtt",)
PRIVATE_ENCODER_ATTRIBUTES = ("_Vp8Encoder__target_bitrate",)

MIN_BITRATE = 80_000
START_BITRATE = 1_200_000
MAX_BITRATE = 2_500_000
BITRATE_STEP = 0.25
"""A new rate means a new encoder and a key frame; smaller changes are not worth one."""
RTP_HISTORY = 1024
"""Packets kept for retransmission: over a second at our highest rate."""
OPUS_BITRATE = 32_000
VP8_OPTIONS = {
    "cpu-used": "-12",
    "deadline": "realtime",
    "lag-in-frames": "0",
    "max-intra-rate": "300",
    "noise-sensitivity": "0",
    "overshoot-pct": "15",
    "partitions": "0",
    "static-thresh": "1",
    "undershoot-pct": "100",
}
CHROMIUM_START_KBIT = 1500


class TunedVp8Encoder(Vp8Encoder):
    """VP8 for a live face: fast, bounded key frames, few restarts."""

    def encode(self, frame: Frame, force_keyframe: bool = False) -> tuple[list[bytes], int]:
        """As Vp8Encoder.encode, with a context of our own making."""
        if isinstance(frame, VideoFrame):
            self._prepare(frame.width, frame.height)
        return super().encode(frame, force_keyframe)

    def _prepare(self, width: int, height: int) -> None:
        if self.codec is not None and (width, height) == (self.codec.width, self.codec.height):
            running = self.codec.bit_rate or START_BITRATE
            if abs(self.target_bitrate - running) / running <= BITRATE_STEP:
                # The base class restarts at 10 %: show it the rate that is running.
                self.target_bitrate = running
                return
        rate = str(self.target_bitrate)
        codec = CodecContext.create("libvpx", "w")
        codec.width, codec.height = width, height
        codec.bit_rate = self.target_bitrate
        codec.pix_fmt = "yuv420p"
        codec.gop_size = 3000
        codec.qmin, codec.qmax = 2, 56
        codec.options = {**VP8_OPTIONS, "bufsize": rate, "minrate": rate, "maxrate": rate}
        codec.thread_count = 1  # two threads are slower on two cores
        self.codec = codec


class MonoOpusEncoder(OpusEncoder):
    """One voice: 32 kbit/s mono with in-band error correction (RFC 7587, 3.1.1 and 3.3)."""

    def __init__(self) -> None:
        super().__init__()
        codec = CodecContext.create("libopus", "w")
        codec.bit_rate = OPUS_BITRATE
        codec.format = "s16"
        codec.layout = "mono"
        codec.sample_rate = SAMPLE_RATE
        codec.time_base = TIME_BASE
        codec.options = {"application": "voip", "fec": "1", "packet_loss": "10"}
        self.codec = codec
        self.resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE, frame_size=SAMPLES_PER_FRAME)


def with_start_bitrate(sdp: str) -> str:
    """Our description with a start rate for Chromium, which else stays near 350 kbit/s towards aiortc."""
    lines: list[str] = []
    for line in sdp.splitlines():
        lines.append(line)
        if line.startswith("a=rtpmap:") and " VP8/" in line:
            payload_type = line.removeprefix("a=rtpmap:").split(" ", 1)[0]
            lines.append(f"a=fmtp:{payload_type} x-google-start-bitrate={CHROMIUM_START_KBIT}")
    return "\r\n".join(lines) + "\r\n"


def tune() -> None:
    """Apply every change to the libraries in this process; a second call changes nothing."""
    if vars(aiortc.rtcrtpsender)["get_encoder"] is _encoder_for:
        return
    aiortc.codecs.vpx.MIN_BITRATE = MIN_BITRATE
    aiortc.codecs.vpx.DEFAULT_BITRATE = START_BITRATE
    aiortc.codecs.vpx.MAX_BITRATE = MAX_BITRATE
    _replace(aiortc.rtcrtpsender, "RTP_HISTORY_SIZE", RTP_HISTORY)
    _replace(aiortc.rtcrtpsender, "get_encoder", _encoder_for)
    _replace(aiortc.rtcrtpreceiver, "JitterBuffer", _buffer)
    _replace(aiortc.rtcrtpreceiver, "NackGenerator", LossReport)
    _replace(RTCRtpReceiver, "_handle_rtp_packet", _handle_rtp_packet)
    _replace(RTCDtlsTransport, "_handle_rtp_data", _guarded(RTCDtlsTransport._handle_rtp_data))
    _replace(RTCDtlsTransport, "_handle_rtcp_data", _guarded(RTCDtlsTransport._handle_rtcp_data))
    _replace(aioice.ice.StunProtocol, "datagram_received", _datagram_received)
    _replace(aioice.ice, "get_host_addresses", _host_addresses)


def _replace(owner: Any, name: str, new: Any) -> None:
    setattr(owner, name, new)


# --- sending ----------------------------------------------------------------------------------


def _encoder_for(codec: RTCRtpCodecParameters) -> Encoder:
    match codec.mimeType.lower():
        case "video/vp8":
            return TunedVp8Encoder()
        case "audio/opus":
            return MonoOpusEncoder()
        case _:
            return get_encoder(codec)


# --- receiving --------------------------------------------------------------------------------


def _buffer(capacity: int, prefetch: int = 0, is_video: bool = False) -> VideoBuffer | AudioBuffer:
    """In place of aiortc's class; its figures are not ours."""
    return VideoBuffer() if is_video else AudioBuffer()


_original_handle_rtp_packet = RTCRtpReceiver._handle_rtp_packet


async def _handle_rtp_packet(self: RTCRtpReceiver, packet: RtpPacket, arrival_time_ms: int) -> None:
    """The original decodes one frame for a packet; the one that ends a gap may complete several."""
    await _original_handle_rtp_packet(self, packet, arrival_time_ms)
    state = vars(self)
    buffer = state["_RTCRtpReceiver__jitter_buffer"]
    codecs = state["_RTCRtpReceiver__codecs"]
    codec = codecs.get(packet.payload_type)
    if codec is not None and is_rtx(codec):
        codec = codecs.get(codec.parameters.get("apt"))
    while codec is not None and (frame := buffer.release()) is not None:
        frame.timestamp = state["_RTCRtpReceiver__timestamp_mapper"].map(frame.timestamp)
        state["_RTCRtpReceiver__decoder_queue"].put((codec, frame))


def _guarded(original: Any) -> Any:
    """An exception that leaves a packet handler ends the whole DTLS transport: log it and drop the packet."""

    async def handle(self: RTCDtlsTransport, data: bytes, **arguments: Any) -> None:
        try:
            await original(self, data, **arguments)
        except ConnectionError:
            raise
        except Exception:
            logger.exception("dropped a packet of %d bytes that could not be handled", len(data))

    return handle


# --- the network ------------------------------------------------------------------------------

_original_datagram_received = aioice.ice.StunProtocol.datagram_received
_original_host_addresses = aioice.ice.get_host_addresses


def _datagram_received(self: Any, data: bytes, addr: tuple[Any, ...]) -> None:
    """Only STUN (which authenticates itself) and datagrams from a candidate pair get in (RFC 7983, 7)."""
    source = (addr[0], addr[1])
    if not data:
        return
    if not any(pair.protocol is self and pair.remote_addr == source for pair in self.receiver._check_list):
        try:
            stun.parse_message(data)
        except Exception:  # noqa: BLE001 - a stranger's bytes; the parser raises more than it documents
            return
    _original_datagram_received(self, data, addr)


def _host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """aioice leaves the loopback out; a machine that has nothing else can still call itself."""
    addresses: list[str] = _original_host_addresses(use_ipv4, use_ipv6)
    return addresses or (["127.0.0.1"] if use_ipv4 else [])

"""The changes to aiortc are in force, and the private names they rely on still exist."""

from importlib.metadata import version
from typing import Any

import aioice.ice
import aiortc.codecs.vpx
import aiortc.rtcrtpreceiver
import aiortc.rtcrtpsender
import numpy as np
import pytest
from aiortc import RTCIceGatherer, RTCIceTransport
from aiortc.codecs import CODECS
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtcrtpsender import RTCRtpSender
from av import AudioFrame, VideoFrame

from signaling.peer import tuning
from signaling.peer.buffers import AudioBuffer, LossReport, VideoBuffer
from signaling.peer.synthetic import SyntheticSources
from signaling.peer.tracks import SAMPLE_RATE, SAMPLES


def make_transport() -> RTCDtlsTransport:
    gatherer = RTCIceGatherer(iceServers=[])
    return RTCDtlsTransport(RTCIceTransport(gatherer), [RTCCertificate.generateCertificate()])


def test_the_libraries_are_the_ones_that_were_read() -> None:
    assert version("aiortc").startswith("1.16.")
    assert version("aioice").startswith("0.13.")


async def test_the_private_names_still_exist() -> None:
    for owner, names in tuning.PRIVATE_NAMES:
        assert [name for name in names if not hasattr(owner, name)] == []
    transport = make_transport()
    receiver, sender = RTCRtpReceiver("video", transport), RTCRtpSender("video", transport)
    assert [name for name in tuning.PRIVATE_RECEIVER_ATTRIBUTES if name not in vars(receiver)] == []
    assert [name for name in tuning.PRIVATE_SENDER_ATTRIBUTES if name not in vars(sender)] == []
    traffic = next(iter(transport._get_stats().values()))
    assert (traffic.packetsSent, traffic.packetsReceived, traffic.bytesSent, traffic.bytesReceived) == (0, 0, 0, 0)
    connection = aioice.ice.Connection(ice_controlling=True)
    assert connection._check_list == []


async def test_new_receivers_use_our_buffers() -> None:
    transport = make_transport()
    video, audio = RTCRtpReceiver("video", transport), RTCRtpReceiver("audio", transport)
    assert isinstance(vars(video)["_RTCRtpReceiver__jitter_buffer"], VideoBuffer)
    assert isinstance(vars(video)["_RTCRtpReceiver__nack_generator"], LossReport)
    assert isinstance(vars(audio)["_RTCRtpReceiver__jitter_buffer"], AudioBuffer)


def test_tuning_twice_changes_nothing() -> None:
    before = (vars(RTCRtpReceiver)["_handle_rtp_packet"], aioice.ice.StunProtocol.datagram_received)
    tuning.tune()
    assert before == (vars(RTCRtpReceiver)["_handle_rtp_packet"], aioice.ice.StunProtocol.datagram_received)
    assert vars(aiortc.rtcrtpsender)["RTP_HISTORY_SIZE"] == tuning.RTP_HISTORY
    assert aiortc.codecs.vpx.MAX_BITRATE == tuning.MAX_BITRATE


def picture(pts: int) -> VideoFrame:
    frame = VideoFrame.from_ndarray(SyntheticSources("测试").picture(), format="yuv420p")
    frame.pts = pts
    return frame


def test_the_picture_survives_our_encoder_and_small_rate_changes_do_not_restart_it() -> None:
    encoder = vars(aiortc.rtcrtpsender)["get_encoder"](CODECS["video"][0])
    assert isinstance(encoder, tuning.TunedVp8Encoder)
    decoder = aiortc.codecs.get_decoder(CODECS["video"][0])
    contexts = []
    for number, rate in enumerate((1_200_000, 1_100_000, 1_300_000, 500_000, 450_000, 10_000)):
        encoder.target_bitrate = rate
        payloads, timestamp = encoder.encode(picture(number * 3600))
        data = b"".join(aiortc.codecs.depayload(CODECS["video"][0], one) for one in payloads)
        (decoded,) = decoder.decode(JitterFrame(data, timestamp))
        assert isinstance(decoded, VideoFrame)
        assert (decoded.width, decoded.height) == (640, 480)
        contexts.append(encoder.codec)
    assert contexts[0] is contexts[1] is contexts[2]
    assert contexts[3] is not contexts[2]
    assert contexts[4] is contexts[3]
    assert encoder.codec is not None
    assert encoder.codec.bit_rate == tuning.MIN_BITRATE


def test_a_voice_survives_our_encoder() -> None:
    opus = next(codec for codec in CODECS["audio"] if codec.name == "opus")
    encoder = vars(aiortc.rtcrtpsender)["get_encoder"](opus)
    assert isinstance(encoder, tuning.MonoOpusEncoder)
    decoder = aiortc.codecs.get_decoder(opus)
    listen = SyntheticSources("测试").listener()
    heard: list[Any] = []
    size = 0
    for number in range(50):
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(listen())
        frame.pts, frame.sample_rate = number * SAMPLES, SAMPLE_RATE
        payloads, _ = encoder.encode(frame)
        for payload in payloads:
            size += len(payload)
            heard += [one.to_ndarray().reshape(-1, 2)[:, 0] for one in decoder.decode(JitterFrame(payload, 0))]
    wave = np.concatenate(heard[10:]).astype(float)
    spectrum = np.abs(np.fft.rfft(wave))
    assert np.argmax(spectrum) * SAMPLE_RATE / len(wave) == pytest.approx(440, abs=5)
    assert size * 8 < 1.5 * tuning.OPUS_BITRATE


def test_the_start_rate_is_named_for_vp8_only() -> None:
    sdp = "v=0\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:97 VP8/90000\r\na=rtpmap:98 rtx/90000\r\n"
    assert tuning.with_start_bitrate(sdp).split("\r\n") == [
        "v=0",
        "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:97 VP8/90000",
        "a=fmtp:97 x-google-start-bitrate=1500",
        "a=rtpmap:98 rtx/90000",
        "",
    ]


async def test_a_packet_that_cannot_be_handled_is_dropped_with_a_trace(caplog: pytest.LogCaptureFixture) -> None:
    transport = make_transport()

    class Broken:
        def route_rtp(self, packet: object) -> None:
            raise KeyError("no such thing")

    vars(transport)["_rtp_router"] = Broken()
    rtp_packet = bytes([0x80, 97]) + bytes(10)
    await transport._handle_rtp_data(rtp_packet, arrival_time_ms=0)
    assert "dropped a packet of 12 bytes" in caplog.text
    assert "no such thing" in caplog.text


async def test_datagrams_of_strangers_are_dropped_and_those_of_the_peer_are_not() -> None:
    connection = aioice.ice.Connection(ice_controlling=True)
    await connection.gather_candidates()
    try:
        (protocol,) = connection._protocols
        peer = aioice.Candidate("1", 1, "udp", 1, "127.0.0.1", 4000, "host")
        connection._check_list.append(aioice.ice.CandidatePair(protocol, peer))
        for junk in (b"", b"\x16\xfe\xfd", b"\x80" * 20, bytes(20), b"\x00\x01\x00\x04\x21\x12\xa4\x42" + bytes(12)):
            protocol.datagram_received(junk, ("127.0.0.1", 4001))
        protocol.datagram_received(b"", ("127.0.0.1", 4000))
        assert connection._queue.empty()
        protocol.datagram_received(b"\x80media", ("127.0.0.1", 4000))
        assert connection._queue.get_nowait() == (b"\x80media", 1)
    finally:
        await connection.close()


def test_a_machine_with_only_a_loopback_still_has_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "_original_host_addresses", lambda use_ipv4, use_ipv6: [])
    assert tuning._host_addresses(True, True) == ["127.0.0.1"]
    assert tuning._host_addresses(False, True) == []
    monkeypatch.setattr(tuning, "_original_host_addresses", lambda use_ipv4, use_ipv6: ["10.0.0.5"])
    assert tuning._host_addresses(True, True) == ["10.0.0.5"]

"""Tokens of ours and of a foreign authority (OpenSSL's) are good; a wrong answer or a doubtful clock yields none."""

import dataclasses
import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esign import ClockGuard, Seal, TimestampUnavailable, seal_notice, verify_notice
from esign.cades import is_canonical
from esign.der import sequence
from esign.timestamps import HttpTimestamper, LocalTimestamper, synchronisation_age

DIGEST = hashlib.sha256(b"the bytes of a notice").digest()
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

_CONFIGURATION = """
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = {name_hash}
"""


class Clocks:
    """Wall clock, steady clock and age of the last synchronisation, all set by hand."""

    def __init__(self) -> None:
        self.wall = NOON
        self.steady = 1000.0
        self.age: float | None = 5.0

    def pass_s(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.steady += seconds

    def guard(self, *, is_synchronised: bool = True) -> ClockGuard:
        return ClockGuard(
            wall=lambda: self.wall,
            steady=lambda: self.steady,
            sync_age=(lambda: self.age) if is_synchronised else None,
            max_sync_age_s=3600,
        )


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.mark.parametrize("seconds", [-3600, -5, 5, 3600])
def test_a_jump_is_refused_until_the_clock_is_back(clocks: Clocks, seconds: float) -> None:
    guard = clocks.guard(is_synchronised=False)
    clocks.pass_s(60)
    assert guard.now() == clocks.wall
    clocks.wall += timedelta(seconds=seconds)
    for _ in range(3):
        clocks.pass_s(60)
        with pytest.raises(TimestampUnavailable, match=rf"clock jumped by \{seconds:+d} s"):
            guard.now()
    clocks.wall -= timedelta(seconds=seconds)
    assert guard.now() == clocks.wall


def test_a_jump_counts_no_more_once_synchronised(clocks: Clocks) -> None:
    guard = clocks.guard()
    clocks.wall += timedelta(hours=1)
    clocks.age = 30.0
    with pytest.raises(TimestampUnavailable):
        guard.now()
    clocks.pass_s(20)
    clocks.age = 50.0  # still the synchronisation from before the jump
    with pytest.raises(TimestampUnavailable):
        guard.now()
    clocks.age = 1.0
    assert guard.now() == clocks.wall
    clocks.wall += timedelta(hours=1)  # the next jump is measured from there
    with pytest.raises(TimestampUnavailable):
        guard.now()


def test_slewing_over_a_day_is_no_jump(clocks: Clocks) -> None:
    guard = clocks.guard(is_synchronised=False)
    clocks.pass_s(86_400)
    clocks.wall += timedelta(seconds=40)
    assert guard.now() == clocks.wall


def test_a_clock_long_not_synchronised_is_refused(clocks: Clocks) -> None:
    guard = clocks.guard()
    clocks.age = 3601
    with pytest.raises(TimestampUnavailable, match="last synchronised 3601 s ago"):
        guard.now()
    clocks.age = None
    with pytest.raises(TimestampUnavailable, match="never synchronised"):
        guard.now()
    clocks.age = 3599
    assert guard.now() == clocks.wall


def test_the_age_comes_from_the_file_that_the_time_service_touches(clocks: Clocks, tmp_path: Path) -> None:
    file = tmp_path / "synchronized"
    age = synchronisation_age(file, lambda: clocks.wall)
    guard = ClockGuard(wall=lambda: clocks.wall, steady=lambda: clocks.steady, sync_age=age, max_sync_age_s=3600)
    with pytest.raises(TimestampUnavailable, match="never synchronised"):
        guard.now()
    file.touch()
    os.utime(file, (NOON.timestamp(), NOON.timestamp()))
    clocks.pass_s(600)
    assert guard.now() == clocks.wall
    clocks.wall -= timedelta(hours=1)  # the file is now of the future: no proof that the clock was set since
    with pytest.raises(TimestampUnavailable, match="behind its own last synchronisation"):
        guard.now()
    clocks.wall += timedelta(hours=3)
    with pytest.raises(TimestampUnavailable, match="last synchronised 7800 s ago"):
        guard.now()
    os.utime(file, (clocks.wall.timestamp(), clocks.wall.timestamp()))
    clocks.pass_s(1)
    with pytest.raises(TimestampUnavailable, match="jumped"):
        guard.now()  # seen only now, the synchronisation was before
    clocks.pass_s(1)
    os.utime(file, (clocks.wall.timestamp(), clocks.wall.timestamp()))
    assert guard.now() == clocks.wall


def test_the_machines_own_clock_is_trusted() -> None:
    assert abs(ClockGuard().now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_local_tokens_satisfy_openssl_and_are_never_numbered_alike(
    seal: Seal, tmp_path: Path, judge: Callable[..., Any]
) -> None:
    tokens = [seal.timestamper.timestamp(DIGEST) for _ in range(50)]
    numbers = {_info(token)["serial_number"].native for token in tokens}
    assert len(numbers) == 50
    assert min(number.bit_length() for number in numbers) > 64
    assert _openssl_accepts(tokens[0], seal.root_pem, tmp_path, judge)


def test_a_local_authority_without_a_clock_gives_no_token(seal: Seal, issuer_type: Any, clocks: Clocks) -> None:
    key = issuer_type().issue("Cloud Window", for_time=True)
    timestamper = LocalTimestamper(key, seal.timestamper.chain, clocks.guard())
    clocks.wall -= timedelta(days=1)
    with pytest.raises(TimestampUnavailable):
        timestamper.timestamp(DIGEST)


@pytest.fixture(scope="module", params=["ec-sha256", "ec-sha1", "rsa-sha256"])
def authority(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    issuer_type: Any,
    judge: Callable[..., Any],
    rsa_key: rsa.RSAPrivateKey,
) -> tuple[Callable[[bytes], bytes], tuple[bytes, ...], bytes]:
    """A foreign authority: its answer to a request, its chain, its root in PEM."""
    folder = tmp_path_factory.mktemp("tsa")
    issuer = issuer_type("另一家时间戳机构")
    kind, name_hash = request.param.split("-")
    key = issuer.issue("Other", for_time=True, key=rsa_key if kind == "rsa" else None)
    leaf = x509.load_der_x509_certificate(key.certificate).public_bytes(Encoding.PEM)
    secret = key._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "serial").write_text("01")
    (folder / "key.pem").write_bytes(secret)
    (folder / "leaf.pem").write_bytes(leaf)
    (folder / "tsa.cnf").write_text(_CONFIGURATION.format(folder=folder, name_hash=name_hash))

    def reply(query: bytes) -> bytes:
        (folder / "query").write_bytes(query)
        done = judge(
            "openssl", "ts", "-reply", "-config", folder / "tsa.cnf", "-queryfile", folder / "query", "-inkey",
            folder / "key.pem", "-signer", folder / "leaf.pem", "-out", folder / "reply",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return (folder / "reply").read_bytes()

    root = x509.load_pem_x509_certificate(issuer.root_pem).public_bytes(Encoding.DER)
    return reply, (key.certificate, root), issuer.root_pem


def _serve(web: Any, answer: Callable[[bytes], bytes]) -> str:
    web.answers["/tsa"] = lambda body: (200, "application/timestamp-reply", answer(body))
    return f"{web.url}/tsa"


def test_a_foreign_authority_is_used(authority: Any, web: Any, tmp_path: Path, judge: Callable[..., Any]) -> None:
    reply, chain, root_pem = authority
    timestamper = HttpTimestamper(_serve(web, reply), chain)
    token = timestamper.timestamp(DIGEST)
    assert timestamper.chain == chain
    assert is_canonical(token)
    assert _info(token)["policy"].native == "1.2.3.4.1"
    assert abs(_info(token)["gen_time"].native - datetime.now(UTC)) < timedelta(minutes=1)
    assert _openssl_accepts(token, root_pem, tmp_path, judge)


def test_a_notice_stands_on_a_foreign_authority(authority: Any, web: Any, seal: Seal, notice_pdf: bytes) -> None:
    reply, chain, root_pem = authority
    foreign = dataclasses.replace(seal, timestamper=HttpTimestamper(_serve(web, reply), chain))
    sealed = seal_notice(notice_pdf, foreign, datetime.now(UTC))
    assert len(web.requests) == 2
    report = verify_notice(sealed, [seal.root_pem, root_pem])
    assert report.verdict == "valid", report.findings
    assert verify_notice(sealed, [seal.root_pem]).verdict != "valid"


def _replaced(answer: bytes, old: bytes, new: bytes) -> bytes:
    assert old in answer
    return answer.replace(old, new)


def _old_nonce(reply: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def answer(query: bytes) -> bytes:
        request = tsp.TimeStampReq.load(query)
        request["nonce"] = request["nonce"].native ^ 1
        return reply(request.dump(force=True))

    return answer


def _no_nonce(reply: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def answer(query: bytes) -> bytes:
        request = tsp.TimeStampReq.load(query)
        del request["nonce"]
        return reply(request.dump(force=True))

    return answer


def _other_digest(reply: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda query: reply(_replaced(query, DIGEST, b"\1" * 32))


def _rejected(reply: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda query: sequence(tsp.PKIStatusInfo({"status": "rejection"}).dump())


def _broken_signature(reply: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def answer(query: bytes) -> bytes:
        made = bytearray(reply(query))
        made[-5] ^= 1
        return bytes(made)

    return answer


def _other_time(reply: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def answer(query: bytes) -> bytes:
        made = reply(query)
        time = tsp.TimeStampResp.load(made)["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
        moment = time["gen_time"].native.strftime("%Y%m%d%H%M%SZ").encode()
        changed = moment[:-2] + (b"0" if moment[-2:-1] != b"0" else b"1") + b"Z"
        return _replaced(made, moment, changed)

    return answer


@pytest.mark.parametrize("authority", ["ec-sha256"], indirect=True)
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_old_nonce, "answers another request"),
        (_no_nonce, "answers another request"),
        (_other_digest, "about something else"),
        (_rejected, r"it refuses \(rejection\)"),
        (_broken_signature, "signature is wrong|unreadable"),
        (_other_time, "content was changed"),
        (lambda reply: lambda query: b"", "unreadable answer"),
        (lambda reply: lambda query: reply(query) + b"\0", "unreadable answer"),
        (lambda reply: lambda query: reply(query)[:-1], "unreadable answer"),
    ],
)
def test_a_wrong_answer_is_refused(authority: Any, web: Any, change: Any, named: str) -> None:
    reply, chain, _ = authority
    with pytest.raises(TimestampUnavailable, match=named):
        HttpTimestamper(_serve(web, change(reply)), chain).timestamp(DIGEST)


@pytest.mark.parametrize("authority", ["ec-sha256"], indirect=True)
def test_another_authority_is_refused_even_with_the_same_name(authority: Any, web: Any, issuer_type: Any) -> None:
    reply, chain, _ = authority
    other = issuer_type("另一家时间戳机构").issue("Other", for_time=True)
    with pytest.raises(TimestampUnavailable, match="another certificate than the one known"):
        HttpTimestamper(_serve(web, reply), (other.certificate, chain[-1])).timestamp(DIGEST)


@pytest.mark.parametrize("authority", ["ec-sha256"], indirect=True)
def test_clocks_far_apart_are_refused(authority: Any, web: Any) -> None:
    reply, chain, _ = authority
    url = _serve(web, reply)
    late = HttpTimestamper(url, chain, wall=lambda: datetime.now(UTC) + timedelta(minutes=6))
    with pytest.raises(TimestampUnavailable, match="its clock and ours are -3"):
        late.timestamp(DIGEST)


@pytest.mark.parametrize("authority", ["ec-sha256"], indirect=True)
def test_an_authority_out_of_date_is_refused(web: Any, authority: Any, issuer_type: Any) -> None:
    reply, chain, _ = authority
    ended = issuer_type().issue("Other", for_time=True, end=datetime.now(UTC) - timedelta(minutes=1))
    with pytest.raises(TimestampUnavailable, match="out of date"):
        HttpTimestamper(_serve(web, reply), (ended.certificate, chain[-1])).timestamp(DIGEST)


@pytest.mark.parametrize("authority", ["ec-sha256"], indirect=True)
def test_an_absent_or_foreign_server_is_named(web: Any, authority: Any) -> None:
    _, chain, _ = authority
    web.answers["/tsa"] = lambda body: (200, "text/html", b"<p>login</p>")
    with pytest.raises(TimestampUnavailable, match="text/html, not application/timestamp-reply"):
        HttpTimestamper(f"{web.url}/tsa", chain).timestamp(DIGEST)
    web.stop()
    with pytest.raises(TimestampUnavailable, match="cannot be reached"):
        HttpTimestamper(f"{web.url}/tsa", chain).timestamp(DIGEST)


def _info(token: bytes) -> Any:
    return cms.ContentInfo.load(token, strict=True)["content"]["encap_content_info"]["content"].parsed


def _openssl_accepts(token: bytes, root_pem: bytes, folder: Path, judge: Callable[..., Any]) -> bool:
    (folder / "token").write_bytes(token)
    (folder / "root").write_bytes(root_pem)
    files = ["-token_in", "-in", folder / "token", "-CAfile", folder / "root", "-digest", DIGEST.hex()]
    return b"Verification: OK" in judge("openssl", "ts", "-verify", *files).stdout

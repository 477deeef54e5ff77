"""Who says when: our own timestamp authority in this process, or any other over HTTP (RFC 3161); and the clock's guard.

A token is handed out only when it can be trusted: ours while the clock is beyond doubt, a foreign one after its status,
imprint, nonce, signature and certificate have been checked. Otherwise `TimestampUnavailable`, never a wrong time.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from esign.cades import is_canonical, timestamp_token
from esign.der import content_of, split
from esign.errors import TimestampUnavailable
from esign.fetch import FetchFailed, fetch
from esign.keys import SealKey, verifies

__all__ = ["ClockGuard", "HttpTimestamper", "LocalTimestamper", "synchronisation_age"]

_LARGEST_ANSWER = 64 * 1024
_CLOCKS_APART = timedelta(minutes=5)
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_JUMP_S = 2.0
_DRIFT = 500e-6  # the most by which a disciplined clock is slewed (adjtimex(2): 500 ppm)


def _wall() -> datetime:
    return datetime.now(UTC)


def _steady() -> float:
    """Seconds that also pass while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ClockGuard:
    """The time of day, as long as nothing speaks against it.

    Refuses when the wall clock moved against the steady clock by more than slewing explains, or when the machine's
    clock was last synchronised more than `max_sync_age_s` ago (`sync_age` answers in seconds, None = never; leave it
    out where nobody knows). After a jump it trusts again once the clock is back, or was synchronised since.
    """

    def __init__(
        self,
        *,
        wall: Callable[[], datetime] = _wall,
        steady: Callable[[], float] = _steady,
        sync_age: Callable[[], float | None] | None = None,
        max_sync_age_s: float = 86_400.0,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._sync_age = sync_age
        self._max_sync_age_s = max_sync_age_s
        self._start = (wall(), steady())
        self._jumped_at: float | None = None

    def now(self) -> datetime:
        """The time in UTC; raises `TimestampUnavailable`."""
        wall, steady = self._wall(), self._steady()
        age = self._sync_age() if self._sync_age is not None else 0.0
        if age is None:
            raise TimestampUnavailable("the clock was never synchronised")
        if age < 0:
            raise TimestampUnavailable("the clock is behind its own last synchronisation")
        if age > self._max_sync_age_s:
            raise TimestampUnavailable(f"the clock was last synchronised {age:.0f} s ago")
        passed = steady - self._start[1]
        jump = (wall - self._start[0]).total_seconds() - passed
        if abs(jump) > _JUMP_S + _DRIFT * passed:
            self._jumped_at = steady if self._jumped_at is None else self._jumped_at
            if self._sync_age is None or steady - age <= self._jumped_at:
                raise TimestampUnavailable(f"the clock jumped by {jump:+.0f} s")
            self._start = (wall, steady)
        self._jumped_at = None
        return wall.astimezone(UTC)


def synchronisation_age(file: Path, wall: Callable[[], datetime] = _wall) -> Callable[[], float | None]:
    """For `ClockGuard`: the age of a file that a time service touches each time that it has set the clock.

    systemd-timesyncd does so with /run/systemd/timesync/synchronized.
    """

    def age() -> float | None:
        try:
            return wall().timestamp() - file.stat().st_mtime
        except OSError:
            return None

    return age


class LocalTimestamper:
    """A timestamp authority in this process. Its tokens are numbered with 128 random bits: unique across restarts."""

    def __init__(self, key: SealKey, chain: tuple[bytes, ...], clock: ClockGuard) -> None:
        """`chain`: DER, the certificate of `key` first, the root last."""
        self._key = key
        self._chain = chain
        self._clock = clock

    @property
    def chain(self) -> tuple[bytes, ...]:
        return self._chain

    def timestamp(self, digest: bytes) -> bytes:
        """See `Timestamper`."""
        number = secrets.randbits(128)
        return timestamp_token(digest, self._key, self._clock.now(), number, self._chain[1:-1])


class HttpTimestamper:
    """Any authority that speaks RFC 3161 over HTTP (section 3.4). One certificate of it is known and no other taken.

    A token is checked wholly before it is given out: status, imprint, nonce, purpose and signature of the certificate,
    and that its clock and ours agree within five minutes.
    """

    def __init__(
        self, url: str, chain: tuple[bytes, ...], *, timeout_s: float = 10.0, wall: Callable[[], datetime] = _wall
    ) -> None:
        """`chain`: DER, the authority's own certificate first, the root last; that it is one has been checked."""
        self._url = url
        self._chain = chain
        self._timeout_s = timeout_s
        self._wall = wall

    @property
    def chain(self) -> tuple[bytes, ...]:
        return self._chain

    def timestamp(self, digest: bytes) -> bytes:
        """See `Timestamper`."""
        nonce = secrets.randbits(64)
        request = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
                "nonce": nonce,
                "cert_req": True,
            }
        )
        try:
            answer = fetch(
                self._url,
                timeout_s=self._timeout_s,
                limit=_LARGEST_ANSWER,
                body=request.dump(),
                content_type="application/timestamp-query",
                expected_type="application/timestamp-reply",
            )
        except FetchFailed as error:
            raise TimestampUnavailable(f"timestamp authority: {error}") from error
        try:
            return self._checked(answer, digest, nonce)
        except (ValueError, TypeError, KeyError, AttributeError) as error:  # what asn1crypto raises on odd bytes
            raise TimestampUnavailable(f"timestamp authority: unreadable answer ({type(error).__name__})") from error

    def _checked(self, answer: bytes, digest: bytes, nonce: int) -> bytes:
        parts = split(content_of(answer))  # a refusal ends after the status; asn1crypto would call that broken
        status = tsp.PKIStatusInfo.load(parts[0], strict=True)["status"].native
        if status not in ("granted", "granted_with_mods"):
            raise TimestampUnavailable(f"timestamp authority: it refuses ({status})")
        _, token = parts
        if not is_canonical(token):
            raise TimestampUnavailable("timestamp authority: its tokens leave room to hide something in")
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        info = signed["encap_content_info"]["content"].parsed
        imprint = info["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != "sha256" or imprint["hashed_message"].native != digest:
            raise TimestampUnavailable("timestamp authority: the token is about something else")
        if info["nonce"].native != nonce:
            raise TimestampUnavailable("timestamp authority: the token answers another request")
        now = self._wall()
        apart = info["gen_time"].native - now
        if abs(apart) > _CLOCKS_APART:
            raise TimestampUnavailable(
                f"timestamp authority: its clock and ours are {apart.total_seconds():.0f} s apart"
            )
        (signer,) = signed["signer_infos"]
        self._check_signer(signer, signed["encap_content_info"]["content"].contents, now)
        return token

    def _check_signer(self, signer: cms.SignerInfo, content: bytes, now: datetime) -> None:
        """The CMS signature (RFC 5652, 5.4 and 5.6), by the certificate that is known (RFC 3161, 2.4.2)."""
        authority = x509.load_der_x509_certificate(self._chain[0])
        if not authority.not_valid_before_utc <= now <= authority.not_valid_after_utc:
            raise TimestampUnavailable("timestamp authority: its certificate is out of date")
        digest = _HASHES[signer["digest_algorithm"]["algorithm"].native]
        attributes = {one["type"].native: one["values"][0] for one in signer["signed_attrs"]}
        if attributes["content_type"].native != "tst_info":
            raise TimestampUnavailable("timestamp authority: the token is of another type")
        if attributes["message_digest"].native != hashlib.new(digest.name, content).digest():
            raise TimestampUnavailable("timestamp authority: the token's content was changed")
        if not self._is_named(attributes):
            raise TimestampUnavailable("timestamp authority: it signs with another certificate than the one known here")
        covered = signer["signed_attrs"].untag().dump()
        if not verifies(self._chain[0], signer["signature"].native, covered, digest):
            raise TimestampUnavailable("timestamp authority: the token's signature is wrong")

    def _is_named(self, attributes: Mapping[str, Any]) -> bool:
        """Whether the token names the certificate that is known here (RFC 5035, 5.4; RFC 2634 in older tokens)."""
        if "signing_certificate_v2" in attributes:
            named = attributes["signing_certificate_v2"]["certs"][0]
            algorithm = named["hash_algorithm"]["algorithm"].native
        else:
            named = attributes["signing_certificate"]["certs"][0]
            algorithm = "sha1"
        return bool(named["cert_hash"].native == hashlib.new(algorithm, self._chain[0]).digest())

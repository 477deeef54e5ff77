"""Timestamps over the log's head: good ones, about something else, altered, of somebody unknown; openssl agrees."""

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

import esign
from signaling.signer.entries import HeadStamped
from signaling.signer.errors import SignerError
from signaling.signer.log_stamps import check_stamp

HEAD = "ab" * 32


@pytest.fixture
def stamped(signing: Any) -> HeadStamped:
    return HeadStamped(7, HEAD, signing.outage.timestamp(bytes.fromhex(HEAD)))


def test_a_good_one_says_when(signing: Any, stamped: HeadStamped) -> None:
    assert check_stamp(stamped, [signing.outage.chain]).tzinfo is not None


def test_openssl_agrees(signing: Any, stamped: HeadStamped, root: bytes, tmp_path: Path) -> None:
    (tmp_path / "head.tst").write_bytes(stamped.token)
    (tmp_path / "root.pem").write_bytes(root)
    chain = [esign_pem(one) for one in signing.outage.chain[:-1]]
    (tmp_path / "chain.pem").write_text("".join(chain))
    command = ["openssl", "ts", "-verify", "-digest", HEAD, "-token_in", "-in", "head.tst"]
    command += ["-CAfile", "root.pem", "-untrusted", "chain.pem"]
    judged = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in judged.stdout, judged.stderr


def esign_pem(der: bytes) -> str:
    return str(
        subprocess.run(
            ["openssl", "x509", "-inform", "DER"], input=der, capture_output=True, check=True
        ).stdout.decode()
    )


def test_one_about_another_head_is_refused(signing: Any, stamped: HeadStamped) -> None:
    with pytest.raises(SignerError, match="another head"):
        check_stamp(msgspec.structs.replace(stamped, head="cd" * 32), [signing.outage.chain])


def test_every_altered_byte_of_the_content_or_signature_is_found(signing: Any, stamped: HeadStamped) -> None:
    token = stamped.token
    places = [token.rindex(bytes.fromhex(HEAD)), len(token) - 3]
    for place in places:
        altered = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        with pytest.raises(SignerError):
            check_stamp(msgspec.structs.replace(stamped, token=altered), [signing.outage.chain])
    for nonsense in (b"", token[:-1], b"\x30\x03\x02\x01\x00"):
        with pytest.raises(SignerError, match="unreadable"):
            check_stamp(msgspec.structs.replace(stamped, token=nonsense), [signing.outage.chain])


def test_one_of_an_unknown_authority_is_refused(stamped: HeadStamped, tmp_path: Path) -> None:
    other = esign.make_test_authority(tmp_path / "other", "乙局")
    with pytest.raises(SignerError, match="no time authority"):
        check_stamp(stamped, [other.timestamper.chain])
    with pytest.raises(SignerError, match="no time authority"):
        check_stamp(stamped, [])


def test_a_renewed_certificate_of_the_same_issuer_counts(signing: Any, stamped: HeadStamped) -> None:
    """The token carries it; the seal's folder may name its successor."""
    own, *above = signing.outage.chain
    seal = signing.cabinet.seal(signing.seal_id)
    assert check_stamp(stamped, [(seal.key.certificate, *above)])
    assert own != seal.key.certificate

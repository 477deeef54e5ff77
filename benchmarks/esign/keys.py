"""How long keys in memory and in a SoftHSM2 token take to sign, and what a timestamp and revocation data cost.

`python -m benchmarks.esign.keys` prints medians and 95th percentiles of wall milliseconds. Needs softhsm2; nothing is
kept. The token is software: a real one has its own figures, this shows what PKCS#11 itself costs.
"""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

import esign
from esign.issuing import IssuingAuthority, distinguished_name
from esign.token import TokenKey

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
LABEL = "hall"
PIN = "739104"
AUTHORITY = "北京市通州区政务服务管理局"
PRIVATE = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = _timed("make a test authority", lambda: esign.make_test_authority(folder / "a", AUTHORITY), 1)
        esign.issue_seal(folder / "a", folder / "rsa", AUTHORITY, algorithm="rsa-sha256")
        _timed("load a seal folder, P-256", lambda: esign.load_seal(folder / "a"), 20)
        second = _timed(
            "load a seal folder, RSA-3072 (checks the key once)", lambda: esign.load_seal(folder / "rsa"), 5
        )
        keys: dict[str, esign.SealKey] = {"P-256 in memory": first.key, "RSA-3072 in memory": second.key}
        keys |= _token_keys(folder)
        for title, key in keys.items():
            key.sign(b"first: opens the token")
            _timed(f"sign, {title}", lambda key=key: key.sign(b"data" * 100), 200)
        chains = (first.key.certificate, *first.chain), first.timestamper.chain
        _timed("timestamp of our own, P-256", lambda: first.timestamper.timestamp(b"\1" * 32), 200)
        _timed("revocation data of two chains, at hand", lambda: first.revocation.data_for(*chains), 200)


def _token_keys(folder: Path) -> dict[str, esign.SealKey]:
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    command = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--so-pin", "84210", "--pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    authority = IssuingAuthority.load(folder / "a")
    made: dict[str, esign.SealKey] = {}
    with pkcs11.lib(MODULE).get_token(token_label=LABEL).open(user_pin=PIN, rw=True) as session:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        public, _ = parameters.generate_keypair(store=True, label="p256", private_template=PRIVATE)
        made["P-256 in SoftHSM2"] = _token_key(authority, "p256", load_der_public_key(encode_ec_public_key(public)))
        public, _ = session.generate_keypair(
            pkcs11.KeyType.RSA, 3072, store=True, label="rsa", private_template=PRIVATE
        )
        made["RSA-3072 in SoftHSM2"] = _token_key(authority, "rsa", load_der_public_key(encode_rsa_public_key(public)))
    return made


def _token_key(authority: IssuingAuthority, label: str, public: Any) -> TokenKey:
    now = datetime.now(UTC)
    validity = (now - timedelta(hours=1), now + timedelta(days=1))
    leaf = authority.issue(distinguished_name(AUTHORITY, "token", label), public, validity)
    return TokenKey(MODULE, LABEL, label, leaf.public_bytes(Encoding.DER), lambda: PIN)


def _timed(title: str, act: Callable[[], Any], times: int) -> Any:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        result = act()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    print(f"{title:52} {statistics.median(taken):9.3f} ms   p95 {taken[int(times * 0.95)]:9.3f} ms")
    return result


if __name__ == "__main__":
    main()

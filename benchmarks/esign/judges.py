"""``python -m benchmarks.esign.judges -n 100``: sealed notices before programs that know nothing of ours (goal 2).

Half with P-256, half with RSA-3072. Each must be valid and trusted for pdfsig, its signature and both timestamps good
for OpenSSL, its syntax for qpdf, and PASSED in pyHanko's long-term validation, now and simulated three years on, when
the seal's certificate has ended. Prints how many each judge accepted; exits with 1 when one refused any.
"""

import argparse
import asyncio
import logging
import random
import subprocess
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import ades_lta_validation, simulate_future_ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from benchmarks.esign.render import acceptance, correction
from esign import Seal, issue_seal, make_test_authority, render_notice, seal_notice

JUDGES = ("pdfsig", "openssl cms", "openssl ts", "qpdf", "pyHanko LTA now", "pyHanko LTA in 3 years")
_LATER = timedelta(days=3 * 365)


def main() -> None:
    """Seal, ask every judge, print the count of what each accepted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.esign.judges", description=__doc__)
    parser.add_argument("-n", type=int, default=100, help="notices")
    count = parser.parse_args().n
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # a traceback for each certificate that ended
    chance = random.Random(11)  # noqa: S311 - the same notices in each run
    accepted: Counter[str] = Counter()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="judges-") as name:
        folder = Path(name)
        authority = acceptance(chance, 1).authority
        seals = [make_test_authority(folder / "authority", authority)]
        seals.append(issue_seal(folder / "authority", folder / "rsa", authority, algorithm="rsa-sha256"))
        _trust(folder, seals[0])
        for index in range(count):
            rows = chance.randrange(1, 40)
            facts = correction(chance, rows % 6 + 1) if index % 3 == 2 else acceptance(chance, rows)
            sealed = seal_notice(render_notice(facts), seals[index % 2], datetime.now(UTC))
            accepted.update(_who_accepts(sealed, seals[0].root_pem, folder))
    for judge in JUDGES:
        print(f"{judge:24}{accepted[judge]:4d} of {count}")
    print(f"{time.perf_counter() - began:.0f} s")
    raise SystemExit(0 if all(accepted[judge] == count for judge in JUDGES) else 1)


def _trust(folder: Path, seal: Seal) -> None:
    """The root as a file for OpenSSL, and in an NSS database for pdfsig."""
    (folder / "root.pem").write_bytes(seal.root_pem)
    database = f"sql:{folder}"
    add = ["-A", "-n", "root", "-t", "CT,C,C", "-i", folder / "root.pem", "-d", database]
    for options in (["-N", "--empty-password", "-d", database], add):
        subprocess.run(["certutil", *options], check=True, capture_output=True)


def _who_accepts(sealed: bytes, root_pem: bytes, folder: Path) -> set[str]:
    (folder / "sealed.pdf").write_bytes(sealed)
    seal, archive = PdfFileReader(BytesIO(sealed)).embedded_signatures
    (token,) = seal.signer_info["unsigned_attrs"][0]["values"]
    for name, signature in (("cms", seal), ("archive", archive)):
        _, before, after, rest = (int(number) for number in signature.byte_range)
        contents = signature.pkcs7_content
        (folder / name).write_bytes(contents[: 4 + int.from_bytes(contents[2:4], "big")])
        (folder / f"{name}.data").write_bytes(sealed[:before] + sealed[after : after + rest])
    (folder / "token").write_bytes(token.dump())
    (folder / "token.data").write_bytes(seal.signer_info["signature"].native)
    said = _run("pdfsig", "-nssdir", folder, folder / "sealed.pdf")
    root = ["-CAfile", folder / "root.pem"]
    cms = ["-verify", "-cades", "-binary", "-purpose", "any", "-inform", "DER", "-in", folder / "cms", *root]
    verified = _run("openssl", "cms", *cms, "-content", folder / "cms.data", "-out", folder / "out")
    stamped = [
        _run("openssl", "ts", "-verify", "-token_in", "-in", folder / name, "-data", folder / f"{name}.data", *root)
        for name in ("token", "archive")
    ]
    verdicts = {
        "pdfsig": "Signature is Valid" in said and "Certificate is Trusted" in said and "Total document" in said,
        "openssl cms": "CAdES Verification successful" in verified,
        "openssl ts": all("Verification: OK" in answer for answer in stamped),
        "qpdf": "No syntax or stream encoding errors" in _run("qpdf", "--check", folder / "sealed.pdf"),
        "pyHanko LTA now": _passes(sealed, root_pem, None),
        "pyHanko LTA in 3 years": _passes(sealed, root_pem, datetime.now(UTC) + _LATER),
    }
    return {judge for judge, does_accept in verdicts.items() if does_accept}


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, check=False)
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def _passes(sealed: bytes, root_pem: bytes, later: datetime | None) -> bool:
    """pyHanko's long-term validation, revocation data demanded for every certificate."""
    (signature,) = PdfFileReader(BytesIO(sealed), strict=True).embedded_regular_signatures
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(list(load_certs_from_pemder_data(root_pem))),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
    )
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=policy))
    if later is None:
        result = asyncio.run(ades_lta_validation(signature, spec))
    else:
        result = asyncio.run(simulate_future_ades_lta_validation(signature, spec, future_validation_time=later))
    return result.ades_subindic == AdESPassed.OK


if __name__ == "__main__":
    main()

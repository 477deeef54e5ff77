"""``python -m benchmarks.esign.verify_speed -n 100``: what one verification costs, beside pyHanko's and pdfsig's.

CPU milliseconds of this process, median and 95th percentile, every notice another one: our check of a fresh, a pending
and a renewed notice, for both kinds of key (goal for a fresh one: at most 60). In the same run pyHanko's checks of the
same seal as shipped (basic with difference analysis; the long-term engine), and pdfsig, a process each by the wall.
"""

import argparse
import asyncio
import os
import platform
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from statistics import median

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_signature
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from benchmarks.esign.render import acceptance
from esign import Seal, extend_notice, make_test_authority, render_notice, seal_notice, verify_notice

_GOAL_MS = 60.0
_AUTHORITY = "北京市通州区政务服务管理局"


def main() -> None:
    """Print the table; leaves with 1 when the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.esign.verify_speed", description=__doc__)
    parser.add_argument("-n", type=int, default=100, help="notices of each row")
    parser.add_argument("--materials", type=int, default=5, help="rows of each notice's list")
    options = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    print(f"{'CPU ms':44}{'median':>9}{'p95':>9}")
    fresh_medians = []
    with tempfile.TemporaryDirectory(prefix="verify-") as name:
        for algorithm in ("ecdsa-p256-sha256", "rsa-sha256"):
            seal = make_test_authority(Path(name) / algorithm, _AUTHORITY, algorithm=algorithm)
            fresh_medians.append(_rows(seal, options, Path(name)))
    if max(fresh_medians) > _GOAL_MS:
        raise SystemExit(1)


def _rows(seal: Seal, options: argparse.Namespace, folder: Path) -> float:
    chance = random.Random(20261122)  # noqa: S311 - facts of notices, no secret
    now = datetime.now(UTC)
    bases = [render_notice(acceptance(chance, options.materials)) for _ in range(options.n)]
    fresh = [seal_notice(base, seal, now) for base in bases]
    pending = [seal_notice(base, seal, now, level="B-B") for base in bases[: options.n // 2]]
    renewed = [extend_notice(pdf, seal) for pdf in fresh[: options.n // 2]]
    roots = [seal.root_pem]
    kind = seal.key.algorithm
    ours = _line(f"{kind}: ours, fresh", fresh, lambda pdf: verify_notice(pdf, roots).verdict == "valid")
    _line("  renewed", renewed, lambda pdf: verify_notice(pdf, roots).verdict == "valid")
    _line("  pending", pending, lambda pdf: verify_notice(pdf, roots).verdict == "cannot_judge")
    others = fresh[: max(5, options.n // 5)]
    _, _, der = pem.unarmor(seal.root_pem)
    root = x509.Certificate.load(der)
    _line("  pyHanko, basic with difference analysis", others, lambda pdf: _basic(pdf, root))
    _line("  pyHanko, long-term engine", others, lambda pdf: _long_term(pdf, root))
    if shutil.which("pdfsig"):
        _pdfsig(others, folder)
    return ours


def _line(name: str, pdfs: Sequence[bytes], verify: Callable[[bytes], bool]) -> float:
    """Time `verify`, which must be true of each, and print; the median in ms."""
    if not all(verify(pdf) for pdf in pdfs[:3]):  # also warms up
        raise SystemExit(f"{name}: not the expected verdict")
    spent = []
    for pdf in pdfs:
        started = time.process_time()
        if not verify(pdf):
            raise SystemExit(f"{name}: not the expected verdict")
        spent.append((time.process_time() - started) * 1000)
    print(f"{name:44}{median(spent):>9.1f}{sorted(spent)[int(len(spent) * 0.95)]:>9.1f}")
    return median(spent)


def _basic(pdf: bytes, root: x509.Certificate) -> bool:
    reader = PdfFileReader(BytesIO(pdf))
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    return asyncio.run(async_validate_pdf_signature(reader.embedded_signatures[0], context)).valid


def _long_term(pdf: bytes, root: x509.Certificate) -> bool:
    reader = PdfFileReader(BytesIO(pdf))
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([root]),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
    )
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=policy))
    result = asyncio.run(ades_lta_validation(reader.embedded_regular_signatures[0], spec))
    return result.ades_subindic.status.name == "PASSED"


def _pdfsig(pdfs: Sequence[bytes], folder: Path) -> None:
    spent = []
    for pdf in pdfs:
        path = folder / "notice.pdf"
        path.write_bytes(pdf)
        started = time.perf_counter()
        subprocess.run(["pdfsig", "-nocert", path], check=False, capture_output=True)
        spent.append((time.perf_counter() - started) * 1000)
    print(f"{'  pdfsig -nocert, a process each (wall)':44}{median(spent):>9.1f}")


if __name__ == "__main__":
    main()

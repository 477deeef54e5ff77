"""``python -m benchmarks.esign.speed -n 300``: render, seal and archive (PAdES-B-LTA) beside other signers, in one run.

CPU milliseconds of this process with facts that differ from notice to notice, median and 95th percentile, split into
rendering, sealing and the self-check; notices a second by the wall clock, all included. Then the same notices through
pyHanko as shipped (key and certificates loaded as its manual shows, no stamp), pdfsig's signer (one process each, wall
time, B-B only) and what one signature costs at the least (``openssl speed``).
"""

import argparse
import os
import platform
import random
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from statistics import median

from asn1crypto import crl, keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from benchmarks.esign.render import acceptance
from esign import Seal, issue_seal, make_test_authority, render_notice, seal_notice
from esign.issuing import IssuingAuthority, distinguished_name
from esign.keys import FileKey
from esign.printcode import encode_code, printed_of
from esign.self_check import check_sealed
from esign.timestamps import ClockGuard, LocalTimestamper

_WARM_UP = 20
_SPLIT = ("render", "seal", "check", "total")
_ADDRESS = "https://hall.example/N"
_GOALS = {"P-256": 15, "RSA-3072": 20}


@dataclass(frozen=True)
class _Party:
    """A seal with its timestamper, and the same keys as files for the others."""

    name: str
    seal: Seal
    folder: Path


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.esign.speed", description=__doc__)
    parser.add_argument("-n", type=int, default=300, help="notices of each row")
    parser.add_argument("--materials", type=int, default=5, help="rows of each notice's list")
    parser.add_argument("--stock", type=int, default=10, help="notices through each other signer")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in ("typst", "pyhanko", "cryptography"))
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {load:.1f} before; {packages}\n")
    with tempfile.TemporaryDirectory(prefix="seal-speed-") as name:
        parties = _parties(Path(name))
        ours = _measure_ours(parties, options.n, options.materials)
        _measure_others(parties, ours, options.stock, options.materials, Path(name))
    _measure_limits()


def _parties(folder: Path) -> tuple[_Party, ...]:
    """P-256 throughout, RSA-3072 for the seal alone (as the test authority issues it), and RSA-3072 throughout."""
    authority = acceptance(random.Random(1), 1).authority  # noqa: S311 - any facts
    first = make_test_authority(folder / "authority", authority)
    second = issue_seal(folder / "authority", folder / "rsa", authority, algorithm="rsa-sha256")
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    now = datetime.now(UTC)
    certificate = IssuingAuthority.load(folder / "authority").issue(
        distinguished_name("Cloud Window", "TEST ONLY", "RSA TSA TEST ONLY"),
        key.public_key(),
        (now - timedelta(hours=1), now + timedelta(days=3000)),
        purpose="time",
    )
    chain = (certificate.public_bytes(Encoding.DER), *first.chain)
    timestamper = LocalTimestamper(FileKey(key, chain[0]), chain, ClockGuard())
    (folder / "tsa-rsa.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return (
        _Party("P-256", first, folder / "authority"),
        _Party("RSA-3072 seal, P-256 TSA", second, folder / "rsa"),
        _Party("RSA-3072", replace(second, timestamper=timestamper), folder / "rsa"),
    )


def _measure_ours(parties: Sequence[_Party], count: int, materials: int) -> dict[str, tuple[float, float]]:
    """Milliseconds of sealing, and of rendering and sealing, by the party's name."""
    print(f"{'CPU ms':36}" + "".join(f"{name:>9}{'p95':>7}" for name in _SPLIT) + f"{'per s':>8}{'KB':>6}  goal")
    totals = {}
    for party in parties:
        for with_code in (False, True):
            times, wall, size = _our_times(party.seal, count, materials, with_code=with_code)
            made = [row[0] + row[1] for row in times]
            columns = [*zip(*times, strict=True), [sum(row) for row in times]]
            figures = "".join(f"{median(column):9.1f}{_p95(column):7.1f}" for column in columns)
            name = party.name + (", printed code" if with_code else "")
            goal = _GOALS.get(name)
            verdict = f"  {median(made):.1f} of {goal} ms" if goal else ""
            print(f"{name:36}{figures}{count / wall:8.1f}{size / 1000:6.0f}{verdict}", flush=True)
            if not with_code:
                totals[party.name] = (median(columns[1]), median(made))
    print("goal: render + seal without the check; 60 a second, all included\n")
    return totals


def _our_times(
    seal: Seal, count: int, materials: int, *, with_code: bool
) -> tuple[list[tuple[float, float, float]], float, float]:
    """Milliseconds of rendering, sealing and the check of each notice; seconds for all; bytes of a notice."""
    chance, times, sizes = random.Random(7), [], []  # noqa: S311 - the same facts for each party
    began = time.perf_counter()
    for index in range(count + _WARM_UP):
        if index == _WARM_UP:
            began = time.perf_counter()
        facts = acceptance(chance, materials)
        start = time.process_time()
        pdf = render_notice(facts)
        rendered = time.process_time()
        code = encode_code(printed_of(facts, pdf), seal.code_key, _ADDRESS) if with_code else ""
        sealed = seal_notice(pdf, seal, datetime.now(UTC), code)
        done = time.process_time()
        if index >= _WARM_UP:
            times.append((rendered - start, done - rendered))
            sizes.append(len(sealed))
    wall = time.perf_counter() - began
    check = median(_timed(lambda: check_sealed(sealed, ()), 50))
    return [(1000 * a, 1000 * b - check, check) for a, b in times], wall, median(sizes)


def _measure_others(
    parties: Sequence[_Party], ours: dict[str, tuple[float, float]], count: int, materials: int, folder: Path
) -> None:
    chance = random.Random(8)  # noqa: S311 - the same facts for each signer
    pdfs = [render_notice(acceptance(chance, materials)) for _ in range(count)]
    print(f"{'sealing alone, others':36}{'ms':>9}{'p95':>7}  here so many times faster")
    render = median(_timed(lambda: render_notice(acceptance(chance, materials)), 20))
    for party, ours_is in ((parties[0], "P-256"), (parties[2], "RSA-3072")):
        sign = _stock_signer(party, parties[2], folder)
        times = [_timed(partial(sign, pdf), 1)[0] for pdf in pdfs]
        seal, both = ours[ours_is]
        ratios = f"render + seal {(median(times) + render) / both:.0f} (goal 20), seal {median(times) / seal:.0f}"
        what = f"pyHanko B-LTA, {ours_is} seal, RSA TSA"
        print(f"{what:36}{median(times):9.1f}{_p95(times):7.1f}  {ratios}", flush=True)
    sign = _pdfsig_signer(parties[2], folder)
    wall = []
    for pdf in pdfs:
        start = time.perf_counter()
        sign(pdf)
        wall.append(1000 * (time.perf_counter() - start))
    print(f"{'pdfsig, B-B, RSA-3072':36}{median(wall):9.1f}{_p95(wall):7.1f}  wall, a process each", flush=True)


def _stock_signer(party: _Party, rsa_party: _Party, folder: Path) -> Callable[[bytes], bytes]:
    """pyHanko's own way: `SimpleSigner` from files, `DummyTimeStamper` (RSA only), validation data embedded."""
    seal, tsa_chain = party.seal, rsa_party.seal.timestamper.chain
    store = SimpleCertificateStore()
    store.register_multiple([asn1_x509.Certificate.load(der) for der in seal.chain])
    signer = SimpleSigner.load(str(party.folder / "seal.key"), str(party.folder / "seal.crt"), other_certs=list(store))
    tsa_key = keys.PrivateKeyInfo.load(_der_of(folder / "tsa-rsa.key"))
    timestamper = DummyTimeStamper(asn1_x509.Certificate.load(tsa_chain[0]), tsa_key, store)
    lists = seal.revocation.data_for((seal.key.certificate, *seal.chain), tsa_chain).crls

    def sign(pdf: bytes) -> bytes:
        context = ValidationContext(
            trust_roots=[asn1_x509.Certificate.load(seal.chain[-1])],
            other_certs=list(store),
            crls=[crl.CertificateList.load(der) for der in lists],
            allow_fetching=False,
            revocation_mode="require",
        )
        metadata = PdfSignatureMetadata(
            field_name="Seal1",
            md_algorithm="sha256",
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=True,
            use_pades_lta=True,
            validation_context=context,
        )
        made = PdfSigner(metadata, signer, timestamper=timestamper, new_field_spec=SigFieldSpec("Seal1"))
        output: BytesIO = made.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)))
        return output.getvalue()

    return sign


def _pdfsig_signer(party: _Party, folder: Path) -> Callable[[bytes], bytes]:
    """poppler's signer over an NSS database that holds the key; it fails with ECDSA."""
    database = Path(tempfile.mkdtemp(dir=folder))
    key = load_pem_private_key((party.folder / "seal.key").read_bytes(), password=None)
    chain = [load_der_x509_certificate(der) for der in party.seal.chain]
    leaf = load_der_x509_certificate(party.seal.key.certificate)
    secret = BestAvailableEncryption(b"x")
    container = pkcs12.serialize_key_and_certificates(b"seal", key, leaf, chain, secret)  # type: ignore[arg-type]
    (database / "seal.p12").write_bytes(container)
    (database / "empty").write_text("\n")
    for command in (
        ["certutil", "-N", "--empty-password", "-d", f"sql:{database}"],
        ["pk12util", "-i", database / "seal.p12", "-d", f"sql:{database}", "-W", "x", "-k", database / "empty"],
    ):
        subprocess.run(command, check=True, capture_output=True)

    def sign(pdf: bytes) -> bytes:
        (database / "in.pdf").write_bytes(pdf)
        files = [database / "in.pdf", database / "out.pdf", "-add-signature", "-nssdir", database, "-nick", "seal"]
        subprocess.run(["pdfsig", *files], check=True, capture_output=True)
        return (database / "out.pdf").read_bytes()

    return sign


def _measure_limits() -> None:
    """One core; a B-LTA needs three signatures when the timestamper is in the same process."""
    done = subprocess.run(
        ["openssl", "speed", "-mr", "-seconds", "1", "ecdsap256", "rsa3072"], check=True, capture_output=True, text=True
    )
    found = re.findall(r"^\+F[24]:\d+:(\d+):([\d.]+):", done.stdout, re.MULTILINE)
    print(
        "\nopenssl speed, one signature: "
        + ", ".join(f"{bits} bits {1000 / float(rate):.2f} ms" for bits, rate in found)
    )


def _timed(work: Callable[[], object], count: int) -> list[float]:
    """CPU milliseconds of each turn."""
    taken = []
    for _ in range(count):
        start = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - start))
    return taken


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]


def _der_of(pem: Path) -> bytes:
    key = load_pem_private_key(pem.read_bytes(), password=None)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


if __name__ == "__main__":
    main()

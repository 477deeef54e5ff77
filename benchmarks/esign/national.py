"""``python -m benchmarks.esign.national -n 100``: national cryptography and the OFD twin (goal 7).

SM2 signatures and checks per second beside ``openssl speed sm2`` in the same run (goal: 2,000 signatures), CPU time of
writing and verifying the twin, then random bit flips over whole files: none may pass that changed a part. Exits with 1
when one did, or when a twin did not verify.
"""

import argparse
import random
import re
import statistics
import subprocess
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from benchmarks.esign.render import acceptance, correction
from esign import render_notice
from esign.national import NationalSeal, make_national_test_seal, verify_ofd, write_notice_ofd
from esign.national.ofd_package import pack
from esign.national.sm import Sm2Key, Sm2PublicKey, sm3

_SECONDS = 2.0
_SAMPLE = b"x" * 32


def main() -> None:
    """Print the figures; the exit code says whether anything false passed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.esign.national", description=__doc__)
    parser.add_argument("-n", type=int, default=100, help="notices")
    parser.add_argument("--flips", type=int, default=5000, help="bit flips in all")
    given = parser.parse_args()
    chance = random.Random(7)  # noqa: S311 - the same notices and flips in each run
    _speed()
    with tempfile.TemporaryDirectory(prefix="national-") as name:
        first = acceptance(chance, 1)
        seal = make_national_test_seal(Path(name) / "seal", first.authority)
        twins = _twins(given.n, chance, seal)
    wrong = sum(verify_ofd(twin, [seal.roots_pem]).verdict != "valid" for twin in twins)
    print(f"twins that do not verify      {wrong:6d} of {len(twins)}")
    passed = _flips(given.flips, chance, twins, seal)
    raise SystemExit(1 if wrong or passed else 0)


def _speed() -> None:
    theirs = subprocess.run(
        ["openssl", "speed", "-seconds", "2", "sm2"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"SM2.*\s([\d.]+)\s+([\d.]+)\s*$", theirs)
    rates = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    print(f"openssl speed sm2             {rates[0]:6.0f} signatures/s {rates[1]:8.0f} checks/s (of CPU time)")
    key = Sm2Key.generate()
    public, signature = Sm2PublicKey(key.spki), key.sign(_SAMPLE)
    signs, checks = _rate(lambda: key.sign(_SAMPLE)), _rate(lambda: public.verifies(signature, _SAMPLE))
    print(f"esign.national.sm             {signs:6.0f} signatures/s {checks:8.0f} checks/s (of CPU time)")
    megabyte = bytes(1 << 20)
    print(f"sm3                           {_rate(lambda: sm3(megabyte)):6.0f} MiB/s")


def _rate(work: Callable[[], object]) -> float:
    """How often in a second of CPU time: what others do on the machine does not count."""
    count, start = 0, time.process_time()
    while (spent := time.process_time() - start) < _SECONDS:
        work()
        count += 1
    return count / spent


def _twins(count: int, chance: random.Random, seal: NationalSeal) -> list[bytes]:
    twins, writing, checking = [], [], []
    for index in range(count):
        rows = chance.randrange(1, 20)
        pdf = render_notice(correction(chance, rows % 6 + 1) if index % 3 == 2 else acceptance(chance, rows))
        start = time.process_time()
        twins.append(write_notice_ofd(pdf, seal, datetime.now(UTC)))
        writing.append(1000 * (time.process_time() - start))
        start = time.process_time()
        verify_ofd(twins[-1], [seal.roots_pem])
        checking.append(1000 * (time.process_time() - start))
    for what, times in (("writing a twin", writing), ("verifying it", checking)):
        high = sorted(times)[int(0.95 * (len(times) - 1))]
        print(f"{what:30}{statistics.median(times):6.1f} ms CPU, p95 {high:.1f}")
    print(f"size                          {statistics.median(map(len, twins)) / 1024:6.0f} KiB")
    return twins


def _flips(count: int, chance: random.Random, twins: list[bytes], seal: NationalSeal) -> int:
    """Half of them anywhere in the file, half inside a part that is then packed anew, so that its CRC is right."""
    verdicts: Counter[str] = Counter()
    slowest, passed = 0.0, 0
    for index in range(count):
        twin = chance.choice(twins)
        changed = _flipped(twin, chance) if index % 2 else _repacked(twin, chance)
        start = time.process_time()
        report = verify_ofd(changed, [seal.roots_pem])
        slowest = max(slowest, time.process_time() - start)
        if report.verdict != "valid":
            verdicts[report.verdict] += 1
        elif _parts(changed) == _parts(twin):
            verdicts["valid, all parts the same"] += 1  # dates and attributes of the ZIP, which no reader shows
        else:
            passed += 1
    print(f"{count} bit flips: {dict(verdicts)}; changed parts that passed: {passed}; slowest {1000 * slowest:.0f} ms")
    return passed


def _flipped(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(8 * len(data))
    changed = bytearray(data)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


def _repacked(data: bytes, chance: random.Random) -> bytes:
    parts = _parts(data)
    name = chance.choice(list(parts))
    parts[name] = _flipped(parts[name], chance)
    return pack(parts)


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


if __name__ == "__main__":
    main()

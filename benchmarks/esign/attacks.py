"""``python -m benchmarks.esign.attacks``: genuine notices must be valid, forged and damaged ones must not.

200 notices of every kind, with both kinds of key: untouched, renewed, lifted from pending (all must be valid), then 60
named manipulations each in turn so that every one meets every kind of notice (``--all``: the whole product), 5,000
single bits flipped and 300 pieces cut out, doubled or zeroed. Two worker processes, limited to 512 MiB more than they
start with and 5 s of processor time a file. No ledger is asked: with one, every changed byte is told anyway.
"""

import argparse
import multiprocessing
import os
import platform
import random
import resource
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from esign import Report, Seal, extend_notice, load_seal, make_test_authority, render_notice, seal_notice, verify_notice
from esign.kinds import KINDS
from esign.upload import verify_upload
from tests.esign.conftest import AUTHORITY, make_notice
from tests.support.forging import Forger
from tests.support.manipulations import ATTACKS

_MANIPULATIONS = 60
_SECONDS = 5.0
_MEMORY = 512 * 2**20


@dataclass(frozen=True)
class _Task:
    """One notice and what to do with it."""

    folder: Path
    index: int
    attacks: tuple[str, ...]
    flips: int
    cuts: int


@dataclass
class _Result:
    """What came out for one notice."""

    index: int
    verdicts: Counter[tuple[str, str]]  # (what, verdict)
    wrong: list[str]
    slowest_s: float
    memory_mib: float


class _TooSlow(BaseException):
    """More processor time than allowed."""


def main() -> None:
    """Run everything and print the table; leaves with 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.esign.attacks", description=__doc__)
    parser.add_argument("-n", "--notices", type=int, default=200)
    parser.add_argument("--flips", type=int, default=5_000)
    parser.add_argument("--cuts", type=int, default=300)
    parser.add_argument("--all", action="store_true", help="every manipulation on every notice")
    options = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="attacks-") as name:
        folder = Path(name)
        _prepare(folder)
        tasks = list(_tasks(folder, options))
        with multiprocessing.get_context("spawn").Pool(2, _limit) as pool:
            results = list(pool.imap_unordered(_run, tasks))
    _print(results, time.perf_counter() - started)
    if any(result.wrong for result in results):
        raise SystemExit(1)


def _prepare(folder: Path) -> None:
    make_test_authority(folder / "p256", AUTHORITY)
    make_test_authority(folder / "rsa", AUTHORITY, algorithm="rsa-sha256")
    make_test_authority(folder / "forger", AUTHORITY)


def _tasks(folder: Path, options: argparse.Namespace) -> Iterator[_Task]:
    names = list(ATTACKS)
    for index in range(options.notices):
        first = index * _MANIPULATIONS
        chosen = names if options.all else [names[(first + step) % len(names)] for step in range(_MANIPULATIONS)]
        yield _Task(
            folder,
            index,
            tuple(chosen),
            _share(options.flips, options.notices, index),
            _share(options.cuts, options.notices, index),
        )


def _share(total: int, parts: int, index: int) -> int:
    return total * (index + 1) // parts - total * index // parts


def _limit() -> None:
    mapped = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + _MEMORY, mapped + _MEMORY))
    signal.signal(signal.SIGPROF, _too_slow)


def _too_slow(_number: int, _frame: object) -> None:
    raise _TooSlow


@cache
def _seal(folder: Path) -> Seal:
    return load_seal(folder)


def _notice(task: _Task, shift: int = 0) -> bytes:
    """The unsealed notice of this index: another kind, number and length than its neighbours."""
    kinds = list(KINDS.values())
    kind = kinds[task.index % len(kinds)]
    return render_notice(make_notice(kind, number=f"京通政务字〔2026〕{1_000 + task.index + shift:06d}号"))


def _run(task: _Task) -> _Result:
    result = _Result(task.index, Counter(), [], 0.0, 0.0)
    seal = _seal(task.folder / ("rsa" if task.index % 2 else "p256"))
    now, base = datetime.now(UTC), _notice(task)
    pdf = seal_notice(base, seal, now)
    forger = Forger(
        other=seal_notice(_notice(task, 100_000), seal, now),
        timestamp=seal.timestamper.timestamp,
        seal=_seal(task.folder / "forger"),
    )
    renewed = extend_notice(pdf, seal)
    pending = seal_notice(base, seal, now, level="B-B")
    genuine = {"untouched": pdf, "renewed": renewed, "renewed twice": extend_notice(renewed, seal)}
    for what, file in (genuine | {"lifted": extend_notice(pending, seal)}).items():
        _check(result, f"genuine: {what}", file, seal, is_genuine=True)
    _check(result, "pending", pending, seal)
    for name in task.attacks:
        try:
            forged = ATTACKS[name](pdf, forger)
        except Exception as error:  # noqa: BLE001 - an attack that cannot be built proves nothing: it is reported
            result.wrong.append(f"{name}: not built ({error!r})")
            continue
        _check(result, f"attack: {name}", forged, seal)
    chance = random.Random(task.index)  # noqa: S311 - places to damage, no secret
    for _ in range(task.flips):
        damaged = bytearray(pdf)
        damaged[chance.randrange(len(pdf))] ^= 1 << chance.randrange(8)
        _check(result, "flip", bytes(damaged), seal)
    for _ in range(task.cuts):
        _check(result, "cut", _cut(pdf, chance), seal)
    result.memory_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result


def _cut(pdf: bytes, chance: random.Random) -> bytes:
    """A piece removed, doubled, zeroed or put elsewhere."""
    start = chance.randrange(len(pdf))
    end = min(len(pdf), start + chance.choice((1, 16, 400, 20_000)))
    piece, other = pdf[start:end], chance.randrange(len(pdf))
    return chance.choice(
        (
            pdf[:start] + pdf[end:],
            pdf[:end] + piece + pdf[end:],
            pdf[:start] + b"\xa7" * len(piece) + pdf[end:],
            pdf[:other] + piece + pdf[other:],
        )
    )


def _check(result: _Result, what: str, pdf: bytes, seal: Seal, *, is_genuine: bool = False) -> None:
    """Both ways of judging it, as a notice and as an upload."""
    for verify in (verify_notice, verify_upload):
        started = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, _SECONDS)
        try:
            report: Report | None = verify(pdf, [seal.root_pem])
        except _TooSlow:
            report = None
        except Exception as error:  # noqa: BLE001 - that nothing is raised is what is measured here
            result.wrong.append(f"{what}: raised {error!r}")
            report = None
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        result.slowest_s = max(result.slowest_s, time.process_time() - started)
        if report is None:
            result.wrong.append(f"{what}: no report")
        elif (report.verdict == "valid") != is_genuine:
            codes = [finding.code for finding in report.findings if finding.severity in ("error", "unknown")]
            result.wrong.append(f"{what}, notice {result.index}: {report.verdict} {codes}")
        if verify is verify_notice:
            result.verdicts[what.partition(":")[0], report.verdict if report else "none"] += 1
        if what != "pending" and result.index >= 10:
            return  # an upload that is a notice goes the same way: ten of each are enough


def _print(results: list[_Result], seconds: float) -> None:
    total: Counter[tuple[str, str]] = Counter()
    for result in results:
        total.update(result.verdicts)
    print(f"\n{len(results)} notices, {len(ATTACKS)} named manipulations, {seconds:.0f} s of wall time")
    print(f"{'':12}{'valid':>10}{'invalid':>10}{'cannot':>10}")
    for what in ("genuine", "pending", "attack", "flip", "cut"):
        counts = [total[what, verdict] for verdict in ("valid", "invalid", "cannot_judge")]
        print(f"{what:12}" + "".join(f"{count:>10,}" for count in counts))
    slowest, memory = max(r.slowest_s for r in results), max(r.memory_mib for r in results)
    print(f"slowest file {slowest:.2f} s of processor time (limit 5 s), largest process {memory:.0f} MiB")
    wrong = [line for result in results for line in result.wrong]
    print(f"wrong verdicts, exceptions and attacks not built: {len(wrong)}")
    for line in wrong[:40]:
        print(f"  {line}")


if __name__ == "__main__":
    main()

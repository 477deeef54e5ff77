"""``python -m benchmarks.hall``: measures the hall on this machine and prints a table (README.md says what)."""

import argparse
import os
import platform
import shutil
import sqlite3
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.hall.crowd import Taken
from benchmarks.hall.day import random_day
from benchmarks.hall.servers import install_relay, measure_hall, measure_relay
from signaling.hall.metrics import spread
from signaling.hall.rehearsal import rehearse
from signaling.hall.rules import HallRules
from signaling.server.catalogue import import_catalogue, read_calendar, read_catalogue
from signaling.server.catalogue_csv import write_folder

_IMPORTED = 3_500
_POLICIES: tuple[tuple[str, bool, dict[str, float]], ...] = (
    ("first come, first served, strict skills", False, {"priority_boost_s": 0.0}),
    ("priority group always first, strict skills", False, {"priority_boost_s": 1e6}),
    ("priority group +600 s, strict skills", False, {}),
    ("priority group +600 s, others help after 90 s", True, {}),
)


def main() -> None:
    """Run what was asked for, everything without options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hall", description=__doc__)
    parser.add_argument("--terminals", type=int, nargs="*", default=[50, 1_000, 2_000])
    parser.add_argument("--desks", type=int, default=200)
    parser.add_argument("--submits", type=float, default=50.0, help="submissions a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--days", type=int, default=3, help="random days for each policy")
    options = parser.parse_args()
    print(_machine())
    with tempfile.TemporaryDirectory(prefix="hall-benchmark-") as name:
        folder = Path(name)
        _rings(folder, options)
        _import(folder)
    _days(options.days)


def _machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in _cpu_lines() if line.startswith("model name")), platform.machine()
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "websockets", "starlette", "msgspec"))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return (
        f"{platform.platform()}; {model}, {os.cpu_count()} cores, load {load:.1f} before\n"
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}"
    )


def _cpu_lines() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.is_file() else []


def _rings(folder: Path, options: argparse.Namespace) -> None:
    if not options.terminals:
        return
    relay = install_relay(folder)
    node = (
        subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
        if relay
        else ""
    )
    print(f"\nsubmit → ring, {options.submits:g} submissions/s for {options.seconds:g} s, {options.desks} desks (ms)")
    print(f"{'':34}{'rang':>7}{'p50':>8}{'p90':>8}{'p99':>8}{'worst':>8}{'lost':>6}{'busy':>6}{'CPU':>7}")
    for terminals in options.terminals:
        load = (terminals, options.desks, options.submits, options.seconds)
        run = Path(tempfile.mkdtemp(dir=folder))
        _print_taken(f"the hall, {terminals:,} terminals", measure_hall(run, *load))
        shutil.rmtree(run)
        if relay:
            _print_taken(f"socket.io relay, {terminals:,} terminals", measure_relay(folder, *load))
    if relay:
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        print(f"relay: socket.io {relay} on node {node}")
    else:
        print("relay left out: node, npm or its registry is not there")


def _print_taken(label: str, taken: Taken) -> None:
    ordered = sorted(taken.ring_ms)

    def rank(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    figures = "".join(f"{rank(share):8.2f}" for share in (0.5, 0.9, 0.99, 1.0))
    refused = f"  refused: {taken.refused}" if taken.refused else ""
    cpu_ms = 1000 * taken.cpu_s / max(1, len(ordered))
    row = f"{label:34}{len(ordered):7d}{figures}{taken.lost:6d}{taken.skipped:6d}{cpu_ms:7.2f}{refused}"
    print(row, flush=True)


def _import(folder: Path) -> None:
    shipped = read_catalogue(None)
    many = tuple(
        msgspec.structs.replace(item, code=f"{item.code}-{turn}", name=f"{item.name}（{turn}）", sites=())
        for turn in range(-(-_IMPORTED // len(shipped)))
        for item in shipped
    )[:_IMPORTED]
    write_folder(many, folder / "tables")
    started = time.perf_counter()
    items = read_catalogue(folder / "tables")
    import_catalogue(items, folder)
    taken_s = time.perf_counter() - started
    slots = sum(len(item.slots) for item in items)
    print(f"\nimport of {len(items):,} items with {slots:,} materials from CSV: {taken_s:.2f} s (goal 2 s)")


def _days(days: int) -> None:
    if not days:
        return
    calendar = read_calendar(None)
    started = time.perf_counter()
    done = rehearse(random_day(1), HallRules(), calendar)
    taken_s = time.perf_counter() - started
    waited = spread([outcome.waited_s for outcome in done.outcomes if outcome.waited_s is not None])
    print(
        f"\na day of 900 visits, 50 terminals, 14 reviewers, rehearsed in {taken_s:.2f} s (goal 10 s), "
        f"{len(done.entries):,} journal entries; wait p50 {waited.p50_s:.0f} s, p95 {waited.p95_s:.0f} s"
    )
    print(f"\n{days} random days, 14 reviewers: wait in seconds (medians of the days)")
    print(f"{'visits':>7} {'rule':46}{'ordinary p95':>14}{'priority p95':>14}{'worst':>8}{'not served':>12}")
    for visits in (900, 1_020, 1_100):
        for label, do_all_help, rules in _POLICIES:
            figures: list[tuple[float, float, float, int]] = []
            for seed in range(days):
                plan = random_day(seed, visits, do_all_help=do_all_help)
                outcomes = rehearse(plan, msgspec.structs.replace(HallRules(), **rules), calendar).outcomes
                ordinary, priority = (
                    spread([o.waited_s for o in outcomes if o.waited_s is not None and bool(o.visit.priority) == has])
                    for has in (False, True)
                )
                unserved = sum(outcome.waited_s is None for outcome in outcomes)
                worst = max(ordinary.worst_s or 0, priority.worst_s or 0)
                figures.append((ordinary.p95_s or 0, priority.p95_s or 0, worst, unserved))
            ordinary_s, priority_s, worst_s, unserved = (median(column) for column in zip(*figures, strict=True))
            print(
                f"{visits:7d} {label:46}{ordinary_s:14.0f}{priority_s:14.0f}{worst_s:8.0f}{unserved:12.0f}", flush=True
            )


if __name__ == "__main__":
    main()

"""``./hall demo``: the whole hall on one machine, and three stories told by the real programs.

A real server process, a real desk and a real booth; printed as numbered lines with times; leaves its evidence in a
folder. With ``--keep`` the windows stay open for clicking; without Qt's libraries the headless programs play.
"""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from annotate import PageError
from reviewer.demo.evidence import ACCEPTANCE, TRUST_ROOT, Evidence
from reviewer.demo.hall_process import DemoHall, HallDidNotStart
from reviewer.demo.headless import play_headless
from reviewer.demo.load import play_load
from reviewer.demo.papers import Papers, draw_papers, found_papers
from reviewer.demo.programme import HEADLINES
from reviewer.settings import Settings as DeskSettings
from terminal.settings import Settings as BoothSettings
from terminal.simulator import StoryStopped

SUMMONS_S = "4"
"""The demo's applicant misses the call after so many seconds; a real hall waits a minute."""
MOST_TERMINALS = 200
"""More simulated terminals would be slowed by one process, not by the hall."""
MOST_MINUTES = 600

missing_library = ""
try:
    from reviewer.demo.qt.stage import play_windows
except ImportError as error:  # a system library that Qt needs; the headless programs do without
    missing_library = str(error)


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the demo; 0 when the case was closed."""
    options = _parser().parse_args(arguments)
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or sys.platform == "win32"
    if options.headless or not has_display:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    out: Path = options.out.resolve()
    _make_empty(out)
    logging.basicConfig(
        filename=out / "demo.log", level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    began = time.monotonic()
    try:
        if options.load:
            play_load(options.load, 60 * options.minutes, out, _tell)
        else:
            with tempfile.TemporaryDirectory(prefix="cloud-window-demo-") as folder:
                _play(options, Path(folder), out, has_display and not options.headless)
    except KeyboardInterrupt:
        return 130
    except (HallDidNotStart, StoryStopped, PageError, RuntimeError) as problem:
        sys.stderr.write(f"演示没有走完：{problem}\n日志见 {out}\n")
        return 1
    _tell(f"\n全程 {time.monotonic() - began:.1f} 秒。结果在 {out}：")
    for path in sorted(out.iterdir()):
        _tell(f"    {path.name}")
    shown = options.out
    if (out / ACCEPTANCE).is_file():
        _tell(f"核验通知书：./hall verify {shown / ACCEPTANCE} --trust {shown / TRUST_ROOT}")
    return 0


def _play(options: argparse.Namespace, folder: Path, out: Path, has_window: bool) -> None:
    papers: Papers = draw_papers(folder / "papers")
    if options.materials is not None:
        papers = found_papers(options.materials, papers)
    camera = folder / "camera"
    camera.mkdir()
    shutil.copyfile(papers.shot, camera / papers.shot.name)
    evidence = Evidence(out)
    with DemoHall(folder / "hall", out / "server.log", "--summons-s", SUMMONS_S) as hall:
        _tell(f"大厅服务器已启动：{hall.url}，时钟模拟为 {hall.clock_words()}")
        device = hall.device()
        desk = DeskSettings(url=hall.url, login=hall.login(), is_simulated=bool(missing_library))
        booth = BoothSettings(device=device, url=hall.url, out=evidence.prints, camera=str(camera))
        if missing_library:
            _tell(
                f"缺少图形界面所需的系统库，改由无窗口程序演示，不生成截图（./hall doctor 可查看）：{missing_library}"
            )
            figures = play_headless(desk, booth, papers, _tell)
        else:
            stays = options.keep and has_window
            figures = play_windows(desk, booth, hall, papers, evidence, _tell, stories=options.story, stays=stays)

    _tell("")
    for name, seconds in figures.items():
        _tell(f"    {name}：{1000 * seconds:.0f} ms")
    _tell("    " + hall.export_journal(out / "journal.jsonl"))
    for verdict in evidence.collect(device.trust_root):
        _tell(f"    {verdict}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hall demo", description="演示一件真实办件的全过程 / one whole case, for real"
    )
    parser.add_argument(
        "--materials", type=Path, metavar="FOLDER", help="用此文件夹里的照片和 PDF 作材料 / own materials"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("demo-out"), metavar="FOLDER", help="结果文件夹 / where results go"
    )
    parser.add_argument(
        "--story",
        type=int,
        choices=sorted(HEADLINES),
        nargs="+",
        default=sorted(HEADLINES),
        help="；".join(f"{number} {words}" for number, words in HEADLINES.items()) + " / which stories",
    )
    parser.add_argument(
        "--load",
        type=_terminals,
        metavar="N",
        help="不演故事，而是 N 台模拟终端的繁忙大厅 / a busy hall of N simulated terminals",
    )
    parser.add_argument(
        "--minutes", type=_minutes, default=1.0, metavar="M", help="繁忙大厅的时长 / how long people come (default 1)"
    )
    parser.add_argument("--keep", action="store_true", help="走完后保留两个窗口，可继续点击 / leave the windows open")
    parser.add_argument("--headless", action="store_true", help="有显示器也离屏运行 / offscreen even with a display")
    return parser


def _terminals(given: str) -> int:
    if not (given.isdecimal() and 1 <= int(given) <= MOST_TERMINALS):
        raise argparse.ArgumentTypeError(f"终端数应在 1 到 {MOST_TERMINALS} 之间 / 1 to {MOST_TERMINALS} terminals")
    return int(given)


def _minutes(given: str) -> float:
    if not 0 < (minutes := float(given)) <= MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"时长应在 0 到 {MOST_MINUTES} 分钟之间 / up to {MOST_MINUTES} minutes")
    return minutes


def _make_empty(out: Path) -> None:
    """Empty a folder of an earlier demo; one with other things in it is left alone and used as it is."""
    if (out / "journal.jsonl").is_file() or (out / "demo.log").is_file():
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


def _tell(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the demo speaks to the person who started it


if __name__ == "__main__":
    sys.exit(main())

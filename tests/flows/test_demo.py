"""The demo as its reader starts it: offscreen, and in real X windows; what it leaves is judged by others."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from reviewer.demo.papers import Papers

SHOTS = (
    "0-materials",
    "1-ring",
    "2-drawing",
    "3-annotation",
    "4-correction",
    "notice-acceptance",
    "missed-1-waiting",
    "missed-2-slip",
    "missed-3-rejoin",
    "missed-4-form",
    "notice-not_accepted",
    "night-1-proposals",
    "night-2-cell",
    "night-3-worklist",
    "night-4-review",
    "night-5-pickup",
)
DEADLINE_S = 120.0


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A virtual X screen of 1920 x 1080."""
    if shutil.which("Xvfb") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Xvfb is not installed")
        pytest.skip("Xvfb is not installed")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as said:
            number = said.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
        server.terminate()


def run_demo(out: Path, *options: str, **environment: str) -> str:
    known = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    done = subprocess.run(
        [sys.executable, "-m", "reviewer.demo", "--out", str(out), *options],
        env={**known, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        timeout=DEADLINE_S,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_demo_leaves_its_evidence(tmp_path: Path, judge: Callable[..., str]) -> None:
    out = tmp_path / "out"
    said = run_demo(out)
    assert len(re.findall(r"^ *\d+ +\d+\.\d\d s  ", said, re.MULTILINE)) == 34
    assert [f"故事{number}" in said for number in "一二三"] == [True] * 3
    assert all(
        name in said for name in ("提交 → 席位振铃", "接听 → 双方首帧", "落笔 → 终端可见", "受理 → 通知书盖章送达")
    )

    for shot in SHOTS:
        for who in ("desk", "terminal"):
            with Image.open(out / f"{shot}-{who}.png") as picture:
                assert len(picture.convert("RGB").resize((64, 64)).getcolors(4096) or []) > 20, f"{shot}-{who} is blank"
    assert (out / "核验报告.txt").read_text("utf-8").count("真实有效：") == 2
    for notice in ("受理通知书.pdf", "不予受理通知书.pdf"):
        judge("qpdf", "--check", out / notice)
        assert "Signature is Valid" in judge("pdfsig", out / notice)
    text = "".join(judge("pdftotext", "-layout", out / "不予受理通知书.pdf", "-").split())
    assert "河北省廊坊市生态环境局" in text, "the competent body is named"
    entries = [json.loads(line) for line in (out / "journal.jsonl").read_text("utf-8").splitlines()]
    kinds = [entry["kind"] for entry in entries]
    for kind in ("TicketSummoned", "TicketMissed", "TicketRejoined", "DepositStored", "LockerClosed", "CaseDelivered"):
        assert kind in kinds, kind

    marked = out / "图纸批注.pdf"
    judge("qpdf", "--check", marked)
    kinds = judge("mutool", "show", marked, "grep")
    assert {
        f"/Subtype/{kind}" for kind in ("Ink", "Polygon", "FreeText") if f"/Subtype/{kind}" in kinds.replace(" ", "")
    } == {
        "/Subtype/Ink",
        "/Subtype/Polygon",
        "/Subtype/FreeText",
    }
    for command in (
        ("pdftoppm", "-r", "40", "-png", "-singlefile", marked, tmp_path / "poppler"),
        ("mutool", "draw", "-r", "40", "-o", tmp_path / "mutool.png", marked, "1"),
    ):
        judge(*command)
    for reader in ("poppler", "mutool"):
        with Image.open(tmp_path / f"{reader}.png") as picture:
            red = sum(r > 180 and g < 90 and b < 90 for r, g, b in picture.convert("RGB").get_flattened_data())
        assert red > 300, f"{reader} shows {red} red pixels"


def test_the_demo_plays_in_real_windows(tmp_path: Path, display: str) -> None:
    out = tmp_path / "out"
    run_demo(out, "--story", "1", DISPLAY=display, QT_QPA_PLATFORM="xcb")
    with Image.open(out / "1-ring-desk.png") as desk, Image.open(out / "1-ring-terminal.png") as terminal:
        assert desk.width + terminal.width <= 1920, "both windows fit side by side"


def test_own_materials_go_the_same_way(tmp_path: Path, papers: Papers) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    shutil.copyfile(papers.shot, folder / "我的照片.jpg")
    shutil.copyfile(papers.scan, folder / "我的扫描.pdf")
    shutil.copyfile(papers.drawing, folder / "我的图.pdf")
    shutil.copyfile(papers.corrected_drawing, folder / "我的图-改.pdf")
    run_demo(tmp_path / "out", "--story", "1", "--materials", str(folder))
    lines = (tmp_path / "out" / "journal.jsonl").read_text("utf-8").splitlines()
    facts = [json.loads(json.loads(line)["body"]) for line in lines]
    handed_in = [
        m["name"] for f in facts if f["type"] in ("CaseSubmitted", "CorrectionSubmitted") for m in f["materials"]
    ]
    assert handed_in[1:] == ["我的扫描.pdf", "我的图.pdf", "我的图-改.pdf"], "the first is the photographed sheet"
    assert any(fact["type"] == "NoticePrintReported" and fact["is_printed"] for fact in facts)

"""A full disk, a lost or damaged database, and everything else that keeps a server from starting."""

import asyncio
import itertools
import json
import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from reviewer.demo.papers import APPLICANT
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallStarted,
    Decide,
    Done,
    Error,
    MarkNumbered,
    NoticeReady,
    OperateMark,
    SubmitCase,
    TicketIssued,
)

DEADLINE_S = 30.0 * float(os.environ.get("TEST_SLOWNESS", "1"))
ROOT_ONLY = "needs root to mount a small disk"


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


# --- a full disk ---------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        if os.environ.get("CI") == "true":
            pytest.fail(ROOT_ONLY)
        pytest.skip(ROOT_ONLY)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


async def test_a_full_disk_loses_nothing_and_is_got_over(
    small_disk: Path, tmp_path: Path, own_hall: Any, people_of: Any, judge_log: Any
) -> None:
    ballast = small_disk / "ballast"
    with own_hall(small_disk / "hall", tmp_path / "small.log") as hall:
        people = people_of(hall, tmp_path)
        async with people.online(people.terminal(), people.terminal(), people.reviewer()) as [terminal, late, desk]:
            offer, materials = await terminal.ring(desk)
            others = await late.hand_in()
            assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
            entries_before = hall.journal(tmp_path / "before-full.jsonl")
            with filled(ballast):
                kept = []
                refusal: Any = None
                for number in itertools.count():
                    mark = OperateMark(
                        offer.case.case_id, materials[0].digest, f"o{number}", "mark", f"m{number}", b"x" * 40_000
                    )
                    refusal = await desk.ask(mark)
                    if not isinstance(refusal, MarkNumbered):
                        break
                    kept.append(refusal.operation_id)
                assert refusal.code is ErrorCode.STORAGE_FULL
                before, content = hall.stored(), b"%PDF-" + bytes(600_000)
                answer = await terminal.http("PUT", digest_of(content), content)
                assert (answer.status_code, terminal.code_of(answer)) == (507, "storage_full")
                assert hall.stored() == before
                act = SubmitCase("late", people.ITEM, APPLICANT, others, consents_to_video=True)
                await late.refused(act, ErrorCode.STORAGE_FULL)
                assert (await well(hall)) == 503
                assert (await terminal.http("GET", materials[0].digest)).status_code == 200, "reading goes on"
            while await well(hall) != 200:
                pass
            assert isinstance(await late.ask(act), TicketIssued)
            assert (await desk.ask(mark)).seq == len(kept) + 1
            assert (await terminal.http("PUT", digest_of(content), content)).status_code == 201
            for party in (terminal, late, desk):
                assert [state for state, _ in party.states] == ["connecting", "online"]
        entries = hall.journal(tmp_path / "full.jsonl")
        hall.kill()
        with filled(ballast):
            assert re.match(f"磁盘已满.*{hall.data}", start("--data", hall.data, "--port", "0"))
        hall.start()
        assert hall.journal(tmp_path / "restarted.jsonl")[: len(entries)] == entries
    assert entries[: len(entries_before)] == entries_before
    recorded = [json.loads(e["body"])["operation_id"] for e in entries if e["kind"] == "MarkRecorded"]
    assert recorded == [*kept, mark.operation_id]
    assert [e["kind"] for e in entries].count("CaseSubmitted") == 2
    assert judge_log(hall.log.read_text("utf-8"))


async def test_a_notice_waits_for_space_and_is_sealed_once(
    small_disk: Path, tmp_path: Path, own_hall: Any, people_of: Any, judge_log: Any
) -> None:
    ballast, data = small_disk / "ballast", tmp_path / "hall"
    data.mkdir()
    (data / "materials").symlink_to(small_disk)
    with own_hall(data, tmp_path / "small.log") as hall:
        people = people_of(hall, tmp_path)
        async with people.online(people.terminal(), people.reviewer()) as [terminal, desk]:
            offer, materials = await terminal.ring(desk)
            assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
            desk.look_at(offer.case.case_id, materials)
            yes = await desk.read(Decide("yes", offer.case.case_id, "accept"))
            with filled(ballast):
                assert isinstance(await desk.ask(yes), Done)
                failed: Error = await desk.hear(Error)
                assert failed.code is ErrorCode.SEALING_FAILED
                assert failed.sentence == SENTENCES[ErrorCode.SEALING_FAILED]
            await asyncio.to_thread(hall.kill)
            await asyncio.to_thread(hall.start)
            ready: NoticeReady = await terminal.hear(NoticeReady)
            assert ready.notice.notice_id == failed.about
            assert (await terminal.http("GET", ready.notice.digest)).content.startswith(b"%PDF-")
        entries = hall.journal(tmp_path / "sealed.jsonl")
    kinds = [entry["kind"] for entry in entries]
    assert [kinds.count(kind) for kind in ("Decided", "SealingRefused", "NoticeStored")] == [1, 1, 1]
    assert judge_log(hall.log.read_text("utf-8"))


@contextmanager
def filled(ballast: Path, free_kib: int = 0) -> Iterator[None]:
    """No more space than this on this disk while it lasts."""
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    os.truncate(ballast, ballast.stat().st_size - free_kib * 1024)
    assert os.statvfs(ballast.parent).f_bavail * os.statvfs(ballast.parent).f_frsize == free_kib * 1024
    yield
    ballast.unlink()


async def well(hall: Any) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(hall.url.replace("ws:", "http:").replace("/hall", "/healthz"))).status_code


# --- a server that cannot start ------------------------------------------------------------------------------


def start(*options: str | Path, command: str = "server") -> str:
    """What the server, or a command beside it, says when it cannot start: one sentence, exit code 1."""
    words = [sys.executable, "-m", "signaling", command, *(str(option) for option in options)]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", timeout=DEADLINE_S, check=False)
    assert done.returncode == 1, done.stderr
    logged = (" INFO ", " ERROR signaling.signer.")  # its child may say in the log what the sentence says at the end
    lines = [line for line in done.stderr.splitlines() if not any(word in line for word in logged)]
    assert len(lines) == 1 or lines[0].startswith("事项目录"), done.stderr  # after that one each fault has its line
    assert "listening" not in done.stdout
    return lines[0]


def test_a_port_in_use(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert "端口可能已被占用" in (said := start("--data", tmp_path / "hall", "--port", port))
        assert str(port) in said


def test_a_data_folder_in_use(hall: Any) -> None:
    assert "另一个服务器正在使用" in start("--data", hall.data, "--port", "0")


@pytest.mark.parametrize("damage", ["no database", "pages overwritten", "cut off", "of a newer program"])
def test_a_damaged_database_is_not_touched(damage: str, hall: Any, tmp_path: Path) -> None:
    data = tmp_path / "hall"
    data.mkdir()
    with closing(sqlite3.connect(hall.data / "hall.db")) as live, closing(sqlite3.connect(data / "hall.db")) as copy:
        live.backup(copy)
        if damage == "of a newer program":
            copy.execute("PRAGMA user_version = 99")
    content = bytearray((data / "hall.db").read_bytes())
    if damage == "no database":
        content[:100] = b"\x00nothing of ours" * 6 + b"...."
    elif damage == "pages overwritten":
        content[4096 : 4096 * 12] = secrets.token_bytes(4096 * 11)
    elif damage == "cut off":
        del content[len(content) // 2 :]
    (data / "hall.db").write_bytes(content)
    said = start("--data", data, "--port", "0")
    assert said.startswith(f"数据文件夹 {data} 中的案件库"), said
    assert (data / "hall.db").read_bytes() == content, "what can still be rescued is still there"


def hall_files(data: Path) -> dict[Path, bytes]:
    """The files of the server's own: the signing process ends, and puts its folder in order, after a killed server."""
    files = (path for path in data.rglob("*") if path.is_file() and (data / "signing") not in path.parents)
    return {path: path.read_bytes() for path in files}


@pytest.mark.parametrize("loss", ["gone", "empty", "gone with its log"])
def test_a_used_folder_without_its_database_is_never_made_anew(loss: str, tmp_path: Path, own_hall: Any) -> None:
    data = tmp_path / "hall"
    with own_hall(data, tmp_path / "first.log") as hall:
        entries = hall.journal(tmp_path / "first.jsonl")
        hall.kill()  # what is in the database's log stays there
        kept = hall_files(data)
        lost = data / "hall.db"
        lost.unlink()
        if loss == "empty":
            lost.touch()
        elif loss == "gone with its log":
            for name in ("hall.db-wal", "hall.db-shm"):
                (data / name).unlink()
        left = hall_files(data)
        for command in ("server", "revoke"):
            said = start("--data", data, *(["--port", "0"] if command == "server" else ["T-01"]), command=command)
            assert said.startswith(f"数据文件夹 {data} 用过"), said
            assert hall_files(data) == left
        for path, content in kept.items():
            path.write_bytes(content)
        hall.start()
        assert hall.journal(tmp_path / "again.jsonl")[: len(entries)] == entries


def test_a_first_start_on_a_full_disk_is_repeated_with_space(small_disk: Path, tmp_path: Path, own_hall: Any) -> None:
    data, reached = small_disk / "hall", set()
    for free_kib in (0, 40, 100, 152):
        with filled(small_disk / "ballast", free_kib):
            said = start("--data", data, "--port", "0")
            assert said.startswith("磁盘已满"), said
            assert str(data) in said
        reached |= {path.name for path in data.iterdir() if path.is_file() or any(path.iterdir())}
    assert {"hall.db", "signing"} <= reached, "some attempts got further than others"
    with own_hall(data, tmp_path / "server.log") as hall:
        assert hall.device().terminal_id == "T-01"
        assert [entry["seq"] for entry in hall.journal(tmp_path / "journal.jsonl")] == []


BAD_SETTINGS: dict[str, tuple[str, str]] = {
    "--port": ("99999", "port"),
    "--ring-s": ("soon", "ring_s"),
    "--max-material-mib": ("0", "max_material_mib"),
    "--organisation": ("局", "organisation"),
    "--data": ("FILE", "data"),
    "--tls-key": ("FILE", "tls_certificate"),
    "--config": ("FILE", "settings"),
    "--catalogue": ("FILE", "catalogue"),
    "--calendar": ("MISSING", "calendar"),
}


@pytest.mark.parametrize("option", BAD_SETTINGS)
def test_a_bad_setting_is_named(option: str, tmp_path: Path) -> None:
    value, word = BAD_SETTINGS[option]
    file = tmp_path / "settings.txt"
    file.write_bytes(b"port = \xff\xfe")
    value = {"FILE": str(file), "MISSING": str(tmp_path / "none")}.get(value, value)
    said = start("--data", tmp_path / "hall", "--port", "0", option, value)
    assert word in said
    assert re.match("[\u4e00-\u9fff]|tls_", said), "Chinese first"

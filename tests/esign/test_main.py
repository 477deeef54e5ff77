"""The command line: plain words, and the exit status that scripts rely on."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from esign import Report, Seal
from esign.__main__ import main


@pytest.fixture
def folder(tmp_path: Path, sealed: bytes, seal: Seal) -> Path:
    (tmp_path / "notice.pdf").write_bytes(sealed)
    (tmp_path / "changed.pdf").write_bytes(sealed + b" ")
    (tmp_path / "letter.txt").write_bytes(b"no pdf at all")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "root.crt").write_bytes(seal.root_pem)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("notice.pdf", 0, "真实有效"),
        ("changed.pdf", 1, "不是有效的文件"),
        ("letter.txt", 2, "不认识的文件格式"),
    ],
)
def test_verdict_words_and_status(
    folder: Path, name: str, status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(folder / name), "--trust", str(folder / "root.crt")]) == status
    assert words in capsys.readouterr().out


def test_a_valid_notice_names_number_and_authority(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["verify", str(folder / "notice.pdf"), "--trust", str(folder / "root.crt")])
    said = capsys.readouterr().out
    assert "京通政务受〔2026〕000123号" in said
    assert "北京市通州区政务服务管理局" in said
    assert "仅供演示" in said
    assert "B-LTA" in said
    assert "the content has not been changed since it was sealed" in said


def test_without_trust_it_cannot_judge(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(folder / "notice.pdf"), "--json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "cannot_judge"
    assert {finding["code"] for finding in report["findings"]} >= {"content_unchanged", "issuer_not_judged"}


def test_a_notice_checked_as_one_is_told_what_it_is_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(folder / "letter.txt"), "--as", "notice"]) == 2
    assert "文件不是PDF" in capsys.readouterr().out


@pytest.mark.parametrize("missing", [["nowhere.pdf"], ["notice.pdf", "--trust", "nowhere.crt"], ["."]])
def test_a_file_that_cannot_be_read_is_a_sentence(
    folder: Path, missing: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    assert main(["verify", *missing]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("无法读取文件")
    assert said.out == ""


@pytest.mark.slow
def test_a_limited_process_reads_standard_input_and_answers_in_json(folder: Path) -> None:
    """As the public page and the desk call it."""
    command = [sys.executable, "-m", "esign", "verify", "-", "--limited", "--json", "--trust", "root.crt"]
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1"},
        input=(folder / "notice.pdf").read_bytes(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    report = msgspec.json.decode(done.stdout, type=Report)
    assert (report.verdict, report.notice_number) == ("valid", "京通政务受〔2026〕000123号")


@pytest.mark.slow
def test_a_picture_goes_to_the_program_that_reads_paper(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(folder / "picture.png"), "--json"]) == 2
    report = msgspec.json.decode(capsys.readouterr().out, type=Report)
    assert (report.verdict, report.file_kind) == ("cannot_judge", "print")


@pytest.mark.slow
def test_an_unknown_root_is_told_in_words_and_not_as_a_traceback(folder: Path) -> None:
    command = [sys.executable, "-m", "esign", "verify", str(folder / "notice.pdf")]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 2
    assert "CANNOT JUDGE" in done.stdout
    assert done.stderr == ""

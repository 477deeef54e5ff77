"""The command line: enrolment, journal, and sentences instead of tracebacks."""

import contextlib
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from signaling.__main__ import main
from signaling.hall.commands import Record
from signaling.hall.facts import Entry, PageShown
from signaling.protocol.enrolment import DeviceFile
from signaling.server.register import Register
from signaling.server.store import Store


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hall's folder, as a server that ran once leaves it."""
    monkeypatch.setenv("CLOUD_WINDOW_HOME", str(tmp_path))
    folder = tmp_path / "hall"
    folder.mkdir()
    (folder / "trust-root.pem").write_text("PEM")
    return folder


def test_a_terminal_is_enrolled_into_a_file_and_revoked(data: Path, tmp_path: Path) -> None:
    device_file = tmp_path / "T-02.json"
    url = "wss://hall.example:8787/hall"
    assert main(["enrol", "terminal", "T-02", "--name", "自助终端 02", "--url", url, "-o", str(device_file)]) == 0
    device = msgspec.json.decode(device_file.read_bytes(), type=DeviceFile)
    assert (device.terminal_id, device.url, device.trust_root) == ("T-02", url, "PEM")
    assert main(["revoke", "T-02"]) == 0
    with contextlib.closing(Store(data)) as store:
        assert "T-02" not in Register(store).credentials().result()


def test_a_table_is_enrolled_whole_or_not_at_all(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, out = tmp_path / "people.csv", tmp_path / "out"
    table.write_text("类型,编号,名称,席位\n终端,T-02,二号小屋,\n人员,zhang,张敏,D-02\n", "utf-8")
    command = ["enrol", "list", str(table), "--url", "wss://hall.example:8787/hall", "-o", str(out)]
    assert main(command) == 0
    assert "终端 1 台、人员 1 名" in capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == ["T-02.json", "zhang.json"]
    assert main(command) == 1
    said = capsys.readouterr().err
    assert "第 2 行「编号」“T-02”：已经登记过" in said
    assert "第 3 行「编号」“zhang”：已经登记过" in said


def test_an_enrolled_id_is_replaced_only_when_asked(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for options, code in (([], 0), ([], 1), (["--replace"], 0)):
        assert main(["enrol", "reviewer", "shen", "--name", "沈明", "--generate", *options]) == code
    assert "shen 已经登记过" in capsys.readouterr().err
    terminal = ["enrol", "terminal", "T-02", "--name", "x", "--url", "ws://x/hall", "-o", str(data / "T-02.json")]
    for options, code in (([], 0), ([], 1), (["--replace"], 0)):
        assert main([*terminal, *options]) == code


@pytest.mark.parametrize(
    ("arguments", "usage"),
    [
        (["server", "-h"], "./hall server"),
        (["enrol", "terminal", "-h"], "./hall server enrol terminal"),
        (["revoke", "-h"], "./hall server revoke"),
        (["journal", "export", "-h"], "./hall journal export"),
        (["items", "import", "-h"], "./hall items import"),
    ],
)
def test_the_usage_says_what_is_typed(arguments: list[str], usage: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(arguments)
    assert f"usage: {usage} [-h]" in capsys.readouterr().out


def test_a_terminal_needs_a_hall_that_has_a_seal(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "trust-root.pem").unlink()
    assert main(["enrol", "terminal", "T-02", "--name", "x", "--url", "ws://x/hall", "-o", "x.json"]) == 1
    assert "先运行一次服务器" in capsys.readouterr().err


def test_a_reviewer_gets_a_password_that_is_shown_once(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enrol", "reviewer", "shen", "--name", "沈明", "--skills", "market,health", "--generate"]) == 0
    assert "密码" in capsys.readouterr().out
    with contextlib.closing(Store(data)) as store:
        reviewer = Register(store).reviewer("shen").result()
    assert reviewer is not None
    assert reviewer.skills == ("health", "market")
    assert reviewer.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(("typed", "code"), [("short", 1), ("long enough", 0)])
def test_a_typed_password_has_a_least_length(
    data: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: typed)
    assert main(["enrol", "reviewer", "shen", "--name", "沈明"]) == code


def test_unknown_skills_and_names_are_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enrol", "reviewer", "shen", "--name", "沈明", "--skills", "juggling"]) == 1
    assert capsys.readouterr().err.startswith("没有业务类别 juggling")
    assert main(["revoke", "T-99"]) == 1
    assert "T-99" in capsys.readouterr().err


def test_a_journal_is_exported_and_a_changed_one_found(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.closing(Store(data)) as store:
        for page in range(3):
            entry = Entry(datetime.now(UTC), "shen", "c-1", PageShown("c-1", "0" * 64, page))
            store.commit([Record(entry, (), True)]).result()
    path = tmp_path / "journal.jsonl"
    assert main(["journal", "export", str(path)]) == 0
    head = capsys.readouterr().out.split("哈希 ")[1].split()[0]
    assert main(["journal", "verify", str(path)]) == 0
    assert head in capsys.readouterr().out
    path.write_text(path.read_text().replace('\\"page\\":1', '\\"page\\":2'))
    assert main(["journal", "verify", str(path)]) == 1
    assert "条目 2 的内容与其哈希不符 (journal entry 2: content" in capsys.readouterr().err


def test_the_catalogue_is_checked_imported_and_listed(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = tmp_path / "tables"
    assert main(["items", "export", str(tables)]) == 0
    assert main(["items", "check", str(tables)]) == 0
    (tables / "departments.csv").write_text("名称,受理机关\n", "utf-8")
    assert main(["items", "import", str(tables)]) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("事项目录有 717 处错误")
    assert "items.csv 第 2 行「部门」“生态环境局”：没有这个部门" in complaint
    (tables / "departments.csv").unlink()  # the package's serve again
    assert main(["items", "import", str(tables)]) == 0
    assert (data / "catalogue.json").is_file()
    assert main(["items", "list", "排污许可证", "补办"]) == 0
    assert "ENV-004" in capsys.readouterr().out
    assert main(["items", "show", "ENV-001"]) == 0
    assert "排污许可证核发" in capsys.readouterr().out
    assert main(["items", "show", "ENV-999"]) == 1


@pytest.mark.parametrize("arguments", [["--port", "many"], ["server", "--ring-s", "-1"], ["journal", "verify", "/no"]])
def test_what_is_wrong_is_a_sentence(data: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 1
    complaint = capsys.readouterr().err
    assert re.match("设置 port 的值不对|设置 ring_s 的值不对|无法读写 /no ", complaint)
    assert "Traceback" not in complaint

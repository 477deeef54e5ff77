"""Notifications: each sentence, each id once even after a kill, patience with a gateway, no number in a log."""

import logging
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from signaling.hall.commands import Notify
from signaling.hall.events import Notified
from signaling.hall.notifying import FIELDS
from signaling.server.errors import GatewayRefused
from signaling.server.notify import MOST_CHARACTERS, TEXTS, FileGateway, Notifier, compose

SAMPLES = {
    "ticket": "A012",
    "item": "建设项目环境影响评价文件审批（新建）",
    "minutes": "15",
    "until": "11-23 09:15",
    "start": "11-24 10:00",
    "notice_kind": "correction",
    "number": "京通政务补〔2026〕000123号",
    "code": "482913",
    "terminal": "自助终端 01",
    "cell": "7",
    "pages": "12",
    "way": "hall",
    "place": "政务服务大厅",
    "answer": "已更正，谢谢",
    "clock": "correct",
    "due": "2026-12-01",
}
ORDER = Notify("n-1", "c-1", "13800138000", "missed", {"ticket": "A012", "item": "税务登记", "until": "11-23 09:15"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sms" / "outbox.jsonl"


@pytest.fixture
def gateway(path: Path) -> Iterator[FileGateway]:
    with closing(FileGateway(path)) as made:
        yield made


def lines(path: Path) -> list[dict[str, str]]:
    return [msgspec.json.decode(line, type=dict[str, str]) for line in path.read_bytes().splitlines()]


# --- the sentences ---


def test_there_is_a_sentence_for_each_kind_of_the_hall() -> None:
    assert TEXTS.keys() == FIELDS.keys()


@pytest.mark.parametrize("kind", FIELDS)
def test_each_sentence_is_short_and_says_what_it_was_given(kind: str) -> None:
    fields = {name: SAMPLES[name] for name in ("ticket", "item", *FIELDS[kind])}  # type: ignore[index]
    text = compose(kind, fields, "政务服务大厅")
    assert text.startswith("【政务服务大厅】")
    assert len(text) <= MOST_CHARACTERS
    assert "{" not in text
    assert "建设" in text or "{item}" not in TEXTS[kind]
    said = fields.keys() - {"ticket", "item", "notice_kind", "way", "clock"}
    assert all(fields[name] in text for name in said)


def test_protocol_words_are_translated() -> None:
    base = {"ticket": "A012", "item": "税务登记"}
    assert "补正告知书" in compose("notice", base | {"notice_kind": "correction", "number": "1号"}, "大厅")
    assert "补正期限为" in compose("lapse_warning", base | {"clock": "correct", "due": "2026-12-01"}, "大厅")
    courier, counter = (
        {"way": "courier", "place": "SF123", "code": ""},
        {"way": "centre", "place": "x", "code": "482913"},
    )
    assert "已交快递，单号SF123" in compose("result_ready", base | courier, "大厅")
    assert "凭取件码482913到所选分中心" in compose("result_ready", base | counter, "大厅")


def test_a_long_item_name_is_shortened_and_rare_characters_stay_whole() -> None:
    text = compose("accepted_async", {"ticket": "A012", "item": "𠮷" * 200}, "大厅")
    assert len(text) == MOST_CHARACTERS
    assert "𠮷…" in text


@pytest.mark.parametrize(
    ("kind", "fields"),
    [("unknown", {"ticket": "A", "item": "x"}), ("missed", {"ticket": "A", "item": "x"}), ("missed", {})],
)
def test_what_cannot_be_said_is_an_error(kind: str, fields: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        compose(kind, fields, "大厅")


# --- the gateway ---


def test_a_message_is_one_line_that_only_the_owner_can_read(gateway: FileGateway, path: Path) -> None:
    gateway.deliver("n-1", "13800138000", "您好\n𠮷")
    gateway.deliver("n-1", "13800138000", "您好\n𠮷")
    gateway.deliver("n-2", "010-12345678", "再见")
    assert lines(path) == [
        {"id": "n-1", "phone": "13800138000", "text": "您好\n𠮷"},
        {"id": "n-2", "phone": "010-12345678", "text": "再见"},
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("phone", ["", "123", "call me", "138001380001380013800", "１３８００１３８０００"])
def test_what_is_no_number_is_refused_for_good(gateway: FileGateway, path: Path, phone: str) -> None:
    with pytest.raises(GatewayRefused):
        gateway.deliver("n-1", phone, "您好")
    assert lines(path) == []


def test_a_line_that_a_crash_cut_short_is_sent_again(path: Path) -> None:
    with closing(FileGateway(path)) as gateway:
        gateway.deliver("n-1", "13800138000", "您好")
    with path.open("ab") as torn:
        torn.write(b'{"id": "n-2", "pho')
    with closing(FileGateway(path)) as gateway:
        gateway.deliver("n-1", "13800138000", "您好")
        gateway.deliver("n-2", "13800138000", "再见")
    assert [line["id"] for line in lines(path)] == ["n-1", "n-2"]


@pytest.mark.slow
def test_a_kill_between_writing_and_answering_sends_nothing_twice(path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from signaling.server.notify import FileGateway\n"
        "gateway = FileGateway(Path(sys.argv[1]))\n"
        "for number in range(100): gateway.deliver(f'n-{number}', '13800138000', '您好')\n"
        "print('written', flush=True); time.sleep(60)\n"
    )
    for _ in range(2):
        with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"written\n"
            child.send_signal(signal.SIGKILL)
    assert [line["id"] for line in lines(path)] == [f"n-{number}" for number in range(100)]


# --- sending ---


class Away:
    """A gateway that is away for the first ``failures`` tries."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.taken: list[tuple[str, str]] = []

    def deliver(self, notification_id: str, phone: str, text: str) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionRefusedError("gateway closed")
        self.taken.append((notification_id, text))


async def test_a_gateway_that_is_away_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    away = Away(3)
    with caplog.at_level(logging.INFO), closing(Notifier(away, "大厅", pauses_s=(0.01, 0.02))) as notifier:
        assert await notifier.send(ORDER) == Notified("n-1", True)
    assert away.taken == [("n-1", "【大厅】A012号已过号，11-23 09:15前可在任一自助终端补号，原排队时间保留。")]
    assert caplog.text.count("gateway away") == 3
    assert "13800138000" not in caplog.text
    assert "税务登记" not in caplog.text


async def test_a_refusal_and_a_missing_text_are_answered(gateway: FileGateway, path: Path) -> None:
    with closing(Notifier(gateway, "大厅")) as notifier:
        refused = await notifier.send(msgspec.structs.replace(ORDER, phone="none"))
        unknown = await notifier.send(msgspec.structs.replace(ORDER, kind="greeting"))
        again = [await notifier.send(ORDER) for _ in range(2)]
    assert (refused.is_sent, unknown.is_sent) == (False, False)
    assert again == [Notified("n-1", True)] * 2
    assert len(lines(path)) == 1


def test_a_full_disk_leaves_no_half_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(FileGateway(path)) as gateway:
        gateway.deliver("n-1", "13800138000", "您好")
        with monkeypatch.context() as broken:
            whole = os.write
            broken.setattr(os, "write", lambda file, line: whole(file, line[:10]))
            with pytest.raises(OSError, match="did not fit"):
                gateway.deliver("n-2", "13800138000", "再见")
        gateway.deliver("n-2", "13800138000", "再见")
    assert [line["id"] for line in lines(path)] == ["n-1", "n-2"]

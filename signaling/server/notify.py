"""Notifications to applicants (短信): the sentences, and the gateway that takes them. Phone numbers stay in here.

The hall orders (``Notify``) and orders again after a restart, until the answer ``Notified`` is recorded; the gateway
keeps one message for each id, so nobody is told twice. The gateway here is a file that stands for the real one.
"""

import asyncio
import json
import logging
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import msgspec

from signaling.hall.commands import Notify
from signaling.hall.events import Notified
from signaling.server.errors import GatewayRefused

logger = logging.getLogger(__name__)

MOST_CHARACTERS = 70
"""One short message in Chinese (UCS-2: 3GPP TS 23.038). A long item name is shortened to fit."""

TEXTS: dict[str, str] = {
    "summons": "{ticket}号，轮到您办理“{item}”，请在{minutes}分钟内凭取号凭条到任一自助终端。",
    "missed": "{ticket}号已过号，{until}前可在任一自助终端补号，原排队时间保留。",
    "appointment": "{ticket}号已预约{start}办理“{item}”，届时请到任一自助终端。",
    "appointment_reminder": "{ticket}号，您预约的{start}快到了，请到任一自助终端办理“{item}”。",
    "callback": "{ticket}号，审核人员请您就“{item}”视频沟通，请在{minutes}分钟内到任一自助终端。",
    "notice": "您办理的“{item}”有新文书：{notice_kind}，文号{number}，请凭取号凭条在自助终端领取。",
    "accepted_async": "{ticket}号“{item}”的材料已留下审核，您不必等候，有结果会再通知。",
    "advised": "{ticket}号“{item}”的预审意见已出，请凭取号凭条在自助终端查看，并正式提交。",
    "deposit_code": "存件码{code}，请于{until}前在{terminal}存入{cell}号格，用于“{item}”。",
    "deposit_collected": "{ticket}号，您存放的原件已由工作人员取走，申报{pages}页，用于“{item}”。",
    "result_ready": "“{item}”的结果已办好，{way}。",
    "result_code": "取件码{code}，请于{until}前在{terminal}打开{cell}号格，领取“{item}”的结果。",
    "follow_up": "对您就“{item}”所提意见的答复：{answer}",
    "lapse_warning": "“{item}”的{clock}期限为{due}，逾期可能终止办理，请尽快到自助终端补交。",
}
"""What each kind says; the fields are those of ``hall/notifying.py``."""

_WORDS: dict[str, dict[str, str]] = {
    "notice_kind": {
        "acceptance": "受理通知书",
        "correction": "补正告知书",
        "not_accepted": "不予受理通知书",
        "gap_acceptance": "容缺受理通知书",
        "special_procedure": "特别程序告知书",
        "extension": "延期告知书",
        "grant": "准予许可决定书",
        "refusal": "不予许可决定书",
        "closing": "办结通知书",
        "termination": "终止办理通知书",
        "voiding": "作废通知书",
    },
    "way": {
        "hall": "请凭取件码{code}到{place}窗口领取",
        "centre": "请凭取件码{code}到所选分中心窗口领取",
        "courier": "已交快递，单号{place}",
    },
    "clock": {"correct": "补正", "gap": "容缺材料补交"},
}
_MOST_ANSWER = 200
_PAUSES_S = (1.0, 5.0, 30.0, 60.0)
# what the numbers of Chinese mobile and fixed lines look like; the terminal has asked for one of them
_PHONE = re.compile(r"\+?[0-9][0-9-]{4,19}")


class Gateway(Protocol):
    """Takes messages. The same ``notification_id`` again is the same message and is not sent twice. Blocks."""

    def deliver(self, notification_id: str, phone: str, text: str) -> None:
        """Raises GatewayRefused for good, OSError when it may work later."""
        ...


class FileGateway:
    """Stands for the SMS gateway: one JSON object a line in ``path`` (readable by its owner only), each id once."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._sent = self._read()

    def deliver(self, notification_id: str, phone: str, text: str) -> None:
        """Durable when this returns."""
        if not _PHONE.fullmatch(phone):
            raise GatewayRefused("no phone number")
        if notification_id in self._sent:
            return
        line = json.dumps({"id": notification_id, "phone": phone, "text": text}, ensure_ascii=False).encode() + b"\n"
        start = os.fstat(self._file).st_size
        try:
            if os.write(self._file, line) < len(line):
                raise OSError("the line did not fit")
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, start)
            raise
        self._sent.add(notification_id)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _read(self) -> set[str]:
        """The ids that are here; a last line that a crash cut short was never acknowledged and goes."""
        whole = 0
        sent: set[str] = set()
        with self._path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                sent.add(str(msgspec.json.decode(line)["id"]))
        os.ftruncate(self._file, whole)
        return sent


class Notifier:
    """Sends what the hall orders, one after the other; what does not get through is tried again, ever more slowly.

    ``signature`` stands before each message, as gateways demand.
    """

    def __init__(self, gateway: Gateway, signature: str, pauses_s: Sequence[float] = _PAUSES_S) -> None:
        self._gateway = gateway
        self._signature = signature
        self._pauses_s = pauses_s
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="sms")

    async def send(self, order: Notify) -> Notified:
        """The gateway's answer, waited for as long as it takes."""
        notification_id = order.notification_id
        try:
            text = compose(order.kind, order.fields, self._signature)
        except KeyError as problem:
            logger.error("notification %s: %s cannot be written, %s is missing", notification_id, order.kind, problem)
            return Notified(notification_id, False, f"no text for {order.kind}")
        attempt = 0
        while True:
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(self._worker, self._gateway.deliver, notification_id, order.phone, text)
            except GatewayRefused as problem:
                logger.warning("notification %s of case %s: refused, %s", notification_id, order.case_id, problem)
                return Notified(notification_id, False, str(problem))
            except OSError as problem:
                pause_s = self._pauses_s[min(attempt, len(self._pauses_s) - 1)]
                attempt += 1
                logger.warning("notification %s: gateway away (%s), again in %s s", notification_id, problem, pause_s)
                await asyncio.sleep(pause_s)
            else:
                logger.info("notification %s of case %s: sent, %s", notification_id, order.case_id, order.kind)
                return Notified(notification_id, True)

    def close(self) -> None:
        """Stop the worker."""
        self._worker.shutdown(cancel_futures=True)


def compose(kind: str, fields: Mapping[str, str], signature: str) -> str:
    """The text of a message. Raises KeyError for a kind or field it does not know."""
    said = dict(fields)
    for name, words in _WORDS.items():
        if name in said:
            said[name] = words[said[name]].format(**fields)
    if "answer" in said:
        said["answer"] = _shortened(said["answer"], _MOST_ANSWER)
    head = f"【{signature}】"
    without_item = head + TEXTS[kind].format(**{**said, "item": ""})
    return head + TEXTS[kind].format(**{**said, "item": _shortened(said["item"], MOST_CHARACTERS - len(without_item))})


def _shortened(text: str, most: int) -> str:
    most = max(most, 8)  # fewer would not tell which item it is
    return text if len(text) <= most else text[: most - 1] + "…"

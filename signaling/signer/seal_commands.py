"""``hall seal``: the keeper's acts on the register of seals, beside a running signing process or without one.

They write to the signing folder itself, never through the server: whoever took over the hall's server is no keeper.
A running process sees them at its next use. Each gives the lines to print.
"""

import contextlib
import getpass
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

import msgspec

import esign
from esign.keys import Algorithm
from signaling.protocol.values import OFFICIAL_TIME, NoticeKind
from signaling.signer.cabinet import Cabinet, registration
from signaling.signer.custody import SealState
from signaling.signer.entries import (
    EVERYBODY,
    GrantGiven,
    GrantWithdrawn,
    HeadStamped,
    JournalAccepted,
    SealResumed,
    SealRevoked,
    SealSuspended,
)
from signaling.signer.errors import SignerError
from signaling.signer.hall_journal import HallJournal
from signaling.signer.installing import enter_test_seal
from signaling.signer.log_stamps import check_stamp
from signaling.signer.store import SigningStore

Act = Literal["suspend", "resume", "revoke"]

_STATUS = {"active": "启用 active", "suspended": "停用 suspended", "revoked": "作废 revoked"}
_ACTS: dict[Act, type[SealSuspended | SealResumed | SealRevoked]] = {
    "suspend": SealSuspended,
    "resume": SealResumed,
    "revoke": SealRevoked,
}
_DONE: dict[Act, str] = {
    "suspend": "已停用，下一次用印即被拒绝 (suspended; the next use is refused)",
    "resume": "已恢复使用 (in use again)",
    "revoke": "已作废，不可恢复 (revoked for good)",
}


class Desk:
    """The keeper's place at one signing folder. ``keeper`` stands in the log for whoever is at the console."""

    def __init__(self, folder: Path, store: SigningStore, keeper: str, now: datetime) -> None:
        self.folder = folder
        self.store = store
        self.cabinet = Cabinet(folder)
        self.keeper = keeper
        self.now = now

    def seal(self, seal_id: str) -> SealState:
        """The seal of this id; ``-`` is the only one. Raises SignerError."""
        custody = self.store.custody()[1]
        if seal_id == "-" and len(custody.seals) == 1:
            return next(iter(custody.seals.values()))
        if seal_id == "-":
            raise SignerError(f"请写明印章编号：{', '.join(custody.seals)} (name one of these seals)")
        return custody.seal(seal_id)


@contextlib.contextmanager
def desk_at(folder: Path) -> Iterator[Desk]:
    """Open a signing folder that is there. Raises SignerError."""
    if not (folder / "signing.db").is_file():
        raise SignerError(f"{folder} 中还没有印章，请先启动一次服务器 (no seals here yet: start the server once first)")
    with contextlib.closing(SigningStore(folder)) as store:
        yield Desk(folder, store, getpass.getuser(), datetime.now(OFFICIAL_TIME))


def listed(desk: Desk) -> Iterator[str]:
    """The register, a line a seal."""
    for seal_id, state in desk.store.custody()[1].seals.items():
        one = state.registered
        test = "，测试 test" if one.is_test else ""
        yield f"{seal_id}  {one.authority} {one.stamp}  {_STATUS[state.status]}{test}  至 {_local(one.until):%Y-%m-%d}"


def shown(desk: Desk, seal_id: str) -> Iterator[str]:
    """One seal with its grants."""
    state = desk.seal(seal_id)
    one = state.registered
    key = desk.cabinet.seal(one.seal_id).key
    yield f"印章 seal           {one.seal_id}"
    yield f"单位 authority      {one.authority}"
    yield f"印文 stamp          {one.stamp}"
    yield f"状态 status         {_STATUS[state.status]}{'：' + state.reason if state.reason else ''}"
    yield f"有效期 period       {_local(one.since):%Y-%m-%d} – {_local(one.until):%Y-%m-%d}"
    yield f"用于 kinds          {', '.join(one.kinds) or '全部文书 every kind'}"
    yield f"所需人数 persons    {one.persons_needed}"
    yield f"算法 algorithm      {key.algorithm}"
    yield f"证书 serial         {one.serial}"
    yield f"证书 SHA-256        {one.certificate}"
    for grant in state.grants:
        person = "全体登记人员 everybody enrolled" if grant.person == EVERYBODY else grant.person
        kinds = ", ".join(grant.kinds) or "全部文书 every kind"
        period = f"{_local(grant.since):%Y-%m-%d %H:%M} – {_local(grant.until):%Y-%m-%d %H:%M}"
        yield f"授权 grant          {person}：{kinds}，{period}，由 by {grant.given_by}"
    if not state.grants:
        yield "授权 grant          无，任何人不能用印 (none: nobody can use it)"


def new_test(desk: Desk, stamp: str, algorithm: Algorithm) -> Iterator[str]:
    """Issue a further test seal by the hall's test authority, with its standing grant."""
    tests = [state.registered for state in desk.store.custody()[1].seals.values() if state.registered.is_test]
    issuers = [one for one in tests if (desk.cabinet.folder_of(one.seal_id) / "issuing.key").is_file()]
    if not issuers:
        raise SignerError("这里没有测试签发机构 (there is no test authority here)")
    authority, organisation = desk.cabinet.folder_of(issuers[0].seal_id), issuers[0].authority
    seal = desk.cabinet.add(
        lambda folder: esign.issue_seal(authority, folder, organisation, stamp, desk.now, algorithm=algorithm)
    )
    enter_test_seal(desk.store, seal, desk.keeper, desk.now, registration(seal))
    yield f"测试印章 {seal.seal_id} 已制作并登记：{organisation} {stamp} (test seal made and registered)"


def granted(
    desk: Desk, seal_id: str, person: str, kinds: tuple[NoticeKind, ...], since: date | None, until: date | None
) -> Iterator[str]:
    """Give a person the right to use a seal, from now or the first day to the end of the last (default: a year)."""
    one = desk.seal(seal_id).registered
    begins = desk.now if since is None else datetime.combine(since, time(), OFFICIAL_TIME)
    last = until or (begins + timedelta(days=365)).date()
    ends = datetime.combine(last, time(), OFFICIAL_TIME) + timedelta(days=1)
    desk.store.append(GrantGiven(one.seal_id, person, kinds, begins, ends, desk.keeper), desk.keeper, desk.now)
    yield f"{person} 可使用印章 {one.seal_id}，至 {last} (granted until the end of this day)"


def withdrawn(desk: Desk, seal_id: str, person: str, reason: str) -> Iterator[str]:
    """Take every grant of a person away."""
    one = desk.seal(seal_id).registered
    desk.store.append(GrantWithdrawn(one.seal_id, person, reason), desk.keeper, desk.now)
    yield f"{person} 对印章 {one.seal_id} 的授权已收回 (grant withdrawn)"


def changed(desk: Desk, act: Act, seal_id: str, reason: str) -> Iterator[str]:
    """Suspend, resume or revoke a seal."""
    one = desk.seal(seal_id).registered
    desk.store.append(_ACTS[act](one.seal_id, reason), desk.keeper, desk.now)
    yield f"印章 {one.seal_id} {_DONE[act]}"


def log_lines(desk: Desk, case_id: str) -> Iterator[str]:
    """The log of custody and use, oldest first; of one case when it is named."""
    for one in desk.store.log():
        if case_id in ("", one.case_id):
            said = "  ".join(_words(one.entry))
            yield f"{one.seq:>6}  {_local(one.time):%Y-%m-%d %H:%M:%S}  {one.actor}  {type(one.entry).__name__}  {said}"


def exported(desk: Desk, folder: Path) -> Iterator[str]:
    """Write the whole log as JSON lines, and each timestamped head beside it for ``openssl ts -verify``."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(desk.store.log_rows())
    (folder / "log.jsonl").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    tokens = [one.entry for one in desk.store.log() if isinstance(one.entry, HeadStamped)]
    for entry in tokens:
        (folder / f"head-{entry.seq:08d}-{entry.head}.tst").write_bytes(entry.token)
    count, head = desk.store.check_log()
    yield f"{count} 条记录，{len(tokens)} 个时间戳，末条哈希 {head} (entries, timestamps, head hash)"


def checked(desk: Desk) -> Iterator[str]:
    """Check the chain of the log, and each timestamp of a head. Raises ChainBroken, SignerError."""
    count, head = desk.store.check_log()
    yield f"用印记录完好：{count} 条，末条哈希 {head} (the log is intact: entries, head hash)"
    heads = {row.seq: row.hash for row in desk.store.log_rows()}
    seals = desk.store.custody()[1].seals
    chains = [desk.cabinet.seal(seal_id).timestamper.chain for seal_id in seals]
    stamped = [one.entry for one in desk.store.log() if isinstance(one.entry, HeadStamped)]
    for entry in stamped:
        if heads.get(entry.seq) != entry.head:
            raise SignerError(f"时间戳与第 {entry.seq} 条记录不符 (it is about another entry)")
        check_stamp(entry, chains)
    last = desk.store.last_stamp()
    if last is not None:
        newest = f"{_local(last[0]):%Y-%m-%d %H:%M}，至第 {last[1].seq} 条 (the newest, up to this entry)"
        yield f"时间戳 timestamps {len(stamped)} 个，最近一个 {newest}"


def accepted(desk: Desk, journal: HallJournal, reason: str) -> Iterator[str]:
    """Vouch for the hall's journal as it is now (restored from a backup). Raises JournalRefused if it is not whole."""
    head = journal.head()
    entry = JournalAccepted(head.seq, head.hash, reason)
    desk.store.accept_journal(entry, head, desk.keeper, desk.now)
    yield f"已认可大厅日志，至第 {head.seq} 条 (the journal is accepted up to here)"


def _local(moment: datetime) -> datetime:
    """Official time, whatever zone a certificate or an entry speaks in."""
    return moment.astimezone(OFFICIAL_TIME)


def _words(entry: object) -> Iterator[str]:
    for name in ("seal_id", "person", "persons", "number", "notice_id", "code", "level", "reason"):
        if value := getattr(entry, name, None):
            yield ",".join(value) if isinstance(value, tuple) else str(value)

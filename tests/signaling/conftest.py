"""A hall's journal with real cases in it, and a signing process's parts in temporary folders, keys made once."""

import contextlib
import dataclasses
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

import esign
from signaling.hall.commands import Record
from signaling.hall.facts import (
    CaseSubmitted,
    Decided,
    Entry,
    Fact,
    NoticeOrdered,
    NoticeStored,
    PageShown,
    ReviewOpened,
    ReviewReturned,
)
from signaling.hall.orders import NoticeOrder
from signaling.protocol.values import OFFICIAL_TIME, Applicant, Material
from signaling.server.catalogue import read_catalogue
from signaling.server.register import EnrolledReviewer, Register
from signaling.server.store import Store
from signaling.signer.cabinet import Cabinet
from signaling.signer.entries import LogEntry
from signaling.signer.hall_journal import HallJournal
from signaling.signer.installing import install
from signaling.signer.notary import Notary
from signaling.signer.notice_facts import Office
from signaling.signer.requests import Seal
from signaling.signer.store import SigningStore

LoggedKind = TypeVar("LoggedKind")

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)
OFFICE = Office(
    authority="北京市通州区政务服务管理局",
    place="北京城市副中心政务服务中心",
    office_phone="010-12345",
    complaint_phone="010-12345",
    query_way="凭受理编号在任一自助终端查询",
    check_address="https://hall.example/N",
)
ITEM = read_catalogue(None)[0]
APPLICANT = Applicant("person", "龚䶮", "resident_id", "11010519491231002X", "13800000000")


class Hall:
    """A hall's data folder whose journal is written as the server writes it, entry by entry."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder)
        for name in ("shen", "zhou"):
            Register(self.store).put_reviewer(EnrolledReviewer(name, name, "", ("market",))).result()

    def record(self, *entries: tuple[str, Fact]) -> None:
        """Each with its actor; they happen together, at noon."""
        made = [Entry(NOON, actor, getattr(fact, "case_id", None), fact) for actor, fact in entries]
        self.store.commit([Record(entry, is_open=True if entry.case_id else None) for entry in made]).result()

    def submit(self, number: int) -> str:
        """A case is handed in, every material of it; its id."""
        case_id = f"20261120-{number:05d}"
        fact = CaseSubmitted(
            case_id=case_id,
            ticket_number=f"A{number:03d}",
            request_id=f"submit-{number}",
            item=ITEM,
            applicant=APPLICANT,
            materials=self._materials(number),
            consents_to_video=True,
            terminal_id=f"T-{number:02d}",
            terminal_name="自助终端 01",
        )
        self.record((fact.terminal_id, fact))
        return case_id

    def accept(self, number: int, reviewer: str = "shen", preview: str = "") -> Seal:
        """The case of this number is accepted by a reviewer; the request to seal its notice."""
        case_id = f"20261120-{number:05d}"
        order = self.order(number, preview)
        looks: Sequence[tuple[str, Fact]] = [
            (reviewer, PageShown(case_id, material.digest, 0)) for material in order.materials
        ]
        opened = ReviewOpened(case_id, f"open-{number}", reviewer, reviewer, "desk-1")
        self.record((reviewer, opened), *looks, (reviewer, decided(order, reviewer, "accept")))
        return self.ask(order, reviewer)

    def grant(self, number: int, reviewer: str) -> Seal:
        """An accepted case, whose notice is sealed, is granted by a reviewer; the request to seal."""
        before = self.order(number)
        case_id = before.case_id
        order = msgspec.structs.replace(
            before,
            notice_id=f"g-{number}",
            kind="grant",
            number=f"京通政务准〔2026〕{number:06d}号",
            reviewer_name=reviewer,
            accepted_on=NOON.date(),
            acceptance="full",
            query_code="",
        )
        self.record(
            ("hall", NoticeStored(case_id, before.notice_id, "0" * 64, NOON)),
            ("shen", ReviewReturned(case_id, f"return-{number}")),
            (reviewer, ReviewOpened(case_id, f"again-{number}", reviewer, reviewer, "desk-2")),
            (reviewer, decided(order, reviewer, "grant")),
        )
        return self.ask(order, reviewer)

    def ask(self, order: NoticeOrder, actor: str) -> Seal:
        """Write the order down; the request to seal it."""
        self.record((actor, NoticeOrdered(order.case_id, order.notice_id, order)))
        seq, own = self.head()
        return Seal(order.notice_id, order.case_id, seq, own)

    def head(self) -> tuple[int, str]:
        """Number and hash of the newest entry."""
        query = "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
        seq, own = self.store.do(lambda connection: connection.execute(query).fetchone()).result()
        return int(seq), str(own)

    def order(self, number: int, preview: str = "") -> NoticeOrder:
        """The acceptance notice of a case as the hall orders it."""
        return NoticeOrder(
            notice_id=f"n-{number}",
            kind="acceptance",
            number=f"京通政务受〔2026〕{number:06d}号",
            case_id=f"20261120-{number:05d}",
            ticket_number=f"A{number:03d}",
            item=ITEM,
            applicant=APPLICANT,
            materials=self._materials(number),
            corrections=(),
            received_at=NOON,
            decided_at=NOON,
            reviewer_name="shen",
            terminal_name="自助终端 01",
            promised_due=date(2026, 12, 4),
            statutory_due=date(2026, 12, 18),
            is_due_provisional=False,
            accepted_on=NOON.date(),
            acceptance="full",
            query_code=f"7K3M9QXT{number:04d}",
            preview=preview,
        )

    def rewrite(self, statement: str, *values: object) -> None:
        """What an intruder with the database does."""
        self.store.do(lambda connection: connection.execute(statement, values)).result()

    @staticmethod
    def _materials(number: int) -> tuple[Material, ...]:
        return tuple(
            Material(slot.code, f"{number:060d}{place:04d}", "a.pdf", "application/pdf", 9, 1, "camera")
            for place, slot in enumerate(ITEM.slots)
        )


def decided(order: NoticeOrder, reviewer: str, outcome: str) -> Decided:
    """The decision that this order tells."""
    return Decided(
        case_id=order.case_id,
        request_id=f"decide-{order.notice_id}",
        reviewer_id=reviewer,
        reviewer_name=order.reviewer_name,
        notice_id=order.notice_id,
        notice_kind=order.kind,
        notice_number=order.number,
        corrections=(),
        outcome=outcome,  # type: ignore[arg-type]
        query_code=order.query_code,
        preview=order.preview,
    )


class CountingKey:
    """A seal's key that counts what it signs."""

    def __init__(self, key: esign.SealKey) -> None:
        self._key = key
        self.uses = 0
        self.algorithm, self.certificate = key.algorithm, key.certificate

    def sign(self, data: bytes) -> bytes:
        self.uses += 1
        return self._key.sign(data)


class Outage:
    """A time authority and revocation lists that can be away."""

    def __init__(self, seal: esign.Seal) -> None:
        self._seal = seal
        self.time_is_away = self.lists_are_away = False
        self.is_revoked = False
        self.chain = seal.timestamper.chain

    def timestamp(self, digest: bytes) -> bytes:
        if self.time_is_away:
            raise esign.TimestampUnavailable("away")
        return self._seal.timestamper.timestamp(digest)

    def data_for(self, *chains: tuple[bytes, ...]) -> esign.RevocationData:
        if self.is_revoked:
            raise esign.CertificateRevoked("revoked")
        if self.lists_are_away:
            raise esign.RevocationUnavailable("away")
        return self._seal.revocation.data_for(*chains)


class WatchedCabinet(Cabinet):
    """Gives the real seals, with their key counted and their authorities on a switch."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.keys: dict[str, CountingKey] = {}
        self.outages: dict[str, Outage] = {}

    def seal(self, seal_id: str) -> esign.Seal:
        seal = super().seal(seal_id)
        key = self.keys.setdefault(seal_id, CountingKey(seal.key))
        outage = self.outages.setdefault(seal_id, Outage(seal))
        return dataclasses.replace(seal, key=key, timestamper=outage, revocation=outage)

    @property
    def uses(self) -> int:
        """How often any seal's key has signed."""
        return sum(key.uses for key in self.keys.values())


class Signing:
    """The parts of one signing process, opened anew by ``again`` as after a crash."""

    def __init__(self, folder: Path, hall: Hall) -> None:
        self.folder = folder
        self.hall = hall
        self.now = NOON + timedelta(minutes=1)
        self.cabinet = WatchedCabinet(folder)
        self.store = SigningStore(folder)
        self.notary = self._notary()

    def again(self) -> Notary:
        """Everything but the disk is new."""
        self.store.close()
        self.store = SigningStore(self.folder)
        self.notary = self._notary()
        return self.notary

    def _notary(self) -> Notary:
        return Notary(self.store, HallJournal(self.hall.folder), self.cabinet, OFFICE, lambda: self.now, away_s=0)

    @property
    def seal_id(self) -> str:
        """The test seal that is there from the start."""
        return next(iter(self.store.custody()[1].seals))

    def do(self, entry: LogEntry) -> None:
        """One act of the keeper."""
        self.store.append(entry, "keeper", self.now)

    def logged(self, kind: type[LoggedKind]) -> list[LoggedKind]:
        """The entries of this kind in the log."""
        return [one.entry for one in self.store.log() if isinstance(one.entry, kind)]

    @property
    def outage(self) -> Outage:
        """What the test seal's authorities do."""
        self.cabinet.seal(self.seal_id)
        return self.cabinet.outages[self.seal_id]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """A hall with a journal of its own."""
    made = Hall(tmp_path / "hall")
    with contextlib.closing(made.store):
        yield made


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signing folder with a fresh test seal, made once; copied by ``signing``."""
    folder = tmp_path_factory.mktemp("installed") / "signing"
    with contextlib.closing(SigningStore(folder)) as store:
        install(store, Cabinet(folder), folder.parent, OFFICE.authority, NOON)
    return folder


@pytest.fixture
def signing(tmp_path: Path, hall: Hall, installed: Path) -> Iterator[Signing]:
    """A signing process with a test seal, beside the hall."""
    shutil.copytree(installed, tmp_path / "signing")
    made = Signing(tmp_path / "signing", hall)
    yield made
    made.store.close()


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory, installed: Path) -> Callable[[], object]:
    """For many runs in one test: ``with fresh() as (hall, signing)``."""

    @contextlib.contextmanager
    def made() -> Iterator[tuple[Hall, Signing]]:
        folder = tmp_path_factory.mktemp("fresh")
        shutil.copytree(installed, folder / "signing")
        hall = Hall(folder / "hall")
        signing = Signing(folder / "signing", hall)
        with contextlib.closing(hall.store), contextlib.closing(signing.store):
            yield hall, signing

    return made


@pytest.fixture
def root(signing: Signing) -> bytes:
    """The test seal's root, PEM."""
    return signing.cabinet.seal(signing.seal_id).root_pem


@pytest.fixture
def verified(root: bytes) -> object:
    """Judge a sealed file by the verifier: ``verified(pdf)`` gives the verdict and the level."""

    def judge(pdf: bytes) -> tuple[str, str | None]:
        report = esign.verify_notice(pdf, [root])
        return report.verdict, report.level

    return judge

"""An applicant to play with: a session whose effects are kept, and what the hall would answer."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import msgspec
import pytest

import esign
from annotate.codec import encode_operation
from annotate.marks import InkPoint, MarkStyle, Stroke
from annotate.operations import AddMark
from esign import make_test_authority
from esign.report import Finding, Report
from signaling.protocol.acts import (
    AskSlots,
    CellClosed,
    CellOpened,
    ClaimCase,
    ConvertTicket,
    DepositPapers,
    Evaluate,
    LeaveTerminal,
    OpenCell,
    RejoinLine,
    ReportTrouble,
    SlotsOffered,
)
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.identity import credit_check_character
from signaling.protocol.messages import (
    CallEnded,
    CallStarted,
    CaseChanged,
    Catalogue,
    Done,
    EndCall,
    Error,
    MarkNumbered,
    NoticePrinted,
    NoticeReady,
    ShowPage,
    SubmitCase,
    SubmitCorrection,
    TicketChanged,
    TicketIssued,
)
from signaling.protocol.values import (
    AppointmentSlot,
    CaseState,
    CaseView,
    Correction,
    Deposit,
    MaterialSlot,
    NoticeKind,
    NoticeView,
    Place,
    ServiceItem,
    TicketState,
)
from terminal.booth import Booth
from terminal.devices import Devices, PrintToFile
from terminal.effects import Card, Effect, Say
from terminal.session import TerminalSession
from terminal.simulated import DrawnSheetCamera, SimulatedCabinet, SimulatedReader, SimulatedScanner

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_FIRST17 = "91110112MA01A2B3C"
CARD = Card("organisation", "北京通运环保科技有限公司", _FIRST17 + credit_check_character(_FIRST17), "欧阳建国")
TOKEN = "7K2M9QX4TC"
CORRECTION = Correction("plan", 0, "图签栏缺少设计单位签章", "补盖设计单位出图专用章")


def item(code: str = "ENV-001", name: str = "排污许可证核发", category: str = "生态环境") -> ServiceItem:
    slots = (
        MaterialSlot("form", "排污许可证申请表", hint="四角完整、文字清晰"),
        MaterialSlot("plan", "生产厂区总平面图", form="图纸"),
        MaterialSlot("extra", "承诺书", is_required=False),
    )
    authority = "北京市通州区政务服务管理局"
    law = "《排污许可管理条例》"
    return ServiceItem(code, name, category, authority, "生态环境局", "env", "新办", law, 20, 10, False, "窗口", slots)


class Play:
    """The session, what it wished for, and shortcuts through its steps."""

    def __init__(self) -> None:
        self.effects: list[Effect] = []
        ids = count(1)
        self.session = TerminalSession(self.effects.append, lambda: f"id-{next(ids)}")
        self.case: CaseView

    def of(self, kind: type[T]) -> list[T]:
        """Effects of a kind, oldest first."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def said(self, kind: type[T]) -> list[T]:
        """Messages of a kind, oldest first."""
        return [effect.message for effect in self.of(Say) if isinstance(effect.message, kind)]

    def online(self, *items: ServiceItem, closed: tuple[str, ...] = ()) -> "Play":
        offered = items or (item(), item("FOOD-1", "食品经营许可", "市场准入"))
        self.session.connection_changed("online")
        self.session.receive(Catalogue("c" * 64, len(offered), closed))
        self.session.catalogue.fetched("c" * 64, offered)
        return self

    def identified(self) -> "Play":
        self.online().session.begin()
        self.session.read_card("organisation")
        self.session.card_read(CARD)
        self.session.set_phone("13800138000")
        return self

    def at_items(self) -> "Play":
        self.identified().session.confirm_identity()
        return self

    def at_items_of(self, *items: ServiceItem) -> "Play":
        """At the materials of the first of these items."""
        self.identified().session.confirm_identity()
        self.session.catalogue.fetched("e" * 64, items)
        self.session.choose_item(items[0].code)
        return self

    def at_materials(self) -> "Play":
        self.at_items().session.choose_item("ENV-001")
        return self

    def check(self, slot: str, digest: str, *, size: int = 2_000_000, pages: int = 1) -> str:
        """A paper is handed in and found good; its upload has begun."""
        tray = self.session.tray
        tray.hand_in(slot, (f"/stick/{slot}.pdf",), "usb", f"{slot}.pdf")
        paper_id = tray.papers[slot].paper_id
        tray.paper_checked(paper_id, f"/booth/{slot}.pdf", digest * 64, "application/pdf", size, pages, "")
        return paper_id

    def store(self, slot: str, digest: str) -> None:
        self.session.tray.paper_stored(self.check(slot, digest))

    def at_submit(self) -> "Play":
        self.at_materials()
        self.store("form", "a")
        self.store("plan", "b")
        self.session.to_submit()
        return self

    def waiting(self, *, consents: bool = True) -> "Play":
        self.at_submit().session.set_commitment(True)
        self.session.set_video_consent(consents)
        self.session.submit()
        return self.waiting_after_submit()

    def waiting_after_submit(self) -> "Play":
        """The hall has received the case."""
        asked = self.said(SubmitCase)[-1]
        self.case = CaseView(
            case_id="c1",
            ticket_number="A001",
            state="pre_review" if asked.is_pre_review else "received",
            ticket_state="converted" if asked.is_pre_review else "waiting",
            item=self.session.item or item(),
            applicant=asked.applicant,
            materials=asked.materials,
            submitted_at=NOW,
            terminal_id="T-01",
            terminal_name="新华东街",
            token=TOKEN,
            place=Place(ahead=2, expected_s=(300, 480)),
        )
        self.session.receive(TicketIssued(asked.request_id, self.case, 2))
        return self

    def done(self, kind: type[Any]) -> Any:
        """The hall has done the last act of this kind; the act."""
        message = self.said(kind)[-1]
        self.session.receive(Done(message.request_id))
        return message

    def ticket(self, state: TicketState, **place: Any) -> "Play":
        """The hall says where the ticket stands now."""
        self.case = msgspec.structs.replace(self.case, ticket_state=state, place=Place(**place))
        self.session.receive(TicketChanged("c1", state, self.case.place))
        return self

    def at_claim(self) -> None:
        self.online().session.begin_claim()

    def at_pickup(self) -> None:
        self.online().session.begin_pickup()

    def at_trouble(self) -> None:
        self.online().session.opinion.begin_report()

    def at_opinion(self) -> None:
        self.waiting().changed("accepted").session.done()

    def at_cabinet(self) -> None:
        slots = (*item().slots, MaterialSlot("orig", "环评批复原件", is_original_kept=True))
        self.waiting().changed("received", item=msgspec.structs.replace(item(), slots=slots))
        self.session.cabinet.begin()

    def left(self) -> "Play":
        """The applicant goes away with the place kept."""
        self.waiting().session.leave()
        self.done(LeaveTerminal)
        return self

    def changed(self, state: CaseState, **changes: Any) -> "Play":
        """The hall says that the case is now like this."""
        self.case = msgspec.structs.replace(self.case, state=state, **changes)
        self.session.receive(CaseChanged(self.case))
        return self

    def in_call(self, *, consents: bool = True) -> "Play":
        self.waiting(consents=consents)
        self.start_call()
        return self

    def start_call(self, generation: int = 1, *, is_resumed: bool = False) -> None:
        self.case = msgspec.structs.replace(self.case, state="reviewing", ticket_state="serving")
        started = CallStarted("k1", self.case, generation, False, "审核员 张敏", is_resumed=is_resumed)
        self.session.receive(started)

    def show(self, digest: str = "b", page: int = 0) -> None:
        self.session.receive(ShowPage("c1", digest * 64, page))

    def mark(self, seq: int, digest: str = "b") -> None:
        stroke = Stroke(MarkStyle(), tuple(InkPoint(10.0 + x, 20.0, 0.5) for x in range(30)))
        body = encode_operation(AddMark(f"m{seq}", 0, stroke))
        self.session.receive(MarkNumbered("c1", digest * 64, seq, f"o{seq}", "mark", f"m{seq}", body, "张敏", NOW))

    def corrections(self) -> "Play":
        return self.changed("correction_requested", corrections=(CORRECTION,))

    def accepted(self) -> "Play":
        """Accepted, and the sealed notice is announced."""
        self.changed("accepted", corrections=())
        self.session.receive(NoticeReady("c1", notice("acceptance")))
        return self

    def verified(self, path: str = "/booth/n.pdf", *, is_genuine: bool = True) -> "Play":
        self.accepted().session.delivery.checked("n-acceptance", path, report(is_genuine=is_genuine))
        return self


def notice(kind: NoticeKind) -> NoticeView:
    return NoticeView(f"n-{kind}", kind, "京通政务受〔2026〕000123号", "ready", NOW, "f" * 64, NOW)


def report(*, is_genuine: bool = True) -> Report:
    finding = Finding("bytes", "ok" if is_genuine else "error", "文件内容自盖章后没有改动")
    return Report(
        verdict="valid" if is_genuine else "invalid",
        findings=(finding,),
        signer="北京市通州区政务服务管理局",
        is_test_authority=True,
    )


@pytest.fixture
def play() -> Play:
    """At the welcome screen, not connected."""
    return Play()


@pytest.fixture
def make_report() -> Callable[..., Report]:
    """A verifier's report, genuine or not."""
    return report


@pytest.fixture
def play_time() -> datetime:
    """The moment at which everything happens."""
    return NOW


class MemoryHall:
    """A hall in memory: keeps files by digest and answers like a hall whose reviewer asks for ``rounds`` corrections.

    ``notice`` is the sealed PDF it delivers; ``refuse`` makes every upload end with this error.
    """

    def __init__(self, notice_pdf: bytes, rounds: int = 0) -> None:
        self.files = {hashlib.sha256(notice_pdf).hexdigest(): notice_pdf}
        self.notice = msgspec.structs.replace(
            notice("acceptance"), digest=hashlib.sha256(notice_pdf).hexdigest(), notice_id="n1"
        )
        self.rounds = rounds
        self.items = (item(),)
        self.said: list[Any] = []
        self.refuse: Exception | None = None
        self.is_slow = False
        self.is_night = False
        """Nobody is there: no call, other ways are proposed."""
        self.case: CaseView
        self._tell: Callable[[Any], None]
        self._state: Callable[[Any, Any, float], None]

    def connect(self, on_message: Callable[[Any], None], on_state: Callable[[Any, Any, float], None]) -> "MemoryHall":
        self._tell, self._state = on_message, on_state
        return self

    async def run(self) -> None:
        self._state("online", None, 0.0)
        self._tell(Catalogue("c" * 64, len(self.items)))
        await asyncio.Event().wait()

    async def fetch_catalogue(self, digest: str) -> tuple[ServiceItem, ...]:
        if digest != "c" * 64:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.items

    async def upload(self, path: Path, digest: str, media_type: str, on_progress: Callable[[int, int], None]) -> None:
        if self.refuse is not None:
            raise self.refuse
        content = await asyncio.to_thread(path.read_bytes)
        size = len(content)
        on_progress(size // 2, size)
        if self.is_slow:
            await asyncio.Event().wait()
        self.files[digest] = content
        on_progress(size, size)

    async def fetch(self, digest: str, target: Path, on_progress: Callable[[int, int], None]) -> None:
        if digest not in self.files:
            raise Refused(ErrorCode.NOT_FOUND)
        await asyncio.to_thread(target.write_bytes, self.files[digest])

    def say(self, message: Any) -> None:
        self.said.append(message)
        asyncio.get_running_loop().call_soon(self._answer, message)

    def _change(self, **changes: Any) -> None:
        self.case = msgspec.structs.replace(self.case, **changes)
        self._tell(CaseChanged(self.case))

    def _answer(self, message: Any) -> None:
        match message:
            case SubmitCase():
                self.case = CaseView(
                    *("c1", "A1", "received", "waiting", self.items[0], message.applicant, message.materials, NOW),
                    *("T-01", "x"),
                    token=TOKEN,
                    place=Place(proposals=("appointment", "asynchronous") if self.is_night else ()),
                )
                self._tell(TicketIssued(message.request_id, self.case, 0))
                if not self.is_night:
                    self._tell(CallStarted("k1", self.case, 1, False, "张敏"))
                    self._review()
            case SubmitCorrection():
                self._tell(Done(message.request_id))
                self._change(state="reviewing", corrections=(), materials=self.case.materials + message.materials)
                self._review()
            case NoticePrinted(is_printed=True):
                self._change(state="closed")
            case EndCall():
                self._tell(CallEnded("k1", "hung_up"))
            case LeaveTerminal() | Evaluate() | ReportTrouble():
                self._tell(Done(message.request_id))
            case ClaimCase() if message.token == TOKEN:
                self._tell(Done(message.request_id))
                self._change(ticket_state="missed", place=Place(misses=1))
            case ClaimCase():
                self._tell(Error(ErrorCode.NOT_FOUND, "", message.request_id))
            case RejoinLine():
                self._tell(Done(message.request_id))
                self._change(ticket_state="waiting")
                self._review()
            case AskSlots():
                self._tell(SlotsOffered("c1", (AppointmentSlot(NOW, NOW + timedelta(minutes=15), 1),)))
            case ConvertTicket():
                self._tell(Done(message.request_id))
                self._change(ticket_state="converted", place=Place(conversion=message.to, until=message.start))
            case DepositPapers():
                self._tell(Done(message.request_id))
                deposit = Deposit("d1", "allocated", "T-01", 12, message.slots, message.pages, "482913")
                self._change(deposits=(deposit,))
            case OpenCell():
                self._tell(CellOpened(message.request_id, 12, "c1"))
            case CellClosed():
                self._tell(Done(message.request_id))
                self._change(deposits=tuple(_stored(deposit) for deposit in self.case.deposits))

    def _review(self) -> None:
        if self.rounds:
            self.rounds -= 1
            self._change(state="correction_requested", corrections=(CORRECTION,))
        else:
            self._change(state="accepted")
            self._tell(NoticeReady("c1", self.notice))


def _stored(deposit: Deposit) -> Deposit:
    return msgspec.structs.replace(deposit, state="stored", code="")


class MemoryLeg:
    """A leg that connects at once and counts what it is told."""

    made: ClassVar[list["MemoryLeg"]] = []

    def __init__(self, call_id: str, generation: int, is_offerer: bool, send: Any, on_picture: Any, on_state: Any):
        self.generation = generation
        self.received: list[Any] = []
        self.muted: list[tuple[bool, bool]] = []
        self.on_picture, self.on_state = on_picture, on_state
        self.ended = asyncio.Event()
        self.made.append(self)

    async def run(self) -> None:
        self.on_state("connected")
        await self.ended.wait()

    def receive(self, message: Any) -> None:
        self.received.append(message)

    def set_muted(self, microphone: bool, camera: bool) -> None:
        self.muted.append((microphone, camera))

    async def close(self) -> None:
        self.ended.set()


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A sealed notice and the root that its seal leads to."""
    folder = tmp_path_factory.mktemp("authority")
    seal = make_test_authority(folder, "北京市通州区政务服务管理局")
    day = NOW.date()
    facts = esign.AcceptanceNotice(
        number="京通政务受〔2026〕000123号",
        authority="北京市通州区政务服务管理局",
        applicant=esign.Applicant(
            kind="organisation",
            name=CARD.name,
            id_kind="统一社会信用代码",
            id_number=CARD.id_number,
            phone="13800138000",
            legal_representative="欧阳建国",
        ),
        item=esign.ServiceItem(name="排污许可证核发", code="ENV-001", business="新办"),
        case_number="20261122-00001",
        ticket_number="A001",
        received_on=day,
        issued_on=day,
        place="北京城市副中心政务服务中心",
        handler="张敏",
        office_phone="010-12345",
        complaint_phone="010-12345",
        query_way="凭受理编号查询",
        legal_basis="《排污许可管理条例》",
        copies=2,
        is_test=True,
        accepted_on=day,
        statutory_days=20,
        promised_days=10,
        due_on=day + timedelta(days=14),
        special_steps="",
        has_fee=False,
        delivery_way="窗口领取",
        materials=(esign.Material(name="申请表", form="电子件", source="高拍仪", pages=1, sha256="a" * 64),),
    )
    pdf = esign.seal_notice(esign.render_notice(facts), seal, datetime.now(UTC))
    return pdf, (folder / "root.crt").read_bytes()


@pytest.fixture
def memory_hall(sealed: tuple[bytes, bytes]) -> MemoryHall:
    """A hall whose reviewer accepts at once."""
    return MemoryHall(sealed[0])


@pytest.fixture
def memory_leg() -> type[MemoryLeg]:
    """The kind of leg to make; ``made`` starts empty."""
    MemoryLeg.made.clear()
    return MemoryLeg


@pytest.fixture
def devices(tmp_path: Path) -> Devices:
    """A simulated reader, drawn sheets, prints into a folder."""
    camera = DrawnSheetCamera((("申请表", "单位名称：北京通运环保科技有限公司", "本单位已知晓有关规定。"),), 3)
    return Devices(camera, SimulatedReader(4), PrintToFile(tmp_path / "prints"), SimulatedScanner(), SimulatedCabinet())


@pytest.fixture
def booth(memory_hall: MemoryHall, memory_leg: Any, devices: Devices, sealed: tuple[bytes, bytes]) -> Booth:
    """A booth whose session lives in the loop of the test."""
    return Booth(memory_hall.connect, memory_leg, devices, [sealed[1]], lambda job: job(), lambda job: job())

"""A desk to play with: a session whose effects are kept, and builders for what the hall says to it."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from PIL import Image, ImageDraw

from annotate.marks import InkPoint, MarkStyle, Stroke
from annotate.operations import AddMark
from reviewer.effects import Effect, Say
from reviewer.outcomes import OFFERED
from reviewer.papers import OpenedPaper, Thumbnail
from reviewer.session import DeskSession
from signaling.protocol.acts import CaseOpened, NoticePreviewed
from signaling.protocol.messages import (
    CallOffered,
    CallStarted,
    CaseChanged,
    Decide,
    DeskChanged,
    Done,
    FromHall,
    MarkNumbered,
    OperateMark,
    Welcome,
)
from signaling.protocol.values import (
    Applicant,
    Availability,
    CaseView,
    Correction,
    Material,
    MaterialSlot,
    NoticeView,
    Outcome,
    Particulars,
    Role,
    ServiceItem,
)

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

T = TypeVar("T")

DRAFT = "d" * 64
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SLOTS = (
    MaterialSlot("form", "排污许可证申请表"),
    MaterialSlot("licence", "营业执照及环评批复扫描件"),
    MaterialSlot("plan", "厂区总平面布置图"),
)
ITEM = ServiceItem(
    "PW-01", "排污许可证核发（首次申请）", "生态环境", "通州区生态环境局", "行政审批科", "ecology", "行政许可",
    "《排污许可管理条例》第六条", 20, 10, False, "终端打印", SLOTS,
)  # fmt: skip
APPLICANT = Applicant(
    "organisation", "通州绿源精密制造有限公司", "credit_code", "91110112MA01K7QX4X", "010-55500118", "江𬬻"
)


_AFTER_ACCEPTANCE = ("accepted", "paused", "granted", "refused", "issued", "delivered", "closed")


def material(slot: str, version: int = 1, pages: int = 1, **other: Any) -> Material:
    """A material whose digest tells slot and version."""
    digest = (slot.encode().hex() + f"{version:02x}").ljust(64, "0")
    values: dict[str, Any] = {"name": f"{slot}.pdf", "media_type": "application/pdf", "size": 50_000, "source": "usb"}
    return Material(slot=slot, digest=digest, pages=pages, version=version, **(values | other))


def case(state: str = "reviewing", **other: Any) -> CaseView:
    """The case of the playbooks, with three materials."""
    values: dict[str, Any] = {
        "case_id": "C-1",
        "ticket_number": "A016",
        "state": state,
        "ticket_state": "serving",
        "item": ITEM,
        "applicant": APPLICANT,
        "materials": (material("form"), material("licence", pages=3), material("plan")),
        "submitted_at": NOON,
        "terminal_id": "T-01",
        "terminal_name": "新华东街自助点 3 号小屋",
        "outcomes": OFFERED.get(state, ()),  # type: ignore[call-overload]
        "acceptance": "full" if state in _AFTER_ACCEPTANCE else "",
    }
    return CaseView(**(values | other))


def notice(kind: str = "acceptance", state: str = "ready", **other: Any) -> NoticeView:
    """A notice of the case."""
    values: dict[str, Any] = {
        "notice_id": f"N-{kind}", "number": "京通政务受〔2026〕000123号", "decided_at": NOON, "sealed_at": NOON,
    }  # fmt: skip
    return NoticeView(kind=kind, state=state, **(values | other))


def stroke(mark_id: str = "m1", page: int = 0) -> AddMark:
    """A short red stroke."""
    return AddMark(mark_id, page, Stroke(MarkStyle(), (InkPoint(10.0, 10.0), InkPoint(40.0, 40.0))))


class Stage:
    """A session in mid-air; ``now`` moves one second with each message."""

    def __init__(self) -> None:
        self.effects: list[Effect] = []
        ids = count(1)
        self.session = DeskSession(self.effects.append, lambda: f"id-{next(ids)}")
        self.changes = 0
        self.roles: tuple[Role, ...] = ("reviewer",)
        self.now = NOON
        self._seq = count(1)
        self.session.subscribe(self._note)

    def _note(self) -> None:
        self.changes += 1

    def live(self) -> "Stage":
        """From here on the hall's clock is the machine's, as views read it."""
        self.now = datetime.now(UTC)
        return self

    def hear(self, *messages: FromHall) -> None:
        """Let the hall say this."""
        for message in messages:
            self.now += timedelta(seconds=1)
            self.session.receive(message, self.now)

    def said(self, kind: type[T]) -> list[T]:
        """What was said to the hall of this kind."""
        return [
            effect.message for effect in self.effects if isinstance(effect, Say) and isinstance(effect.message, kind)
        ]

    def done(self, kind: type[T]) -> list[T]:
        """Effects of this kind."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def desk(self, availability: Availability, reason: str = "") -> None:
        """The hall says how available the desk is."""
        self.hear(DeskChanged(availability, reason, self.now))

    def online(self) -> "Stage":
        """Logged in and away."""
        self.admit().desk("away")
        return self

    def admit(self, *roles: Role) -> "Stage":
        """The hall lets 张敏 in."""
        self.session.admitted(Welcome(1, "s-1", "张敏", "t", self.now, roles or self.roles), self.now)
        self.session.connection_changed("online")
        return self

    def opened(self, which: CaseView | None = None) -> "Stage":
        """A case of the work list is open without a call, every paper looked at."""
        shown = which or case()
        if self.session.connection != "online":
            self.online()
        self.session.open_case(shown.case_id)
        self.hear(CaseOpened(shown.case_id), CaseChanged(shown))
        self.open_all()
        for paper in self.session.papers.current():
            self.session.show_material(paper.material.digest)
        return self

    def ready(self) -> "Stage":
        """Waiting for a call."""
        self.online().desk("ready")
        return self

    def ringing(self) -> "Stage":
        """A call rings."""
        self.ready().desk("offered")
        self.hear(CallOffered("call-1", case("received"), 20.0))
        return self

    def open_all(self) -> "Stage":
        """Every paper arrives and opens."""
        for paper in self.session.papers.all():
            if paper.state != "open":
                self.session.material_opened(paper.material.digest, opened(paper.material))
        return self

    def in_call(self) -> "Stage":
        """The call is on, the papers are open, the first is shown."""
        self.ringing().open_all()
        self.session.answer()
        self.desk("in_call")
        self.hear(CallStarted("call-1", case(), 1, True, "新华东街自助点 3 号小屋"))
        return self

    def looked(self) -> "Stage":
        """In the call, with every paper looked at."""
        self.in_call()
        for paper in self.session.papers.current():
            self.session.show_material(paper.material.digest)
        return self

    def drafted(self) -> "Stage":
        """Looked at everything and written one correction of a mark on the plan."""
        self.looked()
        self.session.operate(stroke())
        self.number_all()
        self.session.add_correction("plan", 0, "m1")
        self.session.edit_correction(self.session.drafts[0].draft_id, "未标注排放口", "在图上标明")
        return self

    def waiting_for_correction(self) -> "Stage":
        """The correction notice is out."""
        self.drafted().decide("request_corrections")
        corrections = (Correction("plan", 0, "未标注排放口", "在图上标明", "m1"),)
        self.hear(Done(self.said(Decide)[-1].request_id))
        self.hear(CaseChanged(case("correction_requested", corrections=corrections, notices=(notice("correction"),))))
        return self

    def accepted(self) -> "Stage":
        """Accepted, the notice sealed."""
        self.looked().decide("accept")
        self.hear(Done(self.said(Decide)[-1].request_id), CaseChanged(case("accepted", notices=(notice(),))))
        return self

    def wrapping_up(self) -> "Stage":
        """The call is over, the case closed."""
        self.accepted().session.end()
        self.desk("wrap_up")
        self.hear(CaseChanged(case("closed", notices=(notice(state="printed"),))))
        return self

    def previewed(self, outcome: Outcome, particulars: Particulars | None = None) -> "Stage":
        """The notice of this decision was asked for, written by the hall, and is on the screen."""
        self.session.ask_preview(outcome, particulars or Particulars())
        return self.written()

    def written(self) -> "Stage":
        """The hall writes the notice that was asked for, and it comes onto the screen."""
        draft = self.session.preview.draft
        if draft is not None and draft.state == "cutting":
            self.session.crops_made(draft.request_id, {})
        if draft is not None and draft.state == "writing":
            self.hear(NoticePreviewed(draft.request_id, draft.case_id, "京通政务受〔2026〕000123号", DRAFT))
            self.session.material_opened(DRAFT, opened(material("draft", pages=2)))
        return self

    def decide(self, outcome: Outcome, particulars: Particulars | None = None) -> None:
        """Look at the notice, then decide."""
        self.previewed(outcome, particulars).session.decide(outcome, particulars or Particulars())

    def number_all(self) -> None:
        """The hall numbers every operation said so far."""
        for message in self.said(OperateMark):
            self.hear(self.numbered(message))

    def numbered(self, message: OperateMark) -> MarkNumbered:
        """The hall's answer to an operation, by a reviewer called 张敏."""
        envelope = {
            name: getattr(message, name) for name in ("case_id", "digest", "operation_id", "op_class", "target", "body")
        }
        return MarkNumbered(seq=next(self._seq), author="张敏", time=self.now, **envelope)


def opened(which: Material, **other: Any) -> OpenedPaper:
    """An opened paper without a file behind it."""
    values: dict[str, Any] = {
        "pages": None,
        "page_count": which.pages,
        "media_type": which.media_type,
        "has_signature": False,
        "thumbnail": Thumbnail(2, 2, bytes(12)),
    }
    return OpenedPaper(**(values | other))


class Builders:
    """The builders above, for tests that cannot import this file."""

    case = staticmethod(case)
    material = staticmethod(material)
    notice = staticmethod(notice)
    stroke = staticmethod(stroke)
    opened = staticmethod(opened)
    item = ITEM
    applicant = APPLICANT
    noon = NOON
    draft = DRAFT
    replace = staticmethod(msgspec.structs.replace)


@pytest.fixture
def stage() -> Stage:
    """A logged-out desk."""
    return Stage()


@pytest.fixture
def build() -> type[Builders]:
    """Builders of values."""
    return Builders


@pytest.fixture
def make_pdf(tmp_path: Path) -> Callable[..., Path]:
    """Write a PDF of some pages with a big number on each."""

    def make(name: str = "plan.pdf", pages: int = 1) -> Path:
        sheets = []
        for number in range(pages):
            sheet = Image.new("RGB", (420, 297), "white")
            ImageDraw.Draw(sheet).text((40, 40), f"page {number + 1}", fill="black")
            sheets.append(sheet)
        path = tmp_path / name
        sheets[0].save(path, save_all=True, append_images=sheets[1:], resolution=72)
        return path

    return make

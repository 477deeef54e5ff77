"""The papers of the case on the desk: every handed-in version, how far it is read, and its marks.

Plain state without files: a paper's ``pages`` is whatever the joiner opened, passed through unread.
"""

from typing import Literal

import msgspec

from annotate.marks import Mark
from annotate.markup import Markup
from esign.report import Report
from signaling.protocol.values import CaseView, ItemState, Material

PaperState = Literal["waiting", "fetching", "opening", "open", "failed"]
_SEEN: frozenset[ItemState] = frozenset({"looked_at", "accepted", "rejected"})


class Thumbnail(msgspec.Struct, frozen=True):
    """A small picture of a first page: 8-bit RGB, rows without padding."""

    width: int
    height: int
    rgb: bytes


class OpenedPaper(msgspec.Struct, frozen=True):
    """What opening a file told. ``pages`` is the page source for the viewer; ``media_type`` is what the bytes say."""

    pages: object
    page_count: int
    media_type: str
    has_signature: bool
    thumbnail: Thumbnail


class Paper(msgspec.Struct):
    """One version of one material. ``problem`` is a code of annotate's PageError or the protocol's ErrorCode.

    ``was_looked_at``: the hall has it as looked at, in an earlier call or by a colleague. ``signature`` is what was
    found about the signatures in the file, None as long as nobody has looked.
    """

    material: Material
    slot_name: str
    is_current: bool = True
    state: PaperState = "waiting"
    done_bytes: int = 0
    opened: OpenedPaper | None = None
    problem: str = ""
    looked: set[int] = msgspec.field(default_factory=set)
    was_looked_at: bool = False
    signature: Report | None = None

    @property
    def page_count(self) -> int:
        """Pages as opened, as declared before that."""
        return self.opened.page_count if self.opened else self.material.pages

    @property
    def is_looked_at(self) -> bool:
        """At least one page was on the screen of who was in charge.

        The hall notes a look when the page is asked for; here it counts once there is a page to be seen.
        """
        return bool(self.looked) or (self.was_looked_at and self.opened is not None)


class MarkRow(msgspec.Struct, frozen=True):
    """One visible mark for the list of marks; ``number`` counts from 1 through the case."""

    number: int
    mark_id: str
    digest: str
    slot: str
    slot_name: str
    page: int
    kind: str
    text: str
    author: str


class MarkedPlace(msgspec.Struct, frozen=True):
    """Where ``mark`` lies on a page of a material (from 0), and all ``marks`` of that page."""

    mark_id: str
    digest: str
    page: int
    mark: Mark
    marks: tuple[Mark, ...]


class Papers:
    """All papers of one case, by slot and version, and their marks.

    One file may fill several slots: those papers are fetched, opened and read together and share their marks.
    """

    def __init__(self) -> None:
        self._papers: dict[tuple[str, int], Paper] = {}
        self._markups: dict[str, Markup] = {}

    def take(self, case: CaseView) -> None:
        """Follow the case: new versions come in, older ones stop being current. Same case again changes nothing."""
        names = {slot.code: slot.name for slot in case.item.slots}
        newest = newest_by_slot(case)
        seen = {(line.slot, line.version) for line in case.list if line.state in _SEEN}
        for material in case.materials:
            key = (material.slot, material.version)
            paper = self._papers.get(key)
            if paper is None:
                paper = self._new(material, names.get(material.slot, material.slot))
                self._papers[key] = paper
            paper.is_current = key in newest
            paper.was_looked_at = key in seen

    def _new(self, material: Material, slot_name: str) -> Paper:
        """A paper as far as its file is here already, for another slot or an older version."""
        twin = self.get(material.digest)
        if twin is None:
            return Paper(material, slot_name)
        new = Paper(material, slot_name, True, twin.state, twin.done_bytes, twin.opened, twin.problem, {*twin.looked})
        new.signature = twin.signature
        return new

    def get(self, digest: str, slot: str = "") -> Paper | None:
        """The paper that is this file: of this slot if there is one, else one that counts, else an older version."""
        return max(self.of(digest), key=lambda paper: (paper.material.slot == slot, paper.is_current), default=None)

    def of(self, digest: str) -> tuple[Paper, ...]:
        """Every paper that is this file, oldest first; several when one file was handed in for several slots."""
        return tuple(paper for paper in self._papers.values() if paper.material.digest == digest)

    def all(self) -> tuple[Paper, ...]:
        """Every version, oldest first as handed in."""
        return tuple(self._papers.values())

    def current(self) -> tuple[Paper, ...]:
        """The versions that count."""
        return tuple(paper for paper in self._papers.values() if paper.is_current)

    def markup(self, digest: str) -> Markup:
        """The marks of a document; made when first asked for."""
        return self._markups.setdefault(digest, Markup())

    def drop_pending(self, operation_id: str) -> None:
        """Take a refused operation off, whichever document it was for."""
        for markup in self._markups.values():
            markup.drop_pending(operation_id)

    def mark_rows(self) -> tuple[MarkRow, ...]:
        """Visible marks of the papers that count, in the order of the papers, then of drawing."""
        rows: list[MarkRow] = []
        files = dict.fromkeys(paper.material.digest for paper in self.current())
        for digest in files:
            paper = next(paper for paper in self.current() if paper.material.digest == digest)
            for placed in self.markup(digest).marks():
                rows.append(
                    MarkRow(
                        len(rows) + 1,
                        placed.mark_id,
                        digest,
                        paper.material.slot,
                        paper.slot_name,
                        placed.page,
                        kind_of(placed.mark),
                        getattr(placed.mark, "text", ""),
                        placed.author,
                    )
                )
        return tuple(rows)


def newest_by_slot(case: CaseView) -> frozenset[tuple[str, int]]:
    """Slot and newest version of each slot that has a paper."""
    newest: dict[str, int] = {}
    for material in case.materials:
        newest[material.slot] = max(material.version, newest.get(material.slot, 0))
    return frozenset(newest.items())


def kind_of(mark: Mark) -> str:
    """Stable name of a kind of mark: stroke, highlighter, arrow, rectangle, cloud or text."""
    return type(mark).__name__.lower()

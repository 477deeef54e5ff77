"""What an applicant is handing in: the document camera's pages, and one paper for each open slot.

Part of ``TerminalSession``, as pure as it is. Which slots are open is said by the session: all of an item before
submitting, afterwards those that a correction notice names. Codes of problems are turned into sentences by
``terminal/qt/sentences.py``.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from signaling.protocol.values import Material, MaterialSlot, MediaType, Source
from terminal.effects import CancelHandIn, Effect, HandIn, ListFiles, ShootPage

PaperState = Literal["checking", "uploading", "ready", "failed"]


class Shot(msgspec.Struct, frozen=True):
    """One photographed page. With a ``problem`` it may not be handed in; a ``hint`` is advice."""

    path: str
    sharpness: float
    is_cropped: bool
    problem: str = ""
    hint: str = ""


class Capture(msgspec.Struct, frozen=True):
    """The document camera at work on one slot: the pages so far, in order."""

    capture_id: str
    slot: str
    shots: tuple[Shot, ...] = ()
    is_shooting: bool = False
    problem: str = ""

    @property
    def can_finish(self) -> bool:
        """Whether there are pages and all of them are good enough."""
        return bool(self.shots) and not self.is_shooting and not any(shot.problem for shot in self.shots)


class FileRow(msgspec.Struct, frozen=True):
    """A file or a folder (empty ``kind``) to choose. ``size`` in bytes, ``changed_at`` in seconds since 1970."""

    path: str
    name: str
    kind: str
    size: int = 0
    changed_at: float = 0.0


class Choosing(msgspec.Struct, frozen=True):
    """A file is being chosen for a slot. An empty ``folder`` is the top: all memory sticks."""

    listing_id: str
    slot: str
    folder: str = ""
    rows: tuple[FileRow, ...] = ()
    is_listing: bool = True
    problem: str = ""


class Paper(msgspec.Struct, frozen=True):
    """One slot's paper on its way to the hall. ``done`` and ``total`` are bytes; ``preview`` is a picture's path."""

    paper_id: str
    slot: str
    name: str
    source: Source
    paths: tuple[str, ...]
    state: PaperState = "checking"
    done: int = 0
    total: int = 0
    preview: str = ""
    problem: str = ""
    material: Material | None = None

    @property
    def can_try_again(self) -> bool:
        """Whether the same file may succeed another time."""
        return self.state == "failed" and self.problem != "same_as_before"


class PaperTray:
    """The open slots and what lies in them. Gestures on a slot that is not open are ignored."""

    def __init__(
        self,
        perform: Callable[[Effect], None],
        new_id: Callable[[], str],
        changed: Callable[[], None],
        began: Callable[[], None],
    ) -> None:
        """``began`` is told when a new file is handed in."""
        self._perform = perform
        self._began = began
        self._new_id = new_id
        self._changed = changed
        self._handed: dict[str, Material] = {}  # the newest version the hall has, by slot
        self._is_locked = False
        self.slots: tuple[MaterialSlot, ...] = ()
        self.papers: dict[str, Paper] = {}
        self.capture: Capture | None = None
        self.choosing: Choosing | None = None
        self._following: set[str] = set()
        self.files: dict[str, str] = {}
        """Paths of the files that are here, by digest: the applicant's own and fetched ones."""

    # --- the session opens and closes it ---------------------------------------------------

    def open(self, slots: tuple[MaterialSlot, ...], handed: tuple[Material, ...] = ()) -> None:
        """Take papers for these slots; ``handed`` are the versions the hall has. Papers of the same slots stay."""
        self.slots = slots
        for material in handed:
            newest = self._handed.get(material.slot)
            if newest is None or newest.version < material.version:
                self._handed[material.slot] = material
        named = {slot.code for slot in slots}
        for code in tuple(self.papers):
            if code not in named:
                self._drop(code)

    def close(self) -> None:
        """Take no papers; those here are dropped, their files stay known."""
        self.open(())
        self.capture = self.choosing = None
        self._following.clear()
        self._is_locked = False

    def lock(self, *, is_locked: bool) -> None:
        """While a submission is on its way nothing may change."""
        self._is_locked = is_locked

    def clear(self) -> None:
        """Forget everything of this applicant."""
        self.close()
        self._handed.clear()
        self.files.clear()

    # --- what can be asked ------------------------------------------------------------------

    @property
    def missing(self) -> tuple[MaterialSlot, ...]:
        """Slots that still need a finished paper; an optional one only once something lies in it."""
        return tuple(
            slot
            for slot in self.slots
            if ((slot.is_required and slot.code not in self._following) or slot.code in self.papers)
            and (slot.code not in self.papers or self.papers[slot.code].state != "ready")
        )

    @property
    def is_complete(self) -> bool:
        """Whether everything needed is with the hall and nothing is under way."""
        return bool(self.slots) and not self.missing and self.capture is None and self.choosing is None

    @property
    def is_busy(self) -> bool:
        """Whether a paper is being checked or uploaded."""
        return any(paper.state in ("checking", "uploading") for paper in self.papers.values())

    @property
    def to_follow(self) -> tuple[str, ...]:
        """Slots left empty on purpose, in their order: the paper comes later (容缺) or by the cabinet."""
        return tuple(slot.code for slot in self.slots if slot.code in self._following)

    @property
    def materials(self) -> tuple[Material, ...]:
        """What would be submitted now, in the order of the slots."""
        papers = (self.papers.get(slot.code) for slot in self.slots)
        return tuple(paper.material for paper in papers if paper is not None and paper.material is not None)

    # --- gestures ----------------------------------------------------------------------------

    def follow_later(self, slot: str, *, is_later: bool) -> None:
        """This paper comes later, or now after all; only where the item allows it."""
        may = any(entry.code == slot and (entry.is_gap_able or entry.is_original_kept) for entry in self.slots)
        if is_later and may and self._takes(slot):
            self._drop(slot)
            self._following.add(slot)
        else:
            self._following.discard(slot)
        self._changed()

    def start_capture(self, slot: str) -> None:
        """Open the document camera for a slot."""
        if self._takes(slot) and self.capture is None and self.choosing is None:
            self.capture = Capture(self._new_id(), slot)
            self._changed()

    def shoot(self) -> None:
        """Photograph the sheet; a page that was refused is replaced."""
        capture = self.capture
        if capture is None or capture.is_shooting:
            return
        kept = tuple(shot for shot in capture.shots if not shot.problem)
        self.capture = msgspec.structs.replace(capture, shots=kept, is_shooting=True, problem="")
        self._perform(ShootPage(capture.capture_id))
        self._changed()

    def remove_shot(self, index: int) -> None:
        """Throw a page away."""
        capture = self.capture
        if capture is not None and not capture.is_shooting and 0 <= index < len(capture.shots):
            shots = capture.shots[:index] + capture.shots[index + 1 :]
            self.capture = msgspec.structs.replace(capture, shots=shots)
            self._changed()

    def finish_capture(self) -> None:
        """Hand the pages in."""
        capture = self.capture
        if capture is not None and capture.can_finish:
            self.capture = None
            self.hand_in(capture.slot, tuple(shot.path for shot in capture.shots), "camera")

    def cancel_capture(self) -> None:
        """Close the document camera and forget its pages."""
        self.capture = None
        self._changed()

    def start_choosing(self, slot: str) -> None:
        """Look for files on memory sticks for a slot."""
        if self._takes(slot) and self.capture is None and self.choosing is None:
            self._list(slot, "")

    def choose(self, path: str) -> None:
        """Hand the file of this row in, or look into its folder."""
        choosing = self.choosing
        row = next((row for row in choosing.rows if row.path == path), None) if choosing is not None else None
        if choosing is None or row is None:
            return
        if not row.kind:
            self._list(choosing.slot, row.path)
            return
        self.choosing = None
        self.hand_in(choosing.slot, (row.path,), "usb", row.name)

    def list_again(self) -> None:
        """Look again: a stick was put in meanwhile."""
        if self.choosing is not None:
            self._list(self.choosing.slot, self.choosing.folder)

    def cancel_choosing(self) -> None:
        """Leave the folder; from the top, choose nothing."""
        if self.choosing is not None and self.choosing.folder:
            self._list(self.choosing.slot, "")
        else:
            self.choosing = None
            self._changed()

    def hand_in(self, slot: str, paths: tuple[str, ...], source: Source, name: str = "") -> None:
        """Put files into a slot; what was there is replaced. ``name`` is shown (file name), else the slot's."""
        if not self._takes(slot) or not paths or self.capture is not None or self.choosing is not None:
            return
        self._drop(slot)
        self._following.discard(slot)
        named = next(entry.name for entry in self.slots if entry.code == slot)
        paper = Paper(self._new_id(), slot, (name or named)[:200], source, paths)
        self.papers[slot] = paper
        self._perform(HandIn(paper.paper_id, paths, source))
        self._began()
        self._changed()

    def try_again(self, slot: str) -> None:
        """Hand a failed paper in again."""
        paper = self.papers.get(slot)
        if paper is not None and paper.can_try_again:
            self.papers[slot] = Paper(paper.paper_id, slot, paper.name, paper.source, paper.paths)
            self._perform(HandIn(paper.paper_id, paper.paths, paper.source))
            self._changed()

    def try_unreached_again(self) -> None:
        """The hall can be reached again: hand in what failed for want of it."""
        for slot, paper in tuple(self.papers.items()):
            if paper.problem == "network":
                self.try_again(slot)

    def remove_paper(self, slot: str) -> None:
        """Take a paper back, also while it is uploading."""
        if self._takes(slot):
            self._drop(slot)
            self._changed()

    # --- results of effects ------------------------------------------------------------------

    def page_shot(self, capture_id: str, shot: Shot) -> None:
        """The document camera has taken a page."""
        capture = self.capture
        if capture is not None and capture.capture_id == capture_id and capture.is_shooting:
            self.capture = msgspec.structs.replace(capture, shots=(*capture.shots, shot), is_shooting=False)
            self._changed()

    def shot_failed(self, capture_id: str, code: str) -> None:
        """The document camera gave no picture."""
        capture = self.capture
        if capture is not None and capture.capture_id == capture_id:
            self.capture = msgspec.structs.replace(capture, is_shooting=False, problem=code)
            self._changed()

    def files_listed(self, listing_id: str, rows: tuple[FileRow, ...]) -> None:
        """What there is to choose."""
        choosing = self.choosing
        if choosing is not None and choosing.listing_id == listing_id:
            self.choosing = msgspec.structs.replace(choosing, rows=rows, is_listing=False)
            self._changed()

    def listing_failed(self, listing_id: str, code: str) -> None:
        """The folder could not be read."""
        choosing = self.choosing
        if choosing is not None and choosing.listing_id == listing_id:
            self.choosing = msgspec.structs.replace(choosing, is_listing=False, problem=code)
            self._changed()

    def paper_checked(
        self, paper_id: str, path: str, digest: str, media_type: MediaType, size: int, pages: int, preview: str
    ) -> None:
        """A paper can be read; its upload begins. ``path`` is the one file it has become.

        The very file that is to be replaced corrects nothing: it is refused here (same_as_before).
        """
        paper = self._paper(paper_id)
        if paper is None:
            return
        replaced = self._handed.get(paper.slot)
        if replaced is not None and replaced.digest == digest:
            self._perform(CancelHandIn(paper_id))
            self.paper_failed(paper_id, "same_as_before")
            return
        material = Material(
            paper.slot, digest, paper.name, media_type, size, pages, paper.source, self._version(paper.slot)
        )
        self.files[digest] = path
        self.papers[paper.slot] = msgspec.structs.replace(
            paper, state="uploading", total=size, material=material, preview=preview
        )
        self._changed()

    def paper_progressed(self, paper_id: str, done: int, total: int) -> None:
        """Bytes of a paper that are uploaded."""
        paper = self._paper(paper_id)
        if paper is not None and paper.state == "uploading":
            self.papers[paper.slot] = msgspec.structs.replace(paper, done=done, total=total)
            self._changed()

    def paper_stored(self, paper_id: str) -> None:
        """The hall has the paper durably."""
        paper = self._paper(paper_id)
        if paper is not None and paper.material is not None:
            self.papers[paper.slot] = msgspec.structs.replace(paper, state="ready", done=paper.total)
            self._changed()

    def paper_failed(self, paper_id: str, code: str) -> None:
        """A paper cannot be used, or could not be uploaded."""
        paper = self._paper(paper_id)
        if paper is not None:
            self.papers[paper.slot] = msgspec.structs.replace(paper, state="failed", problem=code)
            self._changed()

    def _list(self, slot: str, folder: str) -> None:
        self.choosing = Choosing(self._new_id(), slot, folder)
        self._perform(ListFiles(self.choosing.listing_id, folder))
        self._changed()

    def _takes(self, slot: str) -> bool:
        return not self._is_locked and any(entry.code == slot for entry in self.slots)

    def _drop(self, slot: str) -> None:
        paper = self.papers.pop(slot, None)
        if paper is not None and paper.state in ("checking", "uploading"):
            self._perform(CancelHandIn(paper.paper_id))

    def _paper(self, paper_id: str) -> Paper | None:
        return next((paper for paper in self.papers.values() if paper.paper_id == paper_id), None)

    def _version(self, slot: str) -> int:
        newest = self._handed.get(slot)
        return 1 + (newest.version if newest is not None else 0)

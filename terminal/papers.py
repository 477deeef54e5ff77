"""What an applicant is handing in: the document camera's pages, and one paper for each open slot.

Part of ``TerminalSession``, as pure as it is. Which slots are open is said by the session: all of an item before
submitting, afterwards those that a correction notice names. Codes of problems are turned into sentences by
``terminal/qt/sentences.py``.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from signaling.protocol.values import Material, MaterialSlot, MediaType, Source
from terminal.effects import CancelHandIn, Effect, HandIn, ShootPage

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


class PaperTray:
    """The open slots and what lies in them. Gestures on a slot that is not open are ignored."""

    def __init__(
        self, perform: Callable[[Effect], None], new_id: Callable[[], str], changed: Callable[[], None]
    ) -> None:
        self._perform = perform
        self._new_id = new_id
        self._changed = changed
        self._versions: dict[str, int] = {}
        self._is_locked = False
        self.slots: tuple[MaterialSlot, ...] = ()
        self.papers: dict[str, Paper] = {}
        self.capture: Capture | None = None
        self.files: dict[str, str] = {}
        """Paths of the files that are here, by digest: the applicant's own and fetched ones."""

    # --- the session opens and closes it ---------------------------------------------------

    def open(self, slots: tuple[MaterialSlot, ...], handed: tuple[Material, ...] = ()) -> None:
        """Take papers for these slots; ``handed`` are the versions the hall has. Papers of the same slots stay."""
        self.slots = slots
        for material in handed:
            self._versions[material.slot] = max(material.version, self._versions.get(material.slot, 0))
        named = {slot.code for slot in slots}
        for code in tuple(self.papers):
            if code not in named:
                self._drop(code)

    def close(self) -> None:
        """Take no papers; those here are dropped, their files stay known."""
        self.open(())
        self.capture = None
        self._is_locked = False

    def lock(self, is_locked: bool) -> None:
        """While a submission is on its way nothing may change."""
        self._is_locked = is_locked

    def clear(self) -> None:
        """Forget everything of this applicant."""
        self.close()
        self._versions.clear()
        self.files.clear()

    # --- what can be asked ------------------------------------------------------------------

    @property
    def missing(self) -> tuple[MaterialSlot, ...]:
        """Slots that still need a finished paper; an optional one only once something lies in it."""
        return tuple(
            slot
            for slot in self.slots
            if (slot.is_required or slot.code in self.papers)
            and (slot.code not in self.papers or self.papers[slot.code].state != "ready")
        )

    @property
    def is_complete(self) -> bool:
        """Whether everything needed is with the hall and nothing is under way."""
        return bool(self.slots) and not self.missing and self.capture is None

    @property
    def materials(self) -> tuple[Material, ...]:
        """What would be submitted now, in the order of the slots."""
        papers = (self.papers.get(slot.code) for slot in self.slots)
        return tuple(paper.material for paper in papers if paper is not None and paper.material is not None)

    # --- gestures ----------------------------------------------------------------------------

    def start_capture(self, slot: str) -> None:
        """Open the document camera for a slot."""
        if self._takes(slot) and self.capture is None:
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

    def hand_in(self, slot: str, paths: tuple[str, ...], source: Source, name: str = "") -> None:
        """Put files into a slot; what was there is replaced. ``name`` is shown (file name), else the slot's."""
        if not self._takes(slot) or not paths or self.capture is not None:
            return
        self._drop(slot)
        named = next(entry.name for entry in self.slots if entry.code == slot)
        paper = Paper(self._new_id(), slot, (name or named)[:200], source, paths)
        self.papers[slot] = paper
        self._perform(HandIn(paper.paper_id, paths, source))
        self._changed()

    def try_again(self, slot: str) -> None:
        """Hand a failed paper in again."""
        paper = self.papers.get(slot)
        if paper is not None and paper.state == "failed":
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

    def paper_checked(
        self, paper_id: str, path: str, digest: str, media_type: MediaType, size: int, pages: int, preview: str
    ) -> None:
        """A paper can be read; its upload begins. ``path`` is the one file it has become."""
        paper = self._paper(paper_id)
        if paper is None:
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

    def _takes(self, slot: str) -> bool:
        return not self._is_locked and any(entry.code == slot for entry in self.slots)

    def _drop(self, slot: str) -> None:
        paper = self.papers.pop(slot, None)
        if paper is not None and paper.state in ("checking", "uploading"):
            self._perform(CancelHandIn(paper.paper_id))

    def _paper(self, paper_id: str) -> Paper | None:
        return next((paper for paper in self.papers.values() if paper.paper_id == paper_id), None)

    def _version(self, slot: str) -> int:
        return 1 + self._versions.get(slot, 0)

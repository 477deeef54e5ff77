"""What the terminal's session wants done: the only outputs of ``TerminalSession``.

Performed by the booth; results come back as session methods (named in each docstring).
Paths are plain strings, since the session never touches files. Imperatives, as in the hall.
"""

from typing import Literal

import msgspec

from signaling.protocol.messages import Candidate, Description, ToHall
from signaling.protocol.values import CaseView, Source


class Say(msgspec.Struct, frozen=True):
    """Say this to the hall."""

    message: ToHall


class Card(msgspec.Struct, frozen=True):
    """What a card says about its holder, who is invented when the reader is simulated."""

    kind: Literal["person", "organisation"]
    name: str
    id_number: str
    legal_representative: str = ""
    is_simulated: bool = False


class ReadCard(msgspec.Struct, frozen=True):
    """Wait for a card in the reader: ``card_read`` or ``card_failed``."""

    kind: Literal["person", "organisation"]


class ReadCode(msgspec.Struct, frozen=True):
    """Wait for a QR code at the scanner (a slip, a pick-up message): ``entry.code_read`` or ``code_failed``."""


class FetchCatalogue(msgspec.Struct, frozen=True):
    """Get the service items of this digest: ``catalogue.fetched`` or ``fetch_failed``."""

    digest: str


class ShootPage(msgspec.Struct, frozen=True):
    """Photograph the sheet under the document camera: ``tray.page_shot`` or ``shot_failed``."""

    capture_id: str


class ListFiles(msgspec.Struct, frozen=True):
    """See what files can be chosen: ``tray.files_listed`` or ``listing_failed``. No ``folder``: all memory sticks."""

    listing_id: str
    folder: str


class HandIn(msgspec.Struct, frozen=True):
    """Check and upload files as one material: the tray's ``paper_...`` methods.

    Several ``paths`` are pages of one material (document camera). The same ``paper_id`` may be handed in again
    after a failure.
    """

    paper_id: str
    paths: tuple[str, ...]
    source: Source


class CancelHandIn(msgspec.Struct, frozen=True):
    """Stop checking or uploading this paper; nothing comes back."""

    paper_id: str


class StartLeg(msgspec.Struct, frozen=True):
    """Open this side of the video call; camera and microphone go on. ``talk.leg_changed`` reports its state."""

    call_id: str
    generation: int
    is_offerer: bool


class GiveToLeg(msgspec.Struct, frozen=True):
    """Hand a negotiation message to the leg."""

    message: Description | Candidate


class MuteLeg(msgspec.Struct, frozen=True):
    """Silence the microphone, cover the camera, or open them again."""

    microphone: bool
    camera: bool


class StopLeg(msgspec.Struct, frozen=True):
    """Close the leg; camera and microphone go off."""


class FetchMaterial(msgspec.Struct, frozen=True):
    """Get a material's file: ``material_fetched`` or ``fetch_failed``."""

    digest: str


class FetchNotice(msgspec.Struct, frozen=True):
    """Get a sealed notice and verify it: ``delivery.checked`` or ``failed``."""

    notice_id: str
    digest: str


class Print(msgspec.Struct, frozen=True):
    """Print a notice: ``delivery.printed`` or ``print_failed``. ``title`` is the notice's number."""

    notice_id: str
    path: str
    title: str


class PrintSlip(msgspec.Struct, frozen=True):
    """Print the slip of this case: ``line.slip_printed`` or ``slip_failed``."""

    case: CaseView


class UnlockCell(msgspec.Struct, frozen=True):
    """Unlock this cell of the cabinet: ``cabinet.door_closed`` when it is shut again, or ``door_failed``."""

    cell: int


class Wipe(msgspec.Struct, frozen=True):
    """Forget this applicant: stop what is under way, delete every file of the session."""


Effect = (
    Say
    | ReadCard
    | ReadCode
    | FetchCatalogue
    | ShootPage
    | ListFiles
    | HandIn
    | CancelHandIn
    | StartLeg
    | GiveToLeg
    | MuteLeg
    | StopLeg
    | FetchMaterial
    | FetchNotice
    | Print
    | PrintSlip
    | UnlockCell
    | Wipe
)

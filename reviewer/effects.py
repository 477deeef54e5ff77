"""What the desk's session wants done: frozen values that ``desk.py`` performs in order.

The session decides and never acts itself. Results come back as methods of the session.
"""

import msgspec

from annotate.markup import PlacedMark
from reviewer.papers import MarkedPlace
from signaling.protocol.messages import Candidate, Description, ToHall
from signaling.protocol.values import MediaType


class Connect(msgspec.Struct, frozen=True):
    """Log in at the hall and stay connected; replaces an earlier connection."""

    url: str
    reviewer: str
    password: str
    desk_id: str


class Say(msgspec.Struct, frozen=True):
    """Say this to the hall."""

    message: ToHall


class FetchMaterial(msgspec.Struct, frozen=True):
    """Fetch a material, open it and make its thumbnail; see ``material_*`` of the session."""

    digest: str
    media_type: MediaType


class FetchDraft(msgspec.Struct, frozen=True):
    """Fetch the draft of a notice and open it like a material; ``material_*`` of the session tell of it as well."""

    digest: str


class CropMarks(msgspec.Struct, frozen=True):
    """Cut pictures of these places out of their papers and hand them in; ``crops_made`` of the session tells which."""

    request_id: str
    places: tuple[MarkedPlace, ...]


class ReleaseMaterials(msgspec.Struct, frozen=True):
    """Close these materials or drafts and wipe their files; fetches under way are given up."""

    digests: tuple[str, ...]


class ExportMarked(msgspec.Struct, frozen=True):
    """Write a material with its marks as standard PDF annotations to ``target`` (a path)."""

    digest: str
    marks: tuple[PlacedMark, ...]
    target: str


class StartLeg(msgspec.Struct, frozen=True):
    """Open a WebRTC connection of this generation; an older one goes on until StopLeg."""

    call_id: str
    generation: int
    is_offerer: bool


class TellLeg(msgspec.Struct, frozen=True):
    """Hand a relayed negotiation message to the connection it is for."""

    message: Description | Candidate


class MuteLeg(msgspec.Struct, frozen=True):
    """Send silence, or a black picture, from now on; False sends the real thing."""

    microphone: bool
    camera: bool


class StopLeg(msgspec.Struct, frozen=True):
    """Close the WebRTC connection of this generation."""

    call_id: str
    generation: int


class Ring(msgspec.Struct, frozen=True):
    """Start or stop the ringing sound."""

    is_on: bool


Effect = (
    Connect
    | Say
    | FetchMaterial
    | FetchDraft
    | CropMarks
    | ReleaseMaterials
    | ExportMarked
    | StartLeg
    | TellLeg
    | MuteLeg
    | StopLeg
    | Ring
)

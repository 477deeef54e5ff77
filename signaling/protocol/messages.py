"""Every message that travels between the programs and the hall, one frozen struct each.

On the wire a message is one JSON text frame, an object whose ``type`` is the struct's
name. ``ToHall`` and ``FromHall`` are the two unions the codec decodes; a struct in both
is relayed. ``request_id`` is chosen by the sender and makes an act safe to repeat: the
same id with the same content gets the first answer again. ``body`` is opaque here.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from signaling.protocol.acts import Act, Tidings
from signaling.protocol.errors import ErrorCode
from signaling.protocol.values import (
    Applicant,
    Availability,
    CaseView,
    Correction,
    DeliveryWay,
    Digest,
    DigestOrEmpty,
    EndReason,
    Id,
    Material,
    NoticeView,
    OpClass,
    Outcome,
    Particulars,
    Place,
    PriorityGroup,
    Role,
    ShortText,
    TicketState,
    WaitingEntry,
)

Sdp = Annotated[str, msgspec.Meta(max_length=16_384)]
MarkBody = Annotated[bytes, msgspec.Meta(max_length=48_000)]
WetBody = Annotated[bytes, msgspec.Meta(max_length=4_096)]
Generation = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Page = Annotated[int, msgspec.Meta(ge=0)]


# --- opening ------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, tag=True):
    """First message of every connection. ``name`` is the terminal id or the login name.

    A ``reviewer`` sits at a desk and takes calls; ``staff`` is anyone of the hall's people on a web page.
    """

    role: Literal["terminal", "reviewer", "staff"]
    name: Id
    versions: tuple[int, ...]
    capabilities: tuple[str, ...] = ()


class Challenge(msgspec.Struct, frozen=True, tag=True):
    """To a terminal: sign ``b"cloud-window terminal hello\\0" + nonce`` with the device key (Ed25519, RFC 8032)."""

    nonce: bytes


class AnswerChallenge(msgspec.Struct, frozen=True, tag=True):
    """From a terminal: the signature over the challenge."""

    signature: bytes


class AskPassword(msgspec.Struct, frozen=True, tag=True):
    """To a reviewer: log in now."""


class LogIn(msgspec.Struct, frozen=True, tag=True):
    """From a reviewer: the password, and the desk the reviewer sits at. Staff on a web page name no desk."""

    password: str
    desk_id: Id = "web"


class Welcome(msgspec.Struct, frozen=True, tag=True):
    """The connection is open. ``http_token`` opens /materials as a bearer token while this connection lives.

    ``licence_roots``, for desks: PEM certificates of authorities whose sealed or signed documents are believed.
    """

    version: int
    session_id: Id
    name: ShortText
    http_token: str
    server_time: datetime
    roles: tuple[Role, ...] = ()
    is_clock_simulated: bool = False
    licence_roots: str = ""


class Catalogue(msgspec.Struct, frozen=True, tag=True):
    """The catalogue of service items is this file: ``GET /catalogue/{digest}`` (JSON, tuple of ServiceItem).

    Sent to a terminal after ``Welcome`` and again when the catalogue changes. ``closed`` items cannot be applied for.
    """

    digest: Digest
    count: int
    closed: tuple[str, ...] = ()


class Error(msgspec.Struct, frozen=True, tag=True):
    """Something was refused. ``about`` is the request, call or operation id it answers, if any."""

    code: ErrorCode
    sentence: str
    about: str = ""


class Done(msgspec.Struct, frozen=True, tag=True):
    """The act with this request id is recorded (durably)."""

    request_id: Id


# --- the case -------------------------------------------------------------------------------


class SubmitCase(msgspec.Struct, frozen=True, tag=True):
    """Terminal: hand in an application. Materials must be uploaded before. Answer: TicketIssued."""

    request_id: Id
    item_code: Id
    applicant: Applicant
    materials: tuple[Material, ...]
    consents_to_video: bool
    is_pre_review: bool = False
    """Advice only (预审): no ticket, no legal clock, no notice."""
    to_follow: tuple[Id, ...] = ()
    """Minor slots left empty with the promise to hand them in later (容缺), or whose paper comes by the cabinet."""
    has_committed: bool = False
    """The letter of commitment was read and signed on the terminal."""
    priority: PriorityGroup = ""
    delivery: DeliveryWay = "hall"
    address: ShortText = ""


class TicketIssued(msgspec.Struct, frozen=True, tag=True):
    """To the terminal: the case is received; ``ahead`` tickets are before it."""

    request_id: Id
    case: CaseView
    ahead: int


class SubmitCorrection(msgspec.Struct, frozen=True, tag=True):
    """Terminal: new versions of materials: what a correction notice named, what pre-review advised (the case is
    then handed in for good), or the minor materials that were to follow. Answer: Done, CaseChanged.
    """

    request_id: Id
    case_id: Id
    materials: tuple[Material, ...]


class WithdrawCase(msgspec.Struct, frozen=True, tag=True):
    """Terminal: the applicant takes the application back (before acceptance). Answer: Done."""

    request_id: Id
    case_id: Id


class CaseChanged(msgspec.Struct, frozen=True, tag=True):
    """To the terminal and the desk in charge: the case is now like this."""

    case: CaseView


class TicketChanged(msgspec.Struct, frozen=True, tag=True):
    """To the terminal: the place in line."""

    case_id: Id
    state: TicketState
    place: Place


class Decide(msgspec.Struct, frozen=True, tag=True):
    """Desk in charge: take this step of the case's table. Answer: Done.

    ``corrections`` go with request_corrections and advise, ``particulars`` with what the outcome demands. ``preview``
    is the digest of the draft that was looked at (PreviewNotice): exactly that is sealed, or the decision is refused
    with ``preview_stale``. Without one a hall that wants previews refuses with ``preview_required``.
    """

    request_id: Id
    case_id: Id
    outcome: Outcome
    corrections: tuple[Correction, ...] = ()
    particulars: Particulars = Particulars()
    preview: DigestOrEmpty = ""


class NoticeReady(msgspec.Struct, frozen=True, tag=True):
    """To the terminal, again after each reconnect until NoticeReceived: fetch the sealed notice by its digest."""

    case_id: Id
    notice: NoticeView


class NoticeReceived(msgspec.Struct, frozen=True, tag=True):
    """Terminal: the notice is here and was verified. ``is_genuine`` is the verifier's verdict. Answer: Done."""

    request_id: Id
    notice_id: Id
    is_genuine: bool


class NoticePrinted(msgspec.Struct, frozen=True, tag=True):
    """Terminal: the printer's outcome. A failed print may be reported again later. Answer: Done."""

    request_id: Id
    notice_id: Id
    is_printed: bool
    detail: ShortText = ""


# --- the desk and the call -------------------------------------------------------------------


class SetAvailability(msgspec.Struct, frozen=True, tag=True):
    """Desk: ready for calls, or away with a reason in the reviewer's words. Answer: DeskChanged."""

    is_ready: bool
    reason: ShortText = ""


class DeskChanged(msgspec.Struct, frozen=True, tag=True):
    """To the desk: its availability now, why, and since when. ``until`` is when the wrap-up ends by itself."""

    availability: Availability
    reason: ShortText
    since: datetime
    until: datetime | None = None


class QueueChanged(msgspec.Struct, frozen=True, tag=True):
    """To each desk: the tickets it could serve, first in line first (at most 50)."""

    waiting: tuple[WaitingEntry, ...]


class CallOffered(msgspec.Struct, frozen=True, tag=True):
    """To one desk: it rings for ``ring_s`` seconds. The case can be read and its materials fetched before answering."""

    call_id: Id
    case: CaseView
    ring_s: float


class CallRinging(msgspec.Struct, frozen=True, tag=True):
    """To the terminal: a desk is ringing."""

    call_id: Id
    case_id: Id


class AnswerCall(msgspec.Struct, frozen=True, tag=True):
    """Desk: take the call. Answer: CallStarted to both; a late or second answer gets CALL_GONE or CALL_TAKEN."""

    call_id: Id


class DeclineCall(msgspec.Struct, frozen=True, tag=True):
    """Desk: do not take the call; the desk becomes away, the case goes to the next desk or back to the head."""

    call_id: Id


class CallStarted(msgspec.Struct, frozen=True, tag=True):
    """To both: the call is on; the one with ``is_offerer`` sends the offer of this generation.

    Sent again with ``is_resumed`` after a reconnect: who still has a living link of this generation does
    nothing, who has none (a restarted program) answers with Rejoin.
    """

    call_id: Id
    case: CaseView
    generation: Generation
    is_offerer: bool
    peer_name: ShortText
    is_held: bool = False
    is_resumed: bool = False


class HoldCall(msgspec.Struct, frozen=True, tag=True):
    """Desk: hold the call (both sides mute) or resume it. Answer: CallHeld to both."""

    call_id: Id
    is_held: bool


class CallHeld(msgspec.Struct, frozen=True, tag=True):
    """To both: the call is held, or goes on."""

    call_id: Id
    is_held: bool


class EndCall(msgspec.Struct, frozen=True, tag=True):
    """Either side: hang up. Answer: CallEnded to both."""

    call_id: Id


class CallEnded(msgspec.Struct, frozen=True, tag=True):
    """To both: the call, or the ringing, is over. A call already over may be reported again."""

    call_id: Id
    reason: EndReason


class Description(msgspec.Struct, frozen=True, tag=True):
    """Relayed: a session description with all candidates gathered (RFC 9429). Old generations are dropped."""

    call_id: Id
    generation: Generation
    kind: Literal["offer", "answer"]
    sdp: Sdp


class Candidate(msgspec.Struct, frozen=True, tag=True):
    """Relayed: one ICE candidate from a side that trickles (browsers; RFC 8838). Empty = end of candidates."""

    call_id: Id
    generation: Generation
    candidate: Annotated[str, msgspec.Meta(max_length=1_024)]
    sdp_mid: str | None
    sdp_mline_index: int | None


class Rejoin(msgspec.Struct, frozen=True, tag=True):
    """Either side: the link of this generation is dead. Answer: CallStarted with the next generation to both.

    Only the first Rejoin of a generation counts; the old link stays until the new one carries media.
    """

    call_id: Id
    generation: Generation


# --- looking at papers together ---------------------------------------------------------------


class ShowPage(msgspec.Struct, frozen=True, tag=True):
    """Relayed from the desk: look at this page (0-based) of this material. Kept as the room's current page."""

    case_id: Id
    digest: Digest
    page: Page


class OperateMark(msgspec.Struct, frozen=True, tag=True):
    """One operation on the marks of a material. The server reads only this envelope, never ``body``.

    ``target`` is the mark id an operation adds or erases, or the operation id it undoes or redoes.
    Answer: MarkNumbered to everyone in the room, or MarkRefused.
    """

    case_id: Id
    digest: Digest
    operation_id: Id
    op_class: OpClass
    target: Id
    body: MarkBody


class MarkNumbered(msgspec.Struct, frozen=True, tag=True):
    """An operation in its final order: ``seq`` counts from 1 within the case; author and time are the server's."""

    case_id: Id
    digest: Digest
    seq: int
    operation_id: Id
    op_class: OpClass
    target: Id
    body: MarkBody
    author: ShortText
    time: datetime


class MarkRefused(msgspec.Struct, frozen=True, tag=True):
    """To the sender: the operation did not happen; take it off the screen."""

    operation_id: Id
    code: ErrorCode


class WetInk(msgspec.Struct, frozen=True, tag=True):
    """Relayed, droppable, never kept: a piece of a stroke while it is being drawn. ``author`` is set by the server."""

    case_id: Id
    digest: Digest
    page: Page
    body: WetBody
    author: ShortText = ""


ToHall = (
    SubmitCase
    | SubmitCorrection
    | WithdrawCase
    | Decide
    | NoticeReceived
    | NoticePrinted
    | SetAvailability
    | AnswerCall
    | DeclineCall
    | HoldCall
    | EndCall
    | Description
    | Candidate
    | Rejoin
    | ShowPage
    | OperateMark
    | WetInk
    | Act
)
"""What a program that is let in may say to the hall."""

FromHall = (
    Error
    | Done
    | Catalogue
    | TicketIssued
    | CaseChanged
    | TicketChanged
    | NoticeReady
    | DeskChanged
    | QueueChanged
    | CallOffered
    | CallRinging
    | CallStarted
    | CallHeld
    | CallEnded
    | Description
    | Candidate
    | ShowPage
    | MarkNumbered
    | MarkRefused
    | WetInk
    | Tidings
)
"""What the hall says to a program that is let in."""

FromClient = Hello | AnswerChallenge | LogIn | ToHall
"""Every message a server can receive."""

FromServer = Challenge | AskPassword | Welcome | FromHall
"""Every message a client can receive."""

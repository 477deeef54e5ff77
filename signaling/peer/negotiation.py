"""What one WebRTC leg decides: who speaks when, what is stale, when the link is dead.

Sans-I/O: inputs are method calls, outputs a list of steps that connection.py performs in
order. It owns no sockets, no clock (time is an argument) and no media.

Rules. One side offers (aiortc has no rollback, so there is no glare to solve; RFC 9429, 4.1.8).
Every message carries the generation of the link; another generation's are dropped. Nothing is
described before this side has accepted, so no media and no address leaves it. A description
that comes twice is answered with the same answer. The link is "connected" once media can flow,
"unstable" after 2 s without a packet, "failed" after 5 s: then Rejoin is said, once, and the
link goes on listening, since the old link is kept until the new one carries media.
"""

from typing import Literal, assert_never

import msgspec

from signaling.protocol.messages import Candidate, Description, Rejoin

LinkState = Literal["new", "connecting", "connected", "unstable", "failed", "closed"]
"""What people may see of a link."""

Phase = Literal["withheld", "expecting", "describing", "offered", "linking", "linked", "closed"]
Act = Literal["accept", "take_offer", "described", "take_answer", "open", "close"]

UNSTABLE_S = 2.0
FAILED_S = 5.0
CONNECT_S = 8.0
"""From both descriptions known to the first packet; then the link counts as dead."""
GONE_S = 1.0
"""A link that the other side closed is usually followed by CallEnded; Rejoin waits so long for it."""
MAX_EARLY_CANDIDATES = 64
MAX_STALL_S = 1.0
"""When nobody looked for longer than this, we slept, not the other side."""

STEPS_OF_OFFERER: dict[tuple[Phase, Act], Phase] = {
    ("withheld", "accept"): "describing",
    ("describing", "described"): "offered",
    ("offered", "take_answer"): "linking",
    ("linking", "open"): "linked",
}
STEPS_OF_ANSWERER: dict[tuple[Phase, Act], Phase] = {
    ("withheld", "accept"): "expecting",
    ("expecting", "take_offer"): "describing",
    ("describing", "described"): "linking",
    ("linking", "open"): "linked",
}
"""The legal steps; "close" is legal everywhere, everything else is not."""


class MakeOffer(msgspec.Struct, frozen=True):
    """Open the connection and describe it; then call ``described``."""


class MakeAnswer(msgspec.Struct, frozen=True):
    """Open the connection, take this offer and describe the answer; then call ``described``."""

    offer: str


class TakeAnswer(msgspec.Struct, frozen=True):
    """Give this answer to the connection."""

    answer: str


class TakeCandidate(msgspec.Struct, frozen=True):
    """Give this candidate to the connection, after the description before it."""

    candidate: Candidate


class Say(msgspec.Struct, frozen=True):
    """Send this to the other side."""

    message: Description | Rejoin


class Show(msgspec.Struct, frozen=True):
    """The link is now like this."""

    state: LinkState


class Drop(msgspec.Struct, frozen=True):
    """Close the connection: it is of no more use."""


Step = MakeOffer | MakeAnswer | TakeAnswer | TakeCandidate | Say | Show | Drop


class IllegalStep(Exception):
    """Our own program called an input that this phase does not know."""


class Negotiation:
    """One generation of one call, seen from one side."""

    def __init__(self, call_id: str, generation: int, is_offerer: bool) -> None:
        self.call_id = call_id
        self.generation = generation
        self.is_offerer = is_offerer
        self.phase: Phase = "withheld"
        self.state: LinkState = "new"
        self._steps = STEPS_OF_OFFERER if is_offerer else STEPS_OF_ANSWERER
        self._taken = ""
        self._said: Description | None = None
        self._held_offer: str | None = None
        self._early: list[Candidate] = []
        self._has_asked = False
        self._packets = 0
        self._moved_at: float | None = None
        self._looked_at = 0.0
        self._gone_at: float | None = None

    # --- inputs -------------------------------------------------------------------------------

    def accept(self) -> list[Step]:
        """This side agrees to send and receive media. A repeat changes nothing."""
        if self.phase != "withheld":
            return []
        self._go("accept")
        steps: list[Step] = [*self._show("connecting")]
        if self.is_offerer:
            return [*steps, MakeOffer()]
        if self._held_offer is not None:
            return [*steps, *self._take_offer(self._held_offer)]
        return steps

    def described(self, sdp: str) -> list[Step]:
        """The connection has gathered its candidates and this is its description."""
        if self.phase == "closed":
            return []
        self._go("described")
        self._said = Description(
            call_id=self.call_id, generation=self.generation, kind="offer" if self.is_offerer else "answer", sdp=sdp
        )
        return [Say(self._said)]

    def received(self, message: Description | Candidate) -> list[Step]:
        """The other side said something. What is stale, foreign or out of turn yields no steps."""
        if (message.call_id, message.generation) != (self.call_id, self.generation) or self.phase == "closed":
            return []
        match message:
            case Description():
                return self._answered(message) if self.is_offerer else self._offered(message)
            case Candidate():
                return self._candidate(message)
        assert_never(message)

    def observed(self, now: float, packets: int, is_open: bool) -> list[Step]:
        """Look at the link, several times a second.

        ``now`` in monotonic seconds; ``packets`` received so far; ``is_open``: keys are agreed and media can flow.
        """
        if self.phase == "closed":
            return []
        stall = now - self._looked_at
        if self._moved_at is not None and stall > MAX_STALL_S:
            self._moved_at += stall
        self._looked_at = now
        if self._gone_at is not None:
            return self._dead() if now - self._gone_at >= GONE_S else []
        if self.phase not in ("linking", "linked"):
            return []
        if self._moved_at is None:
            self._moved_at = now
        if is_open and packets != self._packets:
            self._packets, self._moved_at = packets, now
            if self.phase == "linking":
                self._go("open")
            return self._show("connected")
        return self._silent(now - self._moved_at)

    def gone(self, now: float) -> list[Step]:
        """The connection closed or failed under us; ``observed`` decides after GONE_S what that means."""
        if self._gone_at is not None or self.phase == "closed":
            return []
        self._gone_at = now
        return self._show("unstable")

    def broken(self) -> list[Step]:
        """The connection could not be made from what was said."""
        return [] if self.phase == "closed" else self._dead()

    def close(self) -> list[Step]:
        """The call, or this generation of it, is over for us."""
        if self.phase == "closed":
            return []
        self.phase = "closed"
        return [*self._show("closed"), Drop()]

    # --- inside -------------------------------------------------------------------------------

    def _go(self, act: Act) -> None:
        following = self._steps.get((self.phase, act))
        if following is None:
            raise IllegalStep(f"{act} while {self.phase}")
        self.phase = following

    def _show(self, state: LinkState) -> list[Step]:
        if state == self.state:
            return []
        self.state = state
        return [Show(state)]

    def _offered(self, message: Description) -> list[Step]:
        if message.kind != "offer":
            return []
        if self.phase == "withheld":
            self._held_offer = self._held_offer or message.sdp
            return []
        if self.phase == "expecting":
            return self._take_offer(message.sdp)
        if message.sdp == self._taken and self._said is not None:
            return [Say(self._said)]
        return []

    def _take_offer(self, sdp: str) -> list[Step]:
        self._go("take_offer")
        self._taken = sdp
        return [MakeAnswer(sdp), *self._early_candidates()]

    def _answered(self, message: Description) -> list[Step]:
        if message.kind != "answer" or self.phase != "offered":
            return []
        self._go("take_answer")
        self._taken = message.sdp
        return [TakeAnswer(message.sdp), *self._early_candidates()]

    def _candidate(self, message: Candidate) -> list[Step]:
        if self._taken:
            return [TakeCandidate(message)]
        if len(self._early) < MAX_EARLY_CANDIDATES:
            self._early.append(message)
        return []

    def _early_candidates(self) -> list[Step]:
        early, self._early = self._early, []
        return [TakeCandidate(candidate) for candidate in early]

    def _silent(self, silent_s: float) -> list[Step]:
        if self.phase == "linking":
            return self._ask_again() if silent_s >= CONNECT_S else []
        if silent_s >= FAILED_S:
            return self._ask_again()
        return self._show("unstable") if silent_s >= UNSTABLE_S else []

    def _ask_again(self) -> list[Step]:
        steps = self._show("failed")
        if not self._has_asked:
            self._has_asked = True
            steps.append(Say(Rejoin(call_id=self.call_id, generation=self.generation)))
        return steps

    def _dead(self) -> list[Step]:
        self.phase = "closed"
        return [*self._ask_again(), Drop()]

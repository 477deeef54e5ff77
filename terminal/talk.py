"""The terminal's side of a call as plain state: consent, generations, what to do when the hall starts it again.

Owned by ``TerminalSession``. Rules: no leg is opened before the applicant agreed to video (at submitting, or by
the button in the call); messages of the desk that come earlier wait; a resumed call whose leg is gone here
(restarted program, failed link) asks for the next generation (interfaces: CallStarted, Rejoin).
"""

from collections.abc import Callable

import msgspec

from signaling.protocol.messages import CallStarted, Candidate, Description, Rejoin
from terminal.effects import Effect, GiveToLeg, MuteLeg, Say, StartLeg, StopLeg

MAX_EARLY = 64
"""Negotiation messages kept before the applicant agreed; a browser trickles some twenty."""


class Call(msgspec.Struct, frozen=True):
    """The call that is on. ``leg_generation`` is that of the living leg, 0 for none; ``link`` its last state."""

    call_id: str
    generation: int
    is_offerer: bool
    peer_name: str
    is_held: bool = False
    is_resumed: bool = False
    is_joined: bool = False
    leg_generation: int = 0
    link: str = "new"
    is_restarted: bool = False
    """The call was on before this program started: whether the applicant had agreed to video is not known any more."""


class Talk:
    """Decides when a leg is opened, fed, muted and closed."""

    def __init__(self, perform: Callable[[Effect], None], changed: Callable[[], None]) -> None:
        self.call: Call | None = None
        self.is_microphone_off = False
        self.is_camera_off = False
        self._perform = perform
        self._changed = changed
        self._early: list[Description | Candidate] = []

    def started(self, message: CallStarted, consents: bool) -> None:
        """The hall says the call is on: first time, next generation, or again after a reconnect."""
        old = self.call if self.call is not None and self.call.call_id == message.call_id else None
        if old is None and self.call is not None:
            self.stop()
        if old is not None and message.generation < old.generation:
            return
        if old is None or old.generation != message.generation:
            self._early.clear()
        is_joined = consents or (old is not None and old.is_joined)
        self.call = Call(
            message.call_id,
            message.generation,
            message.is_offerer,
            message.peer_name,
            message.is_held,
            message.is_resumed,
            is_joined,
            old.leg_generation if old else 0,
            old.link if old else "new",
            old.is_restarted if old else message.is_resumed,
        )
        if is_joined:
            self._open()

    def join(self) -> None:
        """The applicant agreed to video now."""
        if self.call is not None and not self.call.is_joined:
            self.call = msgspec.structs.replace(self.call, is_joined=True)
            self._open()
            self._changed()

    def negotiate(self, message: Description | Candidate) -> None:
        """A message of the desk for this generation; kept while there is no leg yet."""
        call = self.call
        if call is None or (message.call_id, message.generation) != (call.call_id, call.generation):
            return
        if call.leg_generation == call.generation:
            self._perform(GiveToLeg(message))
        elif len(self._early) < MAX_EARLY:
            self._early.append(message)

    def held(self, call_id: str, is_held: bool) -> None:
        """The desk holds the call or takes it up again."""
        if self.call is not None and self.call.call_id == call_id:
            self.call = msgspec.structs.replace(self.call, is_held=is_held)
            self._mute()

    def mute(self, *, microphone: bool | None = None, camera: bool | None = None) -> None:
        """The applicant's own switches; None leaves one as it is."""
        if microphone is not None:
            self.is_microphone_off = microphone
        if camera is not None:
            self.is_camera_off = camera
        self._mute()
        self._changed()

    def leg_changed(self, call_id: str, generation: int, link: str) -> None:
        """A leg reports its state; an older generation's reports are out of date."""
        call = self.call
        if call is not None and (call_id, generation) == (call.call_id, call.leg_generation):
            self.call = msgspec.structs.replace(call, link=link)
            self._changed()

    def ended(self, call_id: str) -> None:
        """The call is over; an older one's end may be told again."""
        if self.call is not None and self.call.call_id == call_id:
            self.stop()

    def stop(self) -> None:
        """Close the leg and forget the call and its switches."""
        if self.call is not None and self.call.is_joined:
            self._perform(StopLeg())
        self.call = None
        self._early.clear()
        self.is_microphone_off = self.is_camera_off = False

    def _open(self) -> None:
        call = self.call
        if call is None:
            return
        if call.leg_generation == call.generation:
            if call.is_resumed and call.link not in ("connected", "unstable"):
                # What this leg or the desk's said while the line to the hall was down is lost.
                self._perform(Say(Rejoin(call.call_id, call.generation)))
            return
        if call.is_resumed:
            self._perform(Say(Rejoin(call.call_id, call.generation)))
            return
        self.call = msgspec.structs.replace(call, leg_generation=call.generation, link="connecting")
        self._perform(StartLeg(call.call_id, call.generation, call.is_offerer))
        if self.is_microphone_off or self.is_camera_off or call.is_held:
            self._mute()
        for message in self._early:
            self._perform(GiveToLeg(message))
        self._early.clear()

    def _mute(self) -> None:
        call = self.call
        if call is not None and call.leg_generation:
            self._perform(MuteLeg(self.is_microphone_off or call.is_held, self.is_camera_off or call.is_held))

"""The states a desk's connection, its ringing call and its call can be in. Values only; session.py moves them."""

from datetime import datetime
from typing import Literal

import msgspec

Connection = Literal["logged_out", "connecting", "online", "waiting", "refused"]
Link = Literal["new", "connecting", "connected", "unstable", "failed", "closed"]


class Offer(msgspec.Struct):
    """A ringing call. ``ends_at`` by the clock that dated the message."""

    call_id: str
    ring_s: float
    ends_at: datetime
    is_answering: bool = False


class Call(msgspec.Struct):
    """The call that is on. ``leg`` is the generation of the newest WebRTC connection, 0 while there is none."""

    call_id: str
    generation: int
    peer_name: str
    is_held: bool = False
    link: Link = "new"
    leg: int = 0
    older_leg: int = 0
    has_microphone: bool = True
    has_camera: bool = True

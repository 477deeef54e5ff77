"""Messages to text frames and back; the only place that knows JSON.

A frame is one message. Unknown fields are ignored, everything else must fit the struct.
"""

from typing import TypeVar

import msgspec

from signaling.protocol.errors import ErrorCode, MalformedMessage
from signaling.protocol.messages import FromClient, FromServer

MAX_FRAME_BYTES = 65_536
"""Largest frame either side accepts of a client; a server's may be four times that (a busy hall's floor)."""

MAX_SERVER_FRAME_BYTES = 4 * MAX_FRAME_BYTES

_encoder = msgspec.json.Encoder()
_from_client: msgspec.json.Decoder[FromClient] = msgspec.json.Decoder(FromClient)
_from_server: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)
_CLIENT_TYPES = frozenset(cls.__name__ for cls in FromClient.__args__)
_SERVER_TYPES = frozenset(cls.__name__ for cls in FromServer.__args__)


_T = TypeVar("_T")


class _Tag(msgspec.Struct):
    type: str = ""


_tag: msgspec.json.Decoder[_Tag] = msgspec.json.Decoder(_Tag)


def encode(message: FromClient | FromServer) -> str:
    """One message as the text of one frame."""
    return _encoder.encode(message).decode()


def decode_from_client(frame: str | bytes) -> FromClient:
    """What a client said. Raises MalformedMessage."""
    return _decode(_from_client, _CLIENT_TYPES, frame, MAX_FRAME_BYTES)


def decode_from_server(frame: str | bytes) -> FromServer:
    """What the server said. Raises MalformedMessage."""
    return _decode(_from_server, _SERVER_TYPES, frame, MAX_SERVER_FRAME_BYTES)


def _decode(decoder: msgspec.json.Decoder[_T], types: frozenset[str], frame: str | bytes, limit: int) -> _T:
    size = len(frame) if isinstance(frame, bytes) else len(frame.encode("utf-8", "surrogatepass"))
    if size > limit:
        raise MalformedMessage(ErrorCode.MESSAGE_TOO_LARGE, f"{size} > {limit}")
    try:
        return decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as problem:
        raise MalformedMessage(_kind_of_fault(types, frame), type(problem).__name__) from None


def _kind_of_fault(types: frozenset[str], frame: str | bytes) -> ErrorCode:
    """Tell a message of a newer version from nonsense."""
    try:
        name = _tag.decode(frame).type
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ErrorCode.MALFORMED_MESSAGE
    return ErrorCode.MALFORMED_MESSAGE if name in types or not name else ErrorCode.UNKNOWN_MESSAGE

"""What a machine is given when it is admitted to a hall, and what its key signs.

The hall's administrator makes these files (``hall server enrol``); they are carried to
the machine and read there. They hold secrets: readable by their owner only.
"""

import msgspec

APPLICATION = "cloud-window"
"""Name of the folder with our data below the user's data folder (platformdirs)."""


class DeviceFile(msgspec.Struct, frozen=True):
    """``devices/<terminal_id>.json``: who a terminal is, where its hall is, whom to believe.

    ``private_key`` is the raw Ed25519 seed (32 bytes, base64 in JSON); ``trust_root`` the PEM certificate that
    seals of this hall lead to.
    """

    terminal_id: str
    name: str
    url: str
    private_key: bytes
    trust_root: str


class LoginFile(msgspec.Struct, frozen=True):
    """``first-login.json``: the first reviewer's login that the server makes on an empty hall."""

    reviewer: str
    password: str
    desk_id: str
    url: str


def signed_hello(nonce: bytes) -> bytes:
    """The bytes a terminal signs to prove its key; the prefix keeps the signature useless elsewhere."""
    return b"cloud-window terminal hello\x00" + nonce

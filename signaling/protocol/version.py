"""Which versions of the conversation this program speaks.

A version is one whole number. It grows when a message changes its meaning or a
required field appears; new optional fields and new messages do not change it,
because unknown fields are ignored and unknown messages are answered with an error.
"""

VERSIONS: tuple[int, ...] = (1,)
"""Versions spoken, newest first."""


def choose_version(offered: tuple[int, ...]) -> int | None:
    """The newest version both sides speak, or None."""
    shared = set(VERSIONS) & set(offered)
    return max(shared) if shared else None

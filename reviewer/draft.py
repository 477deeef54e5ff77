"""The correction draft (补正草稿): what the reviewer is writing before it is sent. Plain values, nothing decided."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from signaling.protocol.values import Correction


class DraftCorrection(msgspec.Struct, frozen=True):
    """One item the reviewer is writing. ``page`` counts from 0; ``mark_id`` is empty when added by hand."""

    draft_id: str
    slot: str
    page: int
    problem: str = ""
    requirement: str = ""
    mark_id: str = ""

    @property
    def is_complete(self) -> bool:
        """Both what is wrong and what it must meet are said."""
        return bool(self.problem.strip() and self.requirement.strip())


def as_corrections(
    drafts: Iterable[DraftCorrection],
    crops: Mapping[str, str] = MappingProxyType({}),
    numbers: Mapping[str, int] = MappingProxyType({}),
) -> tuple[Correction, ...]:
    """The drafts as they travel; ``crops`` are pictures of marks (digests), ``numbers`` their numbers in the list."""
    return tuple(
        Correction(
            draft.slot,
            draft.page,
            draft.problem.strip(),
            draft.requirement.strip(),
            draft.mark_id,
            mark_number=numbers.get(draft.mark_id, 0),
            crop=crops.get(draft.mark_id, ""),
        )
        for draft in drafts
    )

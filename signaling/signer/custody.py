"""Who may use which seal for what: the register and the grants, made of the log's entries, and the one check of a use.

Pure: entries in, verdict out. A seal is used only by a person with a grant for that kind of notice at that time; a
seal that needs two persons only when two different ones with grants acted in the case. No grant reaches past the
seal's own kinds and period, and a suspended or revoked seal allows nobody anything.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, assert_never

import msgspec
from msgspec.structs import replace

from signaling.protocol.values import NoticeKind
from signaling.signer.entries import (
    EVERYBODY,
    CustodyEntry,
    GrantGiven,
    GrantWithdrawn,
    SealRegistered,
    SealResumed,
    SealRevoked,
    SealSuspended,
)
from signaling.signer.errors import BadCustody, CustodyRefused, UnknownSeal

Status = Literal["active", "suspended", "revoked"]

_NOT_ACTIVE: dict[Status, tuple[str, str]] = {
    "suspended": ("seal_suspended", "印章已停用，不能用印 (the seal is suspended)"),
    "revoked": ("seal_revoked", "印章已作废，不能用印 (the seal is revoked)"),
}


class SealState(msgspec.Struct, frozen=True):
    """A seal of the register as it is now, with the grants that were not withdrawn."""

    registered: SealRegistered
    status: Status = "active"
    reason: str = ""
    grants: tuple[GrantGiven, ...] = ()

    def serves(self, kind: NoticeKind) -> bool:
        """Whether this seal may stand on notices of this kind."""
        return not self.registered.kinds or kind in self.registered.kinds


class Custody:
    """The register: seals by id in the order they were registered."""

    def __init__(self, entries: Iterable[CustodyEntry] = ()) -> None:
        self.seals: dict[str, SealState] = {}
        for entry in entries:
            self.apply(entry)

    def apply(self, entry: CustodyEntry) -> None:
        """Change the register by one entry. Raises BadCustody or UnknownSeal when it does not fit, changing nothing."""
        if isinstance(entry, SealRegistered):
            self._register(entry)
            return
        seal = self.seal(entry.seal_id)
        match entry:
            case GrantGiven():
                _check_grant(seal, entry)
                seal = replace(seal, grants=(*seal.grants, entry))
            case GrantWithdrawn():
                left = tuple(grant for grant in seal.grants if grant.person != entry.person)
                if left == seal.grants:
                    raise BadCustody(f"{entry.person} 没有该印章的授权 (no grant to withdraw)")
                seal = replace(seal, grants=left)
            case SealSuspended():
                seal = _step(seal, "active", "suspended", entry.reason)
            case SealResumed():
                seal = _step(seal, "suspended", "active", entry.reason)
            case SealRevoked():
                if seal.status == "revoked":
                    raise BadCustody("印章已经作废 (the seal is revoked already)")
                seal = replace(seal, status="revoked", reason=entry.reason)
            case _:
                assert_never(entry)
        self.seals[entry.seal_id] = seal

    def seal(self, seal_id: str) -> SealState:
        """The seal of this id. Raises UnknownSeal."""
        if seal_id not in self.seals:
            raise UnknownSeal(seal_id)
        return self.seals[seal_id]

    def seal_for(self, kind: NoticeKind, authority: str) -> SealState:
        """The seal for this kind of notice: a real one before a test one, the newest one. Raises CustodyRefused.

        Whether it may be used now is not asked here: with the real seal suspended nothing falls back to a test seal.
        """
        fitting = [seal for seal in self.seals.values() if seal.serves(kind) and seal.registered.authority == authority]
        if not fitting:
            raise CustodyRefused("no_seal", "没有可用于这种文书的印章 (no seal for this kind of notice)")
        return max(enumerate(fitting), key=lambda pair: (not pair[1].registered.is_test, pair[0]))[1]

    def check(self, seal_id: str, kind: NoticeKind, persons: tuple[str, ...], now: datetime) -> None:
        """Raise CustodyRefused unless these persons, the one who acts now last, may use this seal for this kind now."""
        seal = self.seal(seal_id)
        registered = seal.registered
        if seal.status != "active":
            raise CustodyRefused(*_NOT_ACTIVE[seal.status])
        if not registered.since <= now < registered.until:
            raise CustodyRefused("seal_out_of_date", "印章不在有效期内 (outside the seal's period)")
        if not seal.serves(kind):
            raise CustodyRefused("wrong_kind", "该印章不用于这种文书 (the seal is not for this kind of notice)")
        granted = {person for person in persons if any(_covers(grant, person, kind, now) for grant in seal.grants)}
        if not persons or persons[-1] not in granted:
            raise CustodyRefused("no_grant", "经办人没有使用该印章的授权 (no grant for the person who acts)")
        if len(granted) < registered.persons_needed:
            raise CustodyRefused(
                "second_person_needed",
                "该印章须由两名有授权的人员先后办理，现只有一名 (a second person with a grant must have acted)",
            )

    def _register(self, entry: SealRegistered) -> None:
        if entry.seal_id in self.seals:
            raise BadCustody(f"印章 {entry.seal_id} 已经登记 (registered already)")
        if entry.since >= entry.until:
            raise BadCustody("印章的有效期为空 (the seal's period is empty)")
        self.seals[entry.seal_id] = SealState(entry)


def _step(seal: SealState, old: Status, new: Status, reason: str) -> SealState:
    if seal.status != old:
        raise BadCustody(f"印章的状态是 {seal.status} (the seal is {seal.status}, not {old})")
    return replace(seal, status=new, reason=reason)


def _check_grant(seal: SealState, grant: GrantGiven) -> None:
    if seal.status == "revoked":
        raise BadCustody("印章已作废，不能再授权 (the seal is revoked)")
    if not grant.person:
        raise BadCustody("授权须写明人员 (a grant names a person)")
    if grant.since >= grant.until:
        raise BadCustody("授权的截止时间不晚于起始时间 (the grant ends before it begins)")
    if strange := [kind for kind in grant.kinds if not seal.serves(kind)]:
        raise BadCustody(f"该印章不用于 {', '.join(strange)} (the seal is not for these kinds)")


def _covers(grant: GrantGiven, person: str, kind: NoticeKind, now: datetime) -> bool:
    return (
        grant.person in (person, EVERYBODY)
        and (not grant.kinds or kind in grant.kinds)
        and grant.since <= now < grant.until
    )

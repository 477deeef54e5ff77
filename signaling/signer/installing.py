"""The first seal of a hall: a test authority made on the spot, the seal of an earlier version, their standing grants.

Safe to repeat after a crash between any two steps: what lies in the cabinet and is not registered is registered.
"""

from datetime import datetime
from pathlib import Path

import esign
from signaling.signer.cabinet import Cabinet, registration
from signaling.signer.custody import Custody
from signaling.signer.entries import EVERYBODY, GrantGiven, SealRegistered, SealRevoked
from signaling.signer.errors import SignerError
from signaling.signer.store import SigningStore

ACTOR = "installation"


def install(store: SigningStore, cabinet: Cabinet, data: Path, authority: str, now: datetime) -> None:
    """Have a seal of this authority, a test seal if need be. Raises SignerError when the seals here are another's."""
    old = data / "seal"
    if old.is_dir() and any(old.iterdir()):
        cabinet.take_over(old)
    for seal_id in cabinet.ids():
        if seal_id not in _register(store).seals:
            _enter(store, cabinet.seal(seal_id), now)
    seals = [state.registered for state in _register(store).seals.values()]
    if seals and all(seal.authority != authority for seal in seals):
        raise SignerError(
            f"不能使用 {authority} 的印章：这里的印章属于 {seals[-1].authority}，请核对设置 organisation"
            " (no seal of this organisation here, but one of another: check the setting organisation)"
        )
    if not any(_can_issue(state.registered, cabinet) for state in _register(store).seals.values()):
        made = cabinet.add(lambda folder: esign.make_test_authority(folder, authority, now=now))
        _enter(store, made, now)


def enter_test_seal(store: SigningStore, seal: esign.Seal, actor: str, now: datetime, entry: SealRegistered) -> None:
    """Register a test seal with its standing grant: it has no legal effect, so everybody enrolled may use it."""
    store.append(entry, actor, now)
    store.append(GrantGiven(seal.seal_id, EVERYBODY, (), entry.since, entry.until, actor), actor, now)


def _enter(store: SigningStore, seal: esign.Seal, now: datetime) -> None:
    entry = registration(seal)
    if seal.is_test:
        enter_test_seal(store, seal, ACTOR, now, entry)
    else:
        store.append(entry, ACTOR, now)
    if not _can_be_proved(seal):
        reason = "旧版测试印章没有吊销列表，由新的测试印章接替 (replaced: an old test seal has no revocation lists)"
        store.append(SealRevoked(seal.seal_id, reason), ACTOR, now)


def _register(store: SigningStore) -> Custody:
    return store.custody()[1]


def _can_issue(seal: SealRegistered, cabinet: Cabinet) -> bool:
    return _can_be_proved(cabinet.seal(seal.seal_id))


def _can_be_proved(seal: esign.Seal) -> bool:
    """The test authority of the first versions issued no revocation lists: nothing sealed by it reaches B-LTA."""
    return not seal.is_test or len(seal.chain) > 1

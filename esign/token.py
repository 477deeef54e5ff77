"""A key that never leaves its token: PKCS#11 (a cryptographic machine, a USB key; SoftHSM2 in tests).

The token is opened before the first signature and again after it was lost. Its PIN is read then, from a file or the
environment, and never tried again once refused: a token locks itself after a few wrong ones.
"""

import hashlib
import logging
import threading
from collections.abc import Callable
from functools import cache

import pkcs11
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11.types import SignMixin

from esign.errors import BadSealFolder, TokenUnavailable
from esign.keys import Algorithm, algorithm_of, verifies

__all__ = ["TokenKey"]

logger = logging.getLogger(__name__)

_PROBE = b"Cloud Window: does this key belong to its certificate?"
_TROUBLES: dict[type[pkcs11.PKCS11Error], str] = {
    pkcs11.PKCS11Error: "the library of its driver cannot be loaded",
    pkcs11.NoSuchToken: "the token is not there",
    pkcs11.TokenNotPresent: "the token is not there",
    pkcs11.DeviceRemoved: "the token is not there",
    pkcs11.MultipleTokensReturned: "several tokens have this label",
    pkcs11.NoSuchKey: "the token holds no private key with this label",
    pkcs11.MultipleObjectsReturned: "the token holds several private keys with this label",
    pkcs11.PinIncorrect: "the token refuses the PIN; it is not tried again until it is changed",
    pkcs11.PinLenRange: "the token refuses the PIN; it is not tried again until it is changed",
    pkcs11.PinInvalid: "the token refuses the PIN; it is not tried again until it is changed",
    pkcs11.PinLocked: "the token is locked after too many wrong PINs",
    pkcs11.PinExpired: "the PIN of the token has expired",
    pkcs11.MechanismInvalid: "the token cannot make signatures of this kind",
}
_KINDS: dict[Algorithm, pkcs11.KeyType] = {
    "ecdsa-p256-sha256": pkcs11.KeyType.EC,
    "rsa-sha256": pkcs11.KeyType.RSA,
}
_PIN_REFUSED = (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid)


class _Driver:
    """One PKCS#11 library. It is initialised once for the whole process (PKCS #11 2.40, 5.4), so all its keys share it.

    Starting it anew ends every session, and handles of ended sessions come back with another meaning: whoever holds
    one looks at `generation` before using it, under `lock`.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self.lock = threading.RLock()
        self.generation = 0

    def restart(self) -> None:
        """Close everything, and see which tokens are there now."""
        self.generation += 1
        pkcs11.lib(self._module).reinitialize()

    def token(self, label: str) -> pkcs11.Token:
        """The token with this label, as far as the driver knows."""
        return pkcs11.lib(self._module).get_token(token_label=label)


_driver = cache(_Driver)


class TokenKey:
    """A private key in a token, both found by their labels. Safe to use from several threads.

    Every trouble is a `TokenUnavailable` in plain words. Each signature is checked against the certificate before it
    is given out: neither another key of the same label nor a fault in the token can pass.
    """

    def __init__(self, module: str, token: str, label: str, certificate: bytes, pin: Callable[[], str]) -> None:
        """`module`: path of the driver's library; `pin` is called at each opening. Touches no token yet."""
        self._driver = _driver(module)
        self._token = token
        self._label = label
        self._certificate = certificate
        self._algorithm = algorithm_of(certificate)
        self._pin = pin
        self._refused_pin: str | None = None
        self._key: SignMixin | None = None
        self._generation = -1

    @property
    def algorithm(self) -> Algorithm:
        return self._algorithm

    @property
    def certificate(self) -> bytes:
        return self._certificate

    def sign(self, data: bytes) -> bytes:
        """See `SealKey`; raises `TokenUnavailable`."""
        with self._driver.lock:
            try:
                signature = self._sign_anyhow(data)
            except pkcs11.PKCS11Error as error:
                self._key = None
                trouble = _TROUBLES.get(type(error), f"the token does not work ({type(error).__name__})")
                raise TokenUnavailable(f"{self._token}: {trouble}") from error
        if not verifies(self._certificate, signature, data):
            self._key = None
            raise TokenUnavailable(f"{self._token}: the key in the token does not belong to the certificate")
        return signature

    def check(self) -> None:
        """Open the token, sign with its key and compare with the certificate; raises `TokenUnavailable`."""
        self.sign(_PROBE)

    def _sign_anyhow(self, data: bytes) -> bytes:
        """With the key at hand, or else, when that fails or there is none, with one from a token opened anew."""
        if self._key is not None and self._generation == self._driver.generation:
            try:
                return self._sign(self._key, data)
            except pkcs11.PKCS11Error as error:
                logger.warning("token lost (%s), opening it again", type(error).__name__)
        try:
            self._key = self._open()
        except _PIN_REFUSED:
            raise
        except pkcs11.PKCS11Error:  # the driver may not have noticed that tokens came or went
            self._driver.restart()
            self._key = self._open()
        self._generation = self._driver.generation
        return self._sign(self._key, data)

    def _open(self) -> SignMixin:
        pin = self._secret()
        token = self._driver.token(self._token)
        try:
            session = token.open(user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:  # for another key: a token knows one login for the whole process
            session = token.open()
        except _PIN_REFUSED:
            self._refused_pin = pin
            raise
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
        if key.key_type is not _KINDS[self._algorithm]:
            raise TokenUnavailable(f"{self._token}: the key in the token is of another kind than its certificate")
        if not isinstance(key, SignMixin):
            raise TokenUnavailable(f"{self._token}: the key in the token may not sign")
        return key

    def _secret(self) -> str:
        try:
            pin = self._pin()
        except BadSealFolder as error:
            raise TokenUnavailable(f"{self._token}: {error}") from error
        if pin == self._refused_pin:
            raise TokenUnavailable(f"{self._token}: {_TROUBLES[pkcs11.PinIncorrect]}")
        return pin

    def _sign(self, key: SignMixin, data: bytes) -> bytes:
        if self._algorithm == "rsa-sha256":
            return bytes(key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
        # the raw mechanism over our own digest: not every token has ECDSA-SHA256 (SoftHSM2 2.6 lacks it)
        raw = bytes(key.sign(hashlib.sha256(data).digest(), mechanism=pkcs11.Mechanism.ECDSA))
        r, s = (int.from_bytes(half, "big") for half in (raw[: len(raw) // 2], raw[len(raw) // 2 :]))
        return encode_dss_signature(r, s)

"""The one door to the system's OpenSSL: finding libcrypto, the functions used here, keys as Python objects.

OpenSSL 3.0 is the first release whose EVP functions take an SM2 signer's identity without macros. The `cryptography`
package brings its own OpenSSL, which refuses SM2 keys, and Python's `ssl` offers none of this: hence ctypes.
"""

import ctypes
import ctypes.util
import weakref
from collections.abc import Callable, Iterable
from functools import cache

from esign.national.errors import BadSm2Key, SmUnavailable

__all__ = ["KeyHandle", "digest", "generate", "load_private", "load_public", "sign", "verify"]

_OLDEST = 0x30000000
_HASH_SIZE = 32
_LONGEST_SIGNATURE = 80  # SEQUENCE of two INTEGERs of up to 33 bytes: 72, and some room

_pointer, _size, _int, _bytes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_char_p
_PROTOTYPES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "OpenSSL_version_num": (ctypes.c_ulong, ()),
    "ERR_clear_error": (None, ()),
    "EVP_MD_fetch": (_pointer, (_pointer, _bytes, _bytes)),
    "EVP_DigestInit": (_int, (_pointer, _pointer)),
    "EVP_DigestUpdate": (_int, (_pointer, _bytes, _size)),
    "EVP_DigestFinal": (_int, (_pointer, _pointer, _pointer)),
    "EVP_MD_CTX_new": (_pointer, ()),
    "EVP_MD_CTX_free": (None, (_pointer,)),
    "EVP_MD_CTX_set_pkey_ctx": (None, (_pointer, _pointer)),
    "EVP_PKEY_CTX_new": (_pointer, (_pointer, _pointer)),
    "EVP_PKEY_CTX_new_from_name": (_pointer, (_pointer, _bytes, _bytes)),
    "EVP_PKEY_CTX_free": (None, (_pointer,)),
    "EVP_PKEY_CTX_set1_id": (_int, (_pointer, _bytes, _int)),
    "EVP_PKEY_keygen_init": (_int, (_pointer,)),
    "EVP_PKEY_generate": (_int, (_pointer, _pointer)),
    "EVP_PKEY_is_a": (_int, (_pointer, _bytes)),
    "EVP_PKEY_free": (None, (_pointer,)),
    "EVP_DigestSignInit": (_int, (_pointer, _pointer, _pointer, _pointer, _pointer)),
    "EVP_DigestSign": (_int, (_pointer, _pointer, _pointer, _bytes, _size)),
    "EVP_DigestVerifyInit": (_int, (_pointer, _pointer, _pointer, _pointer, _pointer)),
    "EVP_DigestVerify": (_int, (_pointer, _bytes, _size, _bytes, _size)),
    "d2i_AutoPrivateKey": (_pointer, (_pointer, _pointer, ctypes.c_long)),
    "d2i_PUBKEY": (_pointer, (_pointer, _pointer, ctypes.c_long)),
    "i2d_PrivateKey": (_int, (_pointer, _pointer)),
    "i2d_PUBKEY": (_int, (_pointer, _pointer)),
}


class KeyHandle:
    """One EVP_PKEY of type SM2, freed with this object. May be used by several threads at once."""

    def __init__(self, pointer: int) -> None:
        self.pointer = pointer
        weakref.finalize(self, _library()[0].EVP_PKEY_free, pointer)

    def private_der(self) -> bytes:
        """ECPrivateKey (SEC 1, C.4)."""
        return self._written("i2d_PrivateKey")

    def public_der(self) -> bytes:
        """SubjectPublicKeyInfo (RFC 5280, 4.1)."""
        return self._written("i2d_PUBKEY")

    def _written(self, function: str) -> bytes:
        write = getattr(_library()[0], function)
        size = write(self.pointer, None)
        if size <= 0:
            raise BadSm2Key("the key cannot be written")
        buffer = ctypes.create_string_buffer(size)
        target = ctypes.c_void_p(ctypes.addressof(buffer))
        write(self.pointer, ctypes.byref(target))
        return buffer.raw


def digest(pieces: Iterable[bytes]) -> bytes:
    """SM3 (GB/T 32905-2016) of the pieces one after the other, 32 bytes. Raises `SmUnavailable`."""
    library, sm3 = _library()
    result = ctypes.create_string_buffer(_HASH_SIZE)
    context = library.EVP_MD_CTX_new()
    try:
        done = library.EVP_DigestInit(context, sm3)
        for piece in pieces:
            done &= library.EVP_DigestUpdate(context, piece, len(piece))
        if done != 1 or library.EVP_DigestFinal(context, result, None) != 1:
            raise SmUnavailable("libcrypto cannot compute sm3")
    finally:
        library.EVP_MD_CTX_free(context)
    return result.raw


def generate() -> KeyHandle:
    """A new SM2 key pair. Raises `SmUnavailable`."""
    library, _ = _library()
    context = library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
    made = ctypes.c_void_p()
    try:
        if library.EVP_PKEY_keygen_init(context) != 1 or library.EVP_PKEY_generate(context, ctypes.byref(made)) != 1:
            raise SmUnavailable("libcrypto cannot make an sm2 key")
    finally:
        library.EVP_PKEY_CTX_free(context)
    return KeyHandle(made.value or 0)


def load_private(der: bytes) -> KeyHandle:
    """A private key from PKCS#8 or ECPrivateKey. Raises `BadSm2Key`, `SmUnavailable`."""
    return _loaded(_library()[0].d2i_AutoPrivateKey, der)


def load_public(der: bytes) -> KeyHandle:
    """A public key from a SubjectPublicKeyInfo. Raises `BadSm2Key`, `SmUnavailable`."""
    return _loaded(_library()[0].d2i_PUBKEY, der)


def sign(key: KeyHandle, data: bytes, signer_id: bytes) -> bytes:
    """SM2 with SM3 (GB/T 32918.2-2016) over `data`: SEQUENCE of r and s. `signer_id` enters the hash (Z value)."""
    signature = ctypes.create_string_buffer(_LONGEST_SIGNATURE)
    size = ctypes.c_size_t(_LONGEST_SIGNATURE)

    def run(library: ctypes.CDLL, context: int, sm3: int) -> int:
        if library.EVP_DigestSignInit(context, None, sm3, None, key.pointer) != 1:
            return 0
        done: int = library.EVP_DigestSign(context, signature, ctypes.byref(size), data, len(data))
        return done

    if not _with_identity(key, signer_id, run):
        raise BadSm2Key("the key cannot sign")
    return signature.raw[: size.value]


def verify(key: KeyHandle, signature: bytes, data: bytes, signer_id: bytes) -> bool:
    """Whether `signature`, strict DER, was made over `data` with the private half of `key`."""

    def run(library: ctypes.CDLL, context: int, sm3: int) -> int:
        if library.EVP_DigestVerifyInit(context, None, sm3, None, key.pointer) != 1:
            return 0
        done: int = library.EVP_DigestVerify(context, signature, len(signature), data, len(data))
        return done

    return _with_identity(key, signer_id, run)


def _with_identity(key: KeyHandle, signer_id: bytes, run: Callable[[ctypes.CDLL, int, int], int]) -> bool:
    """Run with a digest context that knows the signer's identity; the error queue is left empty."""
    library, sm3 = _library()
    for_key = library.EVP_PKEY_CTX_new(key.pointer, None)
    context = library.EVP_MD_CTX_new()
    try:
        if library.EVP_PKEY_CTX_set1_id(for_key, signer_id, len(signer_id)) != 1:
            return False
        library.EVP_MD_CTX_set_pkey_ctx(context, for_key)
        return run(library, context, sm3) == 1
    finally:
        library.EVP_MD_CTX_free(context)
        library.EVP_PKEY_CTX_free(for_key)
        library.ERR_clear_error()


def _loaded(read: Callable[..., int | None], der: bytes) -> KeyHandle:
    library, _ = _library()
    buffer = ctypes.create_string_buffer(der, len(der))
    place = ctypes.c_void_p(ctypes.addressof(buffer))
    pointer = read(None, ctypes.byref(place), len(der))
    library.ERR_clear_error()
    if not pointer:
        raise BadSm2Key("these bytes are not a key that libcrypto can read")
    handle = KeyHandle(pointer)
    if library.EVP_PKEY_is_a(pointer, b"SM2") != 1:
        raise BadSm2Key("the key is not an sm2 key")
    if place.value != ctypes.addressof(buffer) + len(der):
        raise BadSm2Key("bytes follow the key")
    return handle


@cache
def _library() -> tuple[ctypes.CDLL, int]:
    """libcrypto with its prototypes, and its SM3. Where the linker looks decides: no path is written down here."""
    name = ctypes.util.find_library("crypto")
    if name is None:
        raise SmUnavailable("no libcrypto on this machine")
    try:
        library = ctypes.CDLL(name)
        for function, (result, arguments) in _PROTOTYPES.items():
            prototype = getattr(library, function)
            prototype.restype, prototype.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise SmUnavailable(f"{name} is not openssl 3: {error}") from error
    if library.OpenSSL_version_num() < _OLDEST:
        raise SmUnavailable(f"{name} is older than openssl 3.0")
    sm3 = library.EVP_MD_fetch(None, b"SM3", None)
    key = library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
    library.EVP_PKEY_CTX_free(key)
    library.ERR_clear_error()
    if not sm3 or not key:
        raise SmUnavailable(f"{name} was built without sm2 or sm3")
    return library, sm3

"""Whose sealed documents are believed when they are handed in: root certificates that the hall keeps in a folder."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signaling.server.errors import SettingsWrong


def read_licence_roots(folder: Path | None) -> str:
    """All certificates of the folder's ``*.pem`` and ``*.crt`` files as PEM, one after the other.

    Raises SettingsWrong when there is no such folder, or a file in it holds something else.
    """
    if folder is None:
        return ""
    if not folder.is_dir():
        raise SettingsWrong(f"licence_roots 不是文件夹 (no such folder): {folder}")
    roots = []
    for path in sorted([*folder.glob("*.pem"), *folder.glob("*.crt")]):
        try:
            certificates = x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError):
            raise SettingsWrong(f"licence_roots 中的文件不是 PEM 证书 (not PEM certificates): {path.name}") from None
        roots += [certificate.public_bytes(Encoding.PEM).decode() for certificate in certificates]
    return "".join(roots)

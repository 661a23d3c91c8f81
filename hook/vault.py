"""Seal and open what is kept at rest. Knows nothing of what is sealed."""

import hashlib
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hook.errors import VaultError

KEY_BYTES = 32
KEY_ID_BYTES = 4
"""How many bytes at the start of a sealed value name its key."""
_NONCE_BYTES = 12


class Vault:
    """A list of keys: the first seals, all open (AES-256-GCM, NIST SP 800-38D).

    A sealed value is key id, nonce and ciphertext in one. It is bound to the words it was sealed
    with (tenant, subject, row …): with other words, in another row, it does not open.
    """

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self.newest_id = _key_id(keys[0])

    def seal(self, data: bytes, *bound_to: str) -> bytes:
        """Seal data with the newest key, bound to the given words."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.newest_id].encrypt(nonce, data, _associated(bound_to))
        return self.newest_id + nonce + sealed

    def open(self, sealed: bytes, *bound_to: str) -> bytes:
        """Open what seal() made with the same words; raises VaultError."""
        cipher = self._ciphers.get(sealed[:KEY_ID_BYTES])
        if cipher is None:
            raise VaultError("sealed with a key that is not in vault_keys")
        nonce = sealed[KEY_ID_BYTES : KEY_ID_BYTES + _NONCE_BYTES]
        body = sealed[KEY_ID_BYTES + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, _associated(bound_to))
        except (InvalidTag, ValueError):
            raise VaultError("changed, or moved here from another row") from None

    def reseal(self, sealed: bytes, *bound_to: str) -> bytes:
        """Seal anew with the newest key what was sealed with any; raises VaultError."""
        return self.seal(self.open(sealed, *bound_to), *bound_to)


def new_key() -> str:
    """Make a key as vault_keys takes it: url-safe base64 of 32 random bytes."""
    return urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def read_key(text: str) -> bytes:
    """Read a key as new_key() makes it; raises ValueError."""
    key = urlsafe_b64decode(text.encode("ascii"))
    if len(key) != KEY_BYTES or urlsafe_b64encode(key).decode() != text:
        raise ValueError("not url-safe base64 of 32 bytes")
    return key


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"hook vault key id" + key).digest()[:KEY_ID_BYTES]


def _associated(words: tuple[str, ...]) -> bytes:
    # Each word carries its length, so that ("ab", "c") and ("a", "bc") differ.
    return b"".join(len(raw).to_bytes(4) + raw for raw in (word.encode() for word in words))

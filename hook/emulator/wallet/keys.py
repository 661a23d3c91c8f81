"""The wallet's own keys: the holder's, which credentials are bound to, and those of PKCE."""

import base64
import hashlib
import secrets

from hook.emulator import es256

PROOF = "openid4vci-proof+jwt"


class HolderKey:
    """A P-256 key that never leaves the wallet."""

    def __init__(self) -> None:
        self._key = es256.new_key()

    def proof(self, audience: str, client: str, now: float, nonce: str = "") -> str:
        """Show that the key is held: a key proof for an issuer (OpenID4VCI 1.0 appendix F.1).

        Without a client, as after a pre-authorized code, it has no iss.
        """
        payload = {"iss": client, "aud": audience, "iat": int(now), "nonce": nonce}
        said = {name: value for name, value in payload.items() if value}
        return es256.sign(said, self._key, typ=PROOF, jwk=es256.public_jwk(self._key))


def verifier() -> str:
    """Make a code verifier (RFC 7636 section 4.1)."""
    return secrets.token_urlsafe(32)


def challenge(code_verifier: str) -> str:
    """Make its challenge, method S256 (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

"""A wallet on Authlib's OAuth 2 client; what OpenID4VCI adds to that is done by hand."""

import json
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
CLIENT, REDIRECT_URI = "authlib-wallet", "nz.kauri.wallet://cb"


class Refused(Exception):
    """The issuer said no, in the redirect or in an answer."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(description)
        self.error = error


class AuthlibWallet:
    """One wallet with one offer. `now` is what it writes into its proofs, seconds since 1970."""

    def __init__(self, offer_uri: str, now: int) -> None:
        (text,) = parse_qs(urlsplit(offer_uri).query)["credential_offer"]
        self.offer: dict[str, Any] = json.loads(text)
        self.issuer: str = self.offer["credential_issuer"]
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._web = requests.Session()
        self._web.trust_env = False
        self.metadata = self._get("/.well-known/openid-credential-issuer")
        # The current platform has two documents, the older one has all in the issuer's.
        self.server = self._get("/.well-known/oauth-authorization-server") or self.metadata
        self._session = OAuth2Session(
            CLIENT,
            redirect_uri=REDIRECT_URI,
            scope=" ".join(each["scope"] for each in self._offered()),
            token_endpoint_auth_method="none",
            code_challenge_method="S256",
        )
        self._session.trust_env = False
        self._verifier, self._state = secrets.token_urlsafe(48), ""

    def authorization_url(self) -> str:
        """Where the browser has to go."""
        url, self._state = self._session.create_authorization_url(
            self.server["authorization_endpoint"],
            code_verifier=self._verifier,
            **self.offer.get("request_parameters", {}),
        )
        return str(url)

    def redeem(self, returned: str) -> dict[str, Any]:
        """Get a token for the address that the browser came back to. Raises `Refused`."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(returned).query).items()}
        if query.get("state") != self._state:
            raise Refused("state")
        if "error" in query:
            raise Refused(query["error"], query.get("error_description", ""))
        return self._token(authorization_response=returned, code_verifier=self._verifier)

    def redeem_offer(self, transaction_code: str = "") -> dict[str, Any]:
        """Get a token for the offer's own code. Raises `Refused`."""
        form = {"pre-authorized_code": self.offer["grants"][PRE_AUTHORIZED]["pre-authorized_code"]}
        if transaction_code:
            form["tx_code"] = transaction_code
        return self._token(grant_type=PRE_AUTHORIZED, **form)

    def credential(self) -> dict[str, Any]:
        """Get the first credential of the offer, by its format as the platform documents it."""
        kind = self._offered()[0]
        asked: dict[str, Any] = {"format": kind["format"]}
        if kind["format"] == "mso_mdoc":
            asked["doctype"] = kind.get("doctype") or kind["scope"].partition(":")[2]
        else:
            types = ["VerifiableCredential", kind["scope"].partition(":")[2]]
            context = ["https://www.w3.org/2018/credentials/v1"]
            asked["credential_definition"] = {"@context": context, "type": types}
        asked["proof"] = {"proof_type": "jwt", "jwt": self._proof()}
        answer = self._session.post(self.metadata["credential_endpoint"], json=asked, timeout=20)
        body: dict[str, Any] = answer.json()
        if answer.status_code != 200:
            raise Refused(body.get("error", ""), body.get("error_description", ""))
        return body

    def _offered(self) -> list[dict[str, Any]]:
        """What the metadata says of the credentials that are offered, in today's or older form."""
        known = self.metadata.get("credential_configurations_supported")
        if known is None:
            known = {each["id"]: each for each in self.metadata["credentials_supported"]}
        return [known[each] for each in self.offer["credential_configuration_ids"]]

    def _token(self, **asked: Any) -> dict[str, Any]:
        try:
            token = self._session.fetch_token(self.server["token_endpoint"], timeout=20, **asked)
        except OAuthError as error:
            raise Refused(error.error or "", error.description or "") from error
        return dict(token)

    def _proof(self) -> str:
        public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        header = {"typ": "openid4vci-proof+jwt", "jwk": public}
        payload = {"iss": CLIENT, "aud": self.issuer, "iat": self._now}
        return jwt.encode(payload, self._key, "ES256", headers=header)

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._web.get(self.issuer + path, timeout=20)
        return dict(answer.json()) if answer.status_code == 200 else {}

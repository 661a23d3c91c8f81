"""Passkeys: what the browser is asked, and what its answer proves. The only module with webauthn.

The library is the second line: what it leaves unchecked, or reads laxly, is checked here first and
on the same bytes (W3C WebAuthn Level 3, sections 7.1 and 7.2).
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn import helpers
from webauthn.helpers import structs

from hook.factors.attestation import (
    ALGORITHMS,
    Attestation,
    Authenticator,
    check_public_key,
    read_attestation,
    read_authenticators,
    roots_for,
)
from hook.factors.posted import (
    Posted,
    Refused,
    binary,
    check_client_data,
    decode,
    encode,
    library,
    read_posted,
)

__all__ = [
    "Authenticator", "Passkey", "Policy", "Refused", "Registered", "Used", "authenticate",
    "creation_options", "new_challenge", "new_user_handle", "read_authenticators", "read_posted",
    "register", "request_options",
]  # fmt: skip

TIMEOUT = 300_000
"""How long the browser waits for the authenticator, milliseconds."""
ID_MOST = 1_023
"""Longest credential id, bytes (section 7.1, the step on the length of credentialId)."""
_RANDOM_BYTES = 32
_TRANSPORTS = {transport.value for transport in structs.AuthenticatorTransport}


@dataclass(frozen=True)
class Policy:
    """What is asked of passkeys; all from configuration, nothing from the request.

    `user_verification` and `discoverable` are "required", "preferred" or "discouraged".
    `authenticators` is by AAGUID; when it is empty, no attestation is asked for.
    """

    rp_id: str
    rp_name: str
    origin: str
    user_verification: str
    discoverable: str
    authenticators: Mapping[str, Authenticator]


@dataclass(frozen=True)
class Passkey:
    """What is kept of a credential; binary values in base64url without padding.

    `aaguid` is only a claim of the authenticator unless `attested`.
    """

    id: str
    public_key: str
    user_handle: str
    backup_eligible: bool
    transports: tuple[str, ...]
    aaguid: str
    attested: bool


@dataclass(frozen=True)
class Registered:
    """A new passkey; the caller sees to it that its id is new (section 7.1, last checks)."""

    passkey: Passkey
    sign_count: int
    user_verified: bool


@dataclass(frozen=True)
class Used:
    """A passkey that proved itself, and the count to store for it."""

    passkey: Passkey
    sign_count: int
    user_verified: bool


def new_challenge() -> str:
    """Make a challenge of 32 random bytes, to be used once (section 13.4.3)."""
    return encode(secrets.token_bytes(_RANDOM_BYTES))


def new_user_handle() -> str:
    """Make a user handle of 32 random bytes, which tell nothing of the person (section 14.6.1)."""
    return encode(secrets.token_bytes(_RANDOM_BYTES))


def creation_options(
    policy: Policy,
    challenge: str,
    user_handle: str,
    user_name: str,
    exclude: Sequence[Passkey],
    timeout: int = TIMEOUT,
) -> str:
    """Give what the browser is to create, as JSON (section 5.4).

    Takes the passkeys that the person has already, so that no authenticator holds two of them, and
    how long the browser waits, milliseconds.
    """
    ask = structs.AttestationConveyancePreference
    return helpers.options_to_json(
        webauthn.generate_registration_options(
            rp_id=policy.rp_id,
            rp_name=policy.rp_name,
            user_name=user_name,
            user_id=decode(user_handle),
            challenge=decode(challenge),
            timeout=timeout,
            attestation=ask.DIRECT if policy.authenticators else ask.NONE,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement(policy.discoverable),
                user_verification=structs.UserVerificationRequirement(policy.user_verification),
            ),
            exclude_credentials=[_descriptor(passkey) for passkey in exclude],
            supported_pub_key_algs=list(ALGORITHMS),
        )
    )


def request_options(
    policy: Policy, challenge: str, allowed: Sequence[Passkey], timeout: int = TIMEOUT
) -> str:
    """Give what the browser is to prove, as JSON; the passkeys keep their order (section 5.5).

    Takes how long the browser waits, milliseconds.
    """
    return helpers.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=policy.rp_id,
            challenge=decode(challenge),
            timeout=timeout,
            allow_credentials=[_descriptor(passkey) for passkey in allowed],
            user_verification=structs.UserVerificationRequirement(policy.user_verification),
        )
    )


def register(
    policy: Policy, challenge: str, user_handle: str, credential: Mapping[str, Any]
) -> Registered:
    """Verify a new credential (section 7.1) and give what to keep of it.

    Takes the challenge and the user handle that went into creation_options(), and what the browser
    posted. Raises Refused.
    """
    posted = read_posted(credential)
    check_client_data(posted.client_data, "webauthn.create", challenge, policy.origin)
    raw = binary(posted.response, "attestationObject")
    attestation = read_attestation(raw)
    _check_authenticator_data(attestation.data, policy)
    _check_credential(attestation.credential, posted)
    roots = roots_for(attestation, policy.authenticators)
    _verify_registration(policy, challenge, posted, raw, roots)
    passkey = _passkey(posted, user_handle, attestation, bool(roots))
    return Registered(passkey, attestation.data.sign_count, attestation.data.flags.uv)


def authenticate(
    policy: Policy,
    challenge: str,
    allowed: Sequence[Passkey],
    counts: Mapping[str, int],
    credential: Mapping[str, Any],
) -> Used:
    """Verify that one of the allowed passkeys signed the challenge (section 7.2).

    Takes the sign counts by the id of the passkey (0 for one that is not there) and what the
    browser posted. Raises Refused.
    """
    posted = read_posted(credential)
    passkey = next((passkey for passkey in allowed if passkey.id == posted.id), None)
    if passkey is None:
        raise Refused("unknown_passkey")
    if posted.response.get("userHandle") not in (None, passkey.user_handle):
        raise Refused("user_handle")
    check_client_data(posted.client_data, "webauthn.get", challenge, policy.origin)
    raw = binary(posted.response, "authenticatorData")
    with library("malformed"):
        data = helpers.parse_authenticator_data(raw)
    _check_authenticator_data(data, policy)
    if data.flags.be != passkey.backup_eligible:
        raise Refused("backup_flags")
    _verify_authentication(policy, challenge, passkey, posted, raw)
    # After the signature: a stranger must not be able to raise the alarm of a cloned key.
    count = counts.get(passkey.id, 0)
    if (data.sign_count or count) and data.sign_count <= count:
        raise Refused("counter_not_risen")
    return Used(passkey, data.sign_count, data.flags.uv)


def _descriptor(passkey: Passkey) -> structs.PublicKeyCredentialDescriptor:
    transports = [structs.AuthenticatorTransport(name) for name in passkey.transports]
    return structs.PublicKeyCredentialDescriptor(id=decode(passkey.id), transports=transports)


def _check_authenticator_data(data: structs.AuthenticatorData, policy: Policy) -> None:
    """Check rpIdHash and flags (section 7.1, steps 14 to 17; section 7.2, steps 15 to 19)."""
    if data.rp_id_hash != hashlib.sha256(policy.rp_id.encode()).digest():
        raise Refused("rp_id")
    if not data.flags.up:
        raise Refused("user_presence")
    if policy.user_verification == "required" and not data.flags.uv:
        raise Refused("user_verification")
    if data.flags.bs and not data.flags.be:
        raise Refused("backup_flags")


def _check_credential(new: structs.AttestedCredentialData, posted: Posted) -> None:
    # The library gives back the id inside and does not compare it with the id outside.
    if len(new.credential_id) > ID_MOST or encode(new.credential_id) != posted.id:
        raise Refused("credential_id")
    check_public_key(new.credential_public_key)


def _verify_registration(
    policy: Policy, challenge: str, posted: Posted, raw: bytes, roots: tuple[bytes, ...]
) -> None:
    with library("attestation"):
        webauthn.verify_registration_response(
            credential=structs.RegistrationCredential(
                id=posted.id,
                raw_id=decode(posted.id),
                response=structs.AuthenticatorAttestationResponse(posted.client_data, raw),
            ),
            expected_challenge=decode(challenge),
            expected_rp_id=policy.rp_id,
            expected_origin=policy.origin,
            require_user_verification=policy.user_verification == "required",
            supported_pub_key_algs=list(ALGORITHMS),
            pem_root_certs_bytes_by_fmt={structs.AttestationFormat.PACKED: list(roots)},
        )


def _verify_authentication(
    policy: Policy, challenge: str, passkey: Passkey, posted: Posted, raw: bytes
) -> None:
    signature = binary(posted.response, "signature")
    with library("signature"):
        webauthn.verify_authentication_response(
            credential=structs.AuthenticationCredential(
                id=posted.id,
                raw_id=decode(posted.id),
                response=structs.AuthenticatorAssertionResponse(posted.client_data, raw, signature),
            ),
            expected_challenge=decode(challenge),
            expected_rp_id=policy.rp_id,
            expected_origin=policy.origin,
            credential_public_key=decode(passkey.public_key),
            # The library would look at the count before it knows whose it is.
            credential_current_sign_count=0,
            require_user_verification=policy.user_verification == "required",
        )


def _passkey(posted: Posted, user_handle: str, attestation: Attestation, attested: bool) -> Passkey:
    return Passkey(
        id=posted.id,
        public_key=encode(attestation.credential.credential_public_key),
        user_handle=user_handle,
        backup_eligible=attestation.data.flags.be,
        transports=_transports(posted.response.get("transports")),
        aaguid=helpers.aaguid_to_string(attestation.credential.aaguid),
        attested=attested,
    )


def _transports(posted: object) -> tuple[str, ...]:
    if posted is None:
        return ()
    if not isinstance(posted, list) or not all(isinstance(name, str) for name in posted):
        raise Refused("malformed")
    return tuple(name for name in dict.fromkeys(posted) if name in _TRANSPORTS)

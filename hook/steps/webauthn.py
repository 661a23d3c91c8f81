"""webauthn: a passkey (W3C Web Authentication Level 3)."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from hook.factors import passkeys
from hook.steps.base import Form, Page, Visit
from hook.steps.factor import Enrol, Factor, Use
from hook.steps.methods import Enrolled, Method, Verified, Wrong
from hook.steps.options import StepOptions
from hook.steps.second_factor import Member, SecondFactor, SecondFactorOptions
from hook.strict_json import read_object
from hook.texts import visible

CHALLENGE_SECONDS = 300
"""How long a challenge is good, seconds (W3C WebAuthn Level 3 section 13.4.3)."""
_RENEW_SECONDS = 120
_LABEL_MOST = 40
_Wish = Literal["required", "preferred", "discouraged"]

_NOTHING_SENT = "Your browser didn’t use a passkey. Try again."
_TOO_LATE = "That took longer than five minutes. Try again."
_REFUSED = "That passkey wasn’t accepted. Try again."
_NOT_KEPT = "That passkey can’t be set up here. Try again, or use another device."


def _rp_id(rp_id: str, info: ValidationInfo) -> str:
    host = urlsplit((info.context or {})["public_url"]).hostname or ""
    if rp_id and rp_id != host and not (f".{host}".endswith(f".{rp_id}") and "." in rp_id):
        raise ValueError("use the host of public_url, or a domain that it is in")
    return rp_id


def _authenticators(name: object, info: ValidationInfo) -> Mapping[str, passkeys.Authenticator]:
    folder: Path = (info.context or {})["folder"]
    if not isinstance(name, str):
        raise ValueError("name a JSON file beside the configuration file")
    if not name:
        return {}
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise ValueError("this file cannot be read beside the configuration file") from None
    return passkeys.read_authenticators(text)


class WebauthnSettings(StepOptions):
    """The options that passkeys have for themselves."""

    rp_id: Annotated[str, AfterValidator(_rp_id)] = ""
    """Domain that passkeys are made for; empty: the host of public_url. Never change it later."""
    user_verification: _Wish = "required"
    """Whether the device must check PIN, finger or face: required, preferred or discouraged."""
    discoverable: _Wish = "preferred"
    """Whether the passkey should be kept on the device, so that it can be found without a name."""
    authenticators: Annotated[Any, BeforeValidator(_authenticators)] = ""
    """JSON file of the only authenticators that are accepted (AAGUID, name, roots); empty: all."""


class WebauthnOptions(SecondFactorOptions, WebauthnSettings):
    """The options of a step that asks for a passkey."""


class WebauthnMethod(Method):
    """A key on the visitor's device, which signs a challenge of ours."""

    kind = "webauthn"
    lock = "webauthn"
    title = "Passkey"
    called = "a passkey"
    hint = "Your face, your fingerprint or your screen lock, on this device or a security key."
    most = 10
    needs_javascript = True
    options_model = WebauthnSettings

    def prepare_enrolment(self, visit: Visit) -> Mapping[str, Any] | None:
        """Make a challenge, and a user handle unless the person has one."""
        if _is_fresh(visit):
            return None
        handles = [factor.data["user_handle"] for factor in visit.factors]
        return _challenge(visit, handles[0] if handles else passkeys.new_user_handle())

    def enrolment_page(self, visit: Visit) -> Page:
        """Show the button that makes a passkey."""
        options = passkeys.creation_options(
            self._policy(visit),
            visit.scratch["challenge"],
            visit.scratch["handle"],
            visit.person,
            _passkeys(visit),
            _timeout(visit),
        )
        return self._page("steps/webauthn_enrol.html", options, bool(visit.factors))

    def enrol(self, visit: Visit, form: Form) -> Enrolled | Wrong:
        """Take a passkey that answers our challenge."""
        sent = self.read(visit, form)
        if isinstance(sent, Wrong):
            return sent
        challenge, handle = visit.scratch["challenge"], visit.scratch["handle"]
        try:
            made = passkeys.register(self._policy(visit), challenge, handle, sent)
        except passkeys.Refused as refused:
            return Wrong({"passkey": _NOT_KEPT}, refused.reason, {})
        data = {**vars(made.passkey), "transports": list(made.passkey.transports)}
        label = visible(form.one("label"))[:_LABEL_MOST] or _unnamed(visit.now)
        name = _name(made.passkey.id)
        enrol = Enrol(self.kind, name, data, label, mark=made.sign_count, sole=name)
        return Enrolled((enrol,), self.amr(data))

    def prepare(self, visit: Visit) -> Mapping[str, Any] | None:
        """Make a challenge."""
        return None if _is_fresh(visit) else _challenge(visit, "")

    def page(self, visit: Visit) -> Page:
        """Show the button that uses a passkey, the one used last first."""
        challenge = visit.scratch["challenge"]
        options = passkeys.request_options(
            self._policy(visit), challenge, _passkeys(visit), _timeout(visit)
        )
        names = [factor.label for factor in visit.factors]
        return self._page("steps/webauthn.html", options, names)

    def read(self, visit: Visit, form: Form) -> Mapping[str, Any] | Wrong:
        """Read what the script sent in time; without it, nothing is."""
        if not form.one("passkey"):
            return Wrong({"passkey": _NOTHING_SENT}, "nothing_sent")
        if not _is_alive(visit):
            return Wrong({"passkey": _TOO_LATE}, "challenge_over", {})
        try:
            sent = read_object(form.one("passkey").encode())
            passkeys.read_posted(sent)
        except (ValueError, passkeys.Refused):
            return Wrong({"passkey": _REFUSED}, "malformed", {})
        return sent

    def verify(self, visit: Visit, sent: Mapping[str, Any]) -> Verified | Wrong:
        """Take an answer to our challenge, once."""
        allowed = _passkeys(visit)
        counts = {key.id: factor.mark for key, factor in zip(allowed, visit.factors, strict=True)}
        try:
            used = passkeys.authenticate(
                self._policy(visit), visit.scratch["challenge"], allowed, counts, sent
            )
        except passkeys.Refused as refused:
            return Wrong({"passkey": _REFUSED}, refused.reason, {})
        name = _name(used.passkey.id)
        (factor,) = (each for each in visit.factors if each.id == name)
        use = Use(self.kind, name, used.sign_count, factor.enrolled_at)
        return Verified(use, self.amr(factor.data))

    def amr(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        """Give “hwk” for a key whose attestation was verified, else “swk”; and “user”."""
        return ("hwk" if data["attested"] else "swk", "user")

    def _policy(self, visit: Visit) -> passkeys.Policy:
        settings: WebauthnSettings = self.options
        return passkeys.Policy(
            rp_id=settings.rp_id or urlsplit(visit.origin).hostname or "",
            rp_name=visit.tenant_name,
            origin=visit.origin,
            user_verification=settings.user_verification,
            discoverable=settings.discoverable,
            authenticators=settings.authenticators or {},
        )

    def _page(self, template: str, options: str, more: object) -> Page:
        values = {"options": options, "more": more, "label_most": _LABEL_MOST}
        return Page(template, values)


class Webauthn(SecondFactor):
    """Ask for a passkey; whoever has none sets one up."""

    kind = "webauthn"
    needs_javascript = True
    options_model = WebauthnOptions

    def __init__(self, name: str, title: str, options: WebauthnOptions) -> None:
        super().__init__(name, title, options, (Member(WebauthnMethod(options)),))


def _challenge(visit: Visit, handle: str) -> dict[str, Any]:
    return {"challenge": passkeys.new_challenge(), "handle": handle, "at": visit.now}


def _is_fresh(visit: Visit) -> bool:
    """Tell whether a page with this challenge leaves enough time."""
    return _made_at(visit) > visit.now - _RENEW_SECONDS


def _is_alive(visit: Visit) -> bool:
    return _made_at(visit) > visit.now - CHALLENGE_SECONDS


def _timeout(visit: Visit) -> int:
    """Give how long the challenge is still good, milliseconds."""
    return (_made_at(visit) + CHALLENGE_SECONDS - visit.now) * 1_000


def _unnamed(now: int) -> str:
    day = datetime.fromtimestamp(now, UTC)
    return f"passkey of {day.day} {day:%B %Y}"


def _made_at(visit: Visit) -> int:
    at: int = visit.scratch.get("at", 0)
    return at


def _passkeys(visit: Visit) -> list[passkeys.Passkey]:
    return [_passkey(factor) for factor in visit.factors]


def _passkey(factor: Factor) -> passkeys.Passkey:
    return passkeys.Passkey(**{**factor.data, "transports": tuple(factor.data["transports"])})


def _name(credential_id: str) -> str:
    """Give the id of a row: of one length, whatever the authenticator chose."""
    return hashlib.sha256(credential_id.encode()).hexdigest()

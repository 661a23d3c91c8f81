"""handoff: sends the visitor to another hook, in the very protocol that this one speaks."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, Field, model_validator

from hook import jws
from hook.calls import check_url
from hook.claims import nest, overlap
from hook.steps.base import Deny, Done, Form, Outcome, Page, Redirect, Stay, Visit
from hook.steps.exchange import (
    Exchange,
    Refusals,
    SentClaims,
    TakenClaims,
    Unfit,
    collect,
    message_of,
    refused,
    take,
)
from hook.steps.fields import Filled
from hook.steps.options import SharedSecret, StepOptions, lasting, matching, seconds
from hook.strict_json import write
from hook.urls import with_query

_URL_MOST = 2_000
_LEEWAY = 30
#: What visitors may say there and take back here.
_CANCELLED = ("user_cancelled", "not_me")


def _hook_url(url: str) -> str:
    if "session_token" in parse_qs(urlsplit(url).query, keep_blank_values=True):
        raise ValueError("leave session_token out; each visitor gets one of their own")
    return url


class HandoffOptions(StepOptions):
    """The options of a handoff."""

    text: Filled
    """What visitors read before they go: where to, and what for."""
    url: Annotated[str, AfterValidator(check_url), AfterValidator(_hook_url)]
    """The peer’s hook URL; it is the aud of what is sent, and the iss of its answer."""
    secrets: Annotated[tuple[SharedSecret, ...], Field(min_length=1)]
    """The secret shared with this peer, by env: or file:; current first, then previous."""
    issuer: Annotated[str, matching(r"[\x21-\x7e]*", "use a URL")] = ""
    """The iss by which the peer knows this hook; default: this tenant's hook URL."""
    send: SentClaims = ()
    """The claims that the peer is given."""
    take: TakenClaims = ()
    """The claims that are taken of its answer; all others are dropped."""
    refusals: Refusals = ()
    """The codes with which the peer refuses."""
    timeout: Annotated[str, lasting("1m", "60m")] = "20m"
    """How long visitors may take there."""

    @model_validator(mode="after")
    def _nests(self) -> Self:
        names = [each.called for each in self.send]
        for number, name in enumerate(names):
            if any(overlap(name, other) for other in names[:number]):
                raise ValueError(f"send has the name {name} inside another")
        return self

    @model_validator(mode="after")
    def _is_another(self) -> Self:
        # Else what is sent would be its own answer.
        if self.issuer == self.url:
            raise ValueError("issuer is this hook, url the peer; they cannot be the same")
        return self


class Handoff(Exchange):
    """Mint a token for the peer, send the visitor there, verify what they bring back."""

    kind = "handoff"
    options_model = HandoffOptions
    resumes = True
    movable = True

    def lasts(self) -> int:
        """Give the time that the peer may take."""
        return super().lasts() + seconds(self.options.timeout)

    def show(self, visit: Visit) -> Page:
        """Give the page from which the visitor goes."""
        values = {"text": self.options.text, "told": visit.scratch.get("told", "")}
        return Page("steps/handoff.html", values)

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Send the visitor there: again to the same visit, while it lasts and nothing changed."""
        anew = "anew" in form and visit.scratch.get("told") == "unusable"
        going = (None if anew else self._going(visit)) or {
            "state": secrets.token_urlsafe(16),
            "sent": self._sent(visit),
            "until": self._until(visit),
        }
        token = jws.sign(self._payload(visit, going), self._secrets[0])
        url = with_query(self.options.url, session_token=token)
        if len(url) > _URL_MOST:
            return Deny("handoff_failed", why="token_too_long")
        return Redirect(url, None if going == visit.scratch else going)

    def resume(self, visit: Visit, query: Form) -> Outcome:
        """Verify the answer. What is no answer of the peer leaves everything as it is."""
        if "session_token" not in query:
            return Stay(reason="token_missing")
        try:
            answer = self._answer(visit, query)
            message = message_of(answer)
            if message is None:
                claims = take(self.options.take, _claims(answer), visit.room)
                return Done(claims, reason="answered")
        except jws.Refused as bad:
            return self._unusable(visit, bad.code)
        except Unfit as unfit:
            return Deny("handoff_failed", why=str(unfit))
        known = message in [each.message for each in self.options.refusals]
        if message in _CANCELLED and not known:
            return Stay(scratch={"told": "cancelled"}, reason="cancelled_there")
        return refused(self.options.refusals, message)

    def _unusable(self, visit: Visit, code: str) -> Stay:
        scratch = {**visit.scratch, "told": "unusable"}
        return Stay(scratch=None if scratch == visit.scratch else scratch, reason=code)

    def _going(self, visit: Visit) -> Mapping[str, Any] | None:
        """Give the visit there that is under way, if it is about what would be sent now."""
        going = {name: visit.scratch.get(name) for name in ("state", "sent", "until")}
        lasts = visit.now < visit.scratch.get("until", 0)
        return going if lasts and going["sent"] == self._sent(visit) else None

    def _sent(self, visit: Visit) -> str:
        return hashlib.sha256(write(collect(self.options.send, visit))).hexdigest()

    def _until(self, visit: Visit) -> int:
        end = min(visit.now + seconds(self.options.timeout), visit.deadline - _LEEWAY)
        return max(end, visit.now + 1)

    @property
    def _secrets(self) -> list[bytes]:
        return [secret.get_secret_value() for secret in self.options.secrets]

    def _issuer(self, visit: Visit) -> str:
        own: str = self.options.issuer
        return own or f"{visit.origin}/{visit.tenant}"

    def _payload(self, visit: Visit, going: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "iss": self._issuer(visit),
            "aud": self.options.url,
            "iat": visit.now,
            "exp": going["until"],
            "state": going["state"],
            "redirectUrl": visit.url,
            "claims": nest(collect(self.options.send, visit)),
        }

    def _answer(self, visit: Visit, query: Form) -> dict[str, Any]:
        """Verify the token of an answer; raises jws.Refused with the reason code."""
        if len(query.all("session_token")) != 1:
            raise jws.Refused("parameter_repeated")
        payload, _ = jws.verify(query.one("session_token"), self._secrets)
        state = payload.get("state")
        if payload.get("iss") != self.options.url:
            raise jws.Refused("token_issuer")
        if payload.get("aud") not in (self._issuer(visit), [self._issuer(visit)]):
            raise jws.Refused("token_audience")
        expected = visit.scratch.get("state", "")
        if not isinstance(state, str) or not expected or not _same(state, expected):
            raise jws.Refused("token_state")
        # What the peer judged must be what is there now.
        if visit.scratch["sent"] != self._sent(visit):
            raise jws.Refused("token_state")
        _check_dates(payload, visit.now)
        if ("claims" in payload) is (payload.get("error") is not None):
            raise jws.Refused("token_payload")
        return payload


def _same(state: str, expected: str) -> bool:
    return hmac.compare_digest(state.encode(), expected.encode())


def _check_dates(payload: Mapping[str, Any], now: int) -> None:
    exp, nbf, iat = (jws.date_of(payload, name) for name in ("exp", "nbf", "iat"))
    if any(start is not None and start > now + _LEEWAY for start in (nbf, iat)):
        raise jws.Refused("token_not_yet")
    if exp is None or exp + _LEEWAY <= now:
        raise jws.Refused("token_exp_missing" if exp is None else "token_expired")


def _claims(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    claims = answer.get("claims", {})
    if not isinstance(claims, Mapping):
        raise Unfit("claims_malformed")
    return claims

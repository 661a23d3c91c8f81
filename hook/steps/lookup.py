"""lookup: asks another system, server to server, while the visitor waits on a page."""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from hook.calls import Call, CallFailed, ClientCredentials, ask, check_header, check_url, place
from hook.steps.base import Deny, Done, Form, Outcome, Page, Stay, Visit
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
from hook.steps.options import SecretText, StepOptions, beside, certificates
from hook.strict_json import write

_TRIES_MOST = 3
_CALLS_A_MINUTE, _CALLS_A_DAY = 6, 50
"""How often one person may have this asked, whatever they change in forms before it."""
_DAY = 86_400
_WAIT_SECONDS = 10
"""How long a page waits before it asks again, where others are asking or it was asked too often."""
_WAITING = "We’re checking something for you. This takes a few seconds."
_NOT_FOUND = "not_found"


class KeyTable(StepOptions):
    """A key that every call carries in a header."""

    header: Annotated[str, AfterValidator(check_header)] = "Authorization"
    """The header that carries it."""
    value: SecretText
    """What stands in the header, by env: or file:, with any word before it, such as Bearer."""


class OauthTable(StepOptions):
    """A client that gets its tokens by client credentials (RFC 6749 section 4.4)."""

    token_url: Annotated[str, AfterValidator(check_url)]
    """Where tokens are given."""
    client_id: Filled
    """The name of the client."""
    client_secret: SecretText
    """Its secret, by env: or file:."""
    scope: str = ""
    """What is asked for; default: what the client has."""


class LookupOptions(StepOptions):
    """The options of a lookup."""

    text: Filled = _WAITING
    """What visitors read while they wait."""
    url: Annotated[str, AfterValidator(check_url)]
    """The address that is asked; https, or http on localhost."""
    method: Literal["GET", "POST"] = "GET"
    """GET sends values in the query and may be repeated; POST sends a JSON object, once."""
    send: SentClaims = ()
    """The values that are sent."""
    take: TakenClaims = ()
    """The values of the answer that become claims."""
    required: bool = True
    """false goes on without the claims when there is no usable answer."""
    refusals: Refusals = ()
    """Words with which the system refuses; status 404 is the word not_found."""
    key: KeyTable | None = None
    """The API key, if one is needed."""
    oauth: OauthTable | None = None
    """The OAuth client, if one is needed."""
    timeout: Annotated[int, Field(ge=1, le=20)] = 10
    """Seconds for one call; a token for it is a call of its own."""
    max_answer_bytes: Annotated[int, Field(ge=100, le=1_000_000)] = 65_536
    """The longest answer that is read."""
    private_addresses: bool = False
    """Whether the address may be on this machine or in a private network."""
    ca_file: Annotated[str, AfterValidator(beside), AfterValidator(certificates)] = ""
    """PEM file of further authorities for its certificate, beside the configuration file."""

    @model_validator(mode="after")
    def _can_work(self) -> Self:
        if self.url.startswith("http://") and not self.private_addresses:
            raise ValueError("http is this machine, which needs private_addresses = true")
        if self.key and self.oauth and self.key.header.lower() == "authorization":
            raise ValueError("key and oauth use the same header; give the key another")
        return self


class Lookup(Exchange):
    """Show a page that loads itself once more; that request makes the call."""

    kind = "lookup"
    options_model = LookupOptions
    resumes = True
    counts = True

    def __init__(self, name: str, title: str, options: LookupOptions) -> None:
        super().__init__(name, title, options)
        self._client = None if options.oauth is None else _client(options.oauth, options)

    def prepare(self, visit: Visit) -> Mapping[str, Any] | None:
        """Give the call a name, under which it is counted."""
        return None if "call" in visit.scratch else _fresh()

    def show(self, visit: Visit) -> Page:
        """Give the page on which the visitor waits, or on which they may try again."""
        waits, failed = visit.scratch["until"] > 0, visit.scratch["tries"] > 0
        values = {
            "text": self.options.text,
            "waits": waits,
            "failed": failed and not waits,
            "seconds": _WAIT_SECONDS if waits else 1,
            "may_skip": failed and not self.options.required,
        }
        return Page("steps/lookup.html", values)

    def submit(self, visit: Visit, form: Form) -> Outcome:
        """Ask now, or go on without where that is allowed."""
        if "without" in form and visit.scratch["tries"] and not self.options.required:
            return Done(reason="gone_without")
        return self._call(visit)

    def resume(self, visit: Visit, query: Form) -> Outcome:
        """Ask now: the page has loaded itself. After a failure only the visitor asks again."""
        by_itself = visit.scratch["until"] or not visit.scratch["tries"]
        return self._call(visit) if "go" in query and by_itself else Stay()

    def _call(self, visit: Visit) -> Outcome:
        name, spend = visit.scratch["call"], visit.attempts.spend
        if visit.now < visit.scratch["until"]:
            return Stay(reason="call_waits")
        # Another tab waits for the answer already: whatever it is, it decides.
        if not spend(f"now {name}", 1, self._longest):
            return Stay(reason="call_under_way")
        # That one is gone without an answer: of a POST nobody knows what became of it. As visitors
        # can bring this about, and spend their calls, neither is a way around a refusal.
        if self.options.method == "POST" and not spend(f"sent {name}", 1, _DAY):
            return Deny("lookup_failed", why="call_unknown")
        try:
            with place():
                return self._spend(visit)
        except CallFailed as failed:
            return self._wait(visit, f"call_{failed.reason}")

    def _spend(self, visit: Visit) -> Outcome:
        spend = visit.attempts.spend
        if not spend(f"{self.name} a minute", _CALLS_A_MINUTE, 60):
            return self._wait(visit, "calls_too_fast")
        if not spend(f"{self.name} a day", _CALLS_A_DAY, _DAY):
            return Deny("lookup_failed", why="calls_spent")
        try:
            return self._read(visit, self._ask(visit))
        except CallFailed as failed:
            return self._failed(visit, failed)
        except Unfit as unfit:
            return self._give_up(str(unfit))

    @property
    def _longest(self) -> int:
        """How long a call may be under way, seconds: twice a token and the call itself."""
        longest: int = 4 * self.options.timeout + 10
        return longest

    def _ask(self, visit: Visit) -> Mapping[str, Any]:
        try:
            return ask(self._request(visit))
        except CallFailed as failed:
            if failed.status == 404:
                return {"error": {"message": _NOT_FOUND}}
            if failed.status != 401 or self._client is None:
                raise
            self._client.forget()
        return ask(self._request(visit))

    def _request(self, visit: Visit) -> Call:
        options: LookupOptions = self.options
        values = collect(options.send, visit)
        in_query = options.method == "GET"
        return Call(
            options.method,
            options.url,
            headers=self._headers(),
            query={name: _as_text(value) for name, value in values.items()} if in_query else {},
            json=None if in_query else values,
            timeout=options.timeout,
            answer_most=options.max_answer_bytes,
            private=options.private_addresses,
            ca_file=options.ca_file,
        )

    def _headers(self) -> dict[str, str]:
        key: KeyTable | None = self.options.key
        headers = {} if key is None else {key.header: key.value.get_secret_value()}
        try:
            return headers if self._client is None else {**headers, **self._client.header()}
        except CallFailed as failed:
            # Without a token nothing was asked yet.
            raise CallFailed(failed.reason, safe=True) from None

    def _read(self, visit: Visit, answer: Mapping[str, Any]) -> Outcome:
        message = message_of(answer)
        if message is None:
            return Done(take(self.options.take, answer, visit.room), reason="answered")
        known = message in [each.message for each in self.options.refusals]
        if message == _NOT_FOUND and not known and not self.options.required:
            return Done(reason=_NOT_FOUND)
        return refused(self.options.refusals, message)

    def _failed(self, visit: Visit, failed: CallFailed) -> Outcome:
        tries = visit.scratch["tries"] + 1
        if tries >= _TRIES_MOST or not (failed.safe or self.options.method == "GET"):
            return self._give_up(f"call_{failed.reason}")
        return Stay(scratch=_fresh(tries), reason=f"call_{failed.reason}")

    def _wait(self, visit: Visit, why: str) -> Stay:
        # Nothing was asked, so the page may ask by itself: under a new name, as this one is used.
        until = visit.now + _WAIT_SECONDS
        return Stay(scratch=_fresh(visit.scratch["tries"], until), reason=why)

    def _give_up(self, why: str) -> Outcome:
        return Deny("lookup_failed", why=why) if self.options.required else Done(reason=why)


def _client(oauth: OauthTable, options: LookupOptions) -> ClientCredentials:
    return ClientCredentials(
        oauth.token_url,
        oauth.client_id,
        oauth.client_secret.get_secret_value(),
        oauth.scope,
        private=options.private_addresses,
        ca_file=options.ca_file,
        timeout=options.timeout,
    )


def _fresh(tries: int = 0, until: int = 0) -> dict[str, Any]:
    return {"call": secrets.token_urlsafe(16), "tries": tries, "until": until}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else write(value).decode()

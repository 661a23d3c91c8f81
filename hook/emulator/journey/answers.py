"""Where the browser comes back with the hook's answer."""

from typing import NamedTuple

from flask import redirect, request
from werkzeug import Response

from hook.emulator import jws
from hook.emulator.errors import Problem, bad_answer
from hook.emulator.state import HookConfiguration, Interaction, Journey, Json
from hook.emulator.tenant import Tenant
from hook.emulator.urls import HOOK_CALLBACK, params_of

from . import checks
from .leaving import with_code, with_error
from .persisting import persist
from .sending import said_of

HOP = "Hook to tenant"
AGAIN = "Hook to tenant, once more"


class Answer(NamedTuple):
    """A signed answer and the interaction it belongs to."""

    token: jws.Token
    interaction: Interaction
    journey: Journey
    url: str
    """The whole address that the browser came to."""


def receive(tenant: Tenant) -> Response:
    """Believe the answer in this request and send the browser on. Raises `Problem`."""
    query = request.query_string.decode("latin-1")
    try:
        hook, answer = _read(tenant, query)
    except checks.Refused as refused:
        raise bad_answer(str(refused), refused.passed) from refused
    if _is_repeated(tenant, answer):
        raise _repeated(tenant, answer)
    try:
        passed = _believe(tenant, hook, answer, query)
    except checks.Refused as refused:
        return _disbelieved(tenant, answer, refused)
    _keep(tenant, answer, passed)
    return _go_on(tenant, answer)


def _read(tenant: Tenant, query: str) -> tuple[HookConfiguration, Answer]:
    """Find out which interaction a signed answer belongs to. Raises `Refused`."""
    hook = tenant.state.hook
    if hook is None:
        raise checks.Refused("this tenant has no hook any more")
    tokens = [value for name, value in params_of(query) if name == "session_token"]
    if len(tokens) != 1:
        complaint = f"one session_token is expected in the address; there are {len(tokens)}"
        raise checks.Refused(complaint)
    try:
        token = jws.verify(tokens[0], hook.key)
    except jws.Invalid as error:
        raise checks.Refused(str(error)) from error
    state = token.payload.get("state")
    interaction = tenant.state.interactions.get(state) if isinstance(state, str) else None
    journey = interaction and tenant.state.journeys.get(interaction.journey_id)
    if not interaction or not journey or interaction.kind == "login":
        complaint = "its state belongs to no visit this tenant remembers"
        raise checks.Refused(complaint, (checks.SIGNED,))
    url = f"{tenant.settings.tenant_url}{HOOK_CALLBACK}?{query}"
    return hook, Answer(token, interaction, journey, url)


def _believe(
    tenant: Tenant, hook: HookConfiguration, answer: Answer, query: str
) -> tuple[str, ...]:
    """Check everything there is to check; the state is spent only when all else is well.

    Gives the names of the checks passed. Raises `Refused`.
    """
    payload, now = answer.token.payload, tenant.now()
    evidence = checks.Evidence(tenant, hook, payload, query, answer.interaction, now)
    passed = checks.run(evidence)
    if tenant.state.switches["answer-replay"] == "accept":
        return passed
    if not _spend(tenant, answer):
        complaint = "this state was answered before; one visit gets one answer"
        raise checks.Refused(complaint, passed, checks.ONLY_ANSWER)
    return (*passed, checks.ONLY_ANSWER)


def _spend(tenant: Tenant, answer: Answer) -> bool:
    """Mark a state as answered; False if it already was. Looking and marking are one act."""
    payload = answer.token.payload
    return tenant.state.answered.put_new(payload["state"], _undated(payload))


def _is_repeated(tenant: Tenant, answer: Answer) -> bool:
    """Tell whether this says what was said first: a page loaded anew, or the way gone twice."""
    payload = answer.token.payload
    first = tenant.state.answered.get(payload["state"])
    one_only = tenant.state.switches["answer-replay"] == "refuse"
    return one_only and first is not None and first == _undated(payload)


def _undated(payload: Json) -> Json:
    """Leave out what differs in an answer that is signed anew."""
    return {name: value for name, value in payload.items() if name not in ("iat", "exp")}


def _repeated(tenant: Tenant, answer: Answer) -> Problem:
    """Keep an answer that came again as a hop that changes nothing, and make the page about it."""
    token, url = answer.token._asdict(), tenant.settings.tenant_url + HOOK_CALLBACK
    tenant.hop(answer.journey, AGAIN, url, session_token=token, repeats="the first answer")
    text = "The very same answer came before. What came first stands, and this changes nothing."
    title = "This was answered already"
    return Problem(409, "answered", title, text, journey=answer.journey.id)


def _disbelieved(tenant: Tenant, answer: Answer, refused: checks.Refused) -> Response:
    """Show a page, or tell the wallet of a time-out where that is assumed. Raises `Problem`."""
    journey, reason = answer.journey, str(refused)
    _hop(tenant, answer, refused.passed, good=False, reason=reason)
    said = said_of(journey, answer.interaction)
    tenant.tell("OPENID_INTERACTION_HOOK_FAIL", journey, **said, reason=reason)
    told_wallet = (
        tenant.state.switches["timed-out"] == "wallet" and "redirect_uri" in journey.request
    )
    # Only the first gets back to the wallet: what it was told must stay true.
    if refused.check == checks.SESSION and told_wallet and _spend(tenant, answer):
        return with_error(tenant, journey, "access_denied", "The session of the hook timed out")
    if refused.check == checks.SESSION:
        raise _timed_out(tenant, journey) from refused
    raise bad_answer(reason, refused.passed, journey.id) from refused


def _timed_out(tenant: Tenant, journey: Journey) -> Problem:
    text = "It took too long at the hook: the session had already ended, and with it this journey."
    if tenant.state.faults.session_timed_out:
        text += " The fault “Hook sessions have timed out” is on."
    title = "Your session is over"
    return Problem(400, "timed-out", title, text, journey=journey.id, in_wallet=True)


def _keep(tenant: Tenant, answer: Answer, passed: tuple[str, ...]) -> None:
    """Take over what the hook said; only listed claims are stored on the user."""
    journey, payload = answer.journey, answer.token.payload
    claims = _kept(tenant, payload.get("claims", {}))
    journey.hook_claims = claims
    journey.message = payload.get("error", {}).get("message", "")
    listed = payload.get("claimsToPersist", [])
    persist(tenant, journey, {name: claims[name] for name in listed if name in claims})
    _hop(tenant, answer, passed, good=True)


def _go_on(tenant: Tenant, answer: Answer) -> Response:
    """Send the browser to the wallet; a direct visit without one to what can be seen of it."""
    journey, said = answer.journey, said_of(answer.journey, answer.interaction)
    if journey.message:
        tenant.tell("OPENID_INTERACTION_HOOK_FAIL", journey, **said, message=journey.message)
    else:
        tenant.tell("OPENID_INTERACTION_HOOK_SUCCESS", journey, **said, claims=journey.hook_claims)
        told = {"claims": journey.hook_claims, "interactionId": answer.interaction.id}
        journey.summary["interactionHook"] = told
    if "redirect_uri" not in journey.request:
        return redirect(f"{tenant.settings.tenant_url}/journeys/{journey.id}", 302)
    if not journey.message:
        return with_code(tenant, journey)
    if tenant.state.switches["refusal"] == "page":
        tenant.tell("OPENID_AUTHORIZE_FAIL", journey, error="access_denied")
        raise Problem(403, "refused", "The hook refused", journey.message)
    return with_error(tenant, journey, "access_denied", journey.message)


def _kept(tenant: Tenant, claims: Json) -> Json:
    if tenant.state.switches["nested-claims"] == "keep":
        return claims
    return {name: value for name, value in claims.items() if not isinstance(value, dict | list)}


def _hop(
    tenant: Tenant, answer: Answer, passed: tuple[str, ...], good: bool, reason: str = ""
) -> None:
    """Show an answer with the names of the checks it passed, and the length of its address."""
    carried: Json = {"session_token": answer.token._asdict(), "checks": list(passed)}
    carried |= {"url_length": len(answer.url)} | ({"reason": reason} if reason else {})
    url = tenant.settings.tenant_url + HOOK_CALLBACK
    tenant.hop(answer.journey, HOP, url, good, **carried)

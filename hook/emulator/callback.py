"""Where the browser comes back with the hook's answer, and goes on to the wallet."""

from flask import redirect, request
from werkzeug import Response

from . import checks, jws
from .errors import bad_answer
from .memory import Result, Visit
from .tenant import Tenant
from .urls import CALLBACK, params_of, with_params


def receive(tenant: Tenant) -> Response:
    """Believe the answer in this request and send the browser on. Raises `Problem`."""
    result = believe(tenant, request.query_string.decode("latin-1"))
    return redirect(onward(tenant, result), 302)


def believe(tenant: Tenant, query: str) -> Result:
    """Check everything there is to check; the state is spent only when all else is well."""
    answer = _signed(tenant, query)
    state, visit = _visit(tenant, answer)
    passed = checks.run(checks.Evidence(tenant, answer.payload, query, visit, tenant.now()))
    if not tenant.memory.close(state):
        raise bad_answer("this state was answered before; one visit gets one answer", passed)
    length = len(f"{tenant.settings.tenant_url}{CALLBACK}?{query}")
    return Result(visit, answer, (*passed, checks.ONLY_ANSWER), length)


def onward(tenant: Tenant, result: Result) -> str:
    """Keep the result and make the wallet's address (errors as in RFC 6749 §4.1.2.1).

    What a real wallet is told about a refusal is unpublished; the code is there in both cases so
    that the pretend wallet can show what happened.
    """
    settings = tenant.settings
    params = {"code": tenant.memory.keep(result)}
    if "error" in result.answer.payload:
        message = result.answer.payload["error"]["message"]
        params = {"error": "access_denied", "error_description": message} | params
    return with_params(settings.wallet_redirect or f"{settings.wallet_url}/wallet", params)


def _signed(tenant: Tenant, query: str) -> jws.Token:
    tokens = [value for name, value in params_of(query) if name == "session_token"]
    if len(tokens) != 1:
        raise bad_answer(f"one session_token is expected in the address; there are {len(tokens)}")
    try:
        return jws.verify(tokens[0], tenant.settings.key)
    except jws.Invalid as error:
        raise bad_answer(str(error)) from error


def _visit(tenant: Tenant, answer: jws.Token) -> tuple[str, Visit]:
    state = answer.payload.get("state")
    visit = tenant.memory.visit(state) if isinstance(state, str) else None
    if visit is None:
        complaint = "its state belongs to no visit this tenant remembers"
        raise bad_answer(complaint, (checks.SIGNED,))
    return str(state), visit

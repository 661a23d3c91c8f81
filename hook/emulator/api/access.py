"""Who may use the management API, and what is told of each request to it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, jsonify, make_response, request

from hook.emulator.state import Json
from hook.emulator.tenant import Tenant

from .problems import ApiProblem, unauthorized

Answer = tuple[Json, int]
View = Callable[..., Answer]


def managed(event: str, view: View, seen: Callable[[Json], Json] | None = None) -> Any:
    """Wrap a view of the management API: a good token, its events, and a JSON answer.

    `seen` says what of an answer its event may hold; without it that is the id.
    """

    @wraps(view)
    def answered(tenant: Tenant, **named: str) -> Response:
        _admit(tenant)
        tenant.tell(f"{event}_START")
        try:
            body, status = view(tenant, **named)
        except ApiProblem as problem:
            tenant.tell(f"{event}_FAIL", **problem.body())
            raise
        tenant.tell(f"{event}_SUCCESS", **(seen or _id)(body))
        return make_response("" if status == 204 else jsonify(body), status)

    return answered


def _admit(tenant: Tenant) -> None:
    """Raise `ApiProblem` unless the API is up and the request has a good token (RFC 6750)."""
    if tenant.state.faults.api_down:
        text = "The API is down: the fault api_down is on"
        raise ApiProblem(503, "ServiceUnavailable", text)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    until = tenant.state.api_tokens.get(token) if scheme.lower() == "bearer" else None
    if until is None or until <= tenant.now():
        raise unauthorized()


def _id(body: Json) -> Json:
    return {"id": body["id"]} if "id" in body else {}

"""What goes wrong at the tenant: for people the one page that says so, for programs JSON."""

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from .api.problems import ApiProblem
from .settings import Settings
from .tenant import Tenant
from .urls import AUTHORIZE, HOOK_CALLBACK, LOGIN_CALLBACK

PLATFORM = ("/v1/", "/v2/", "/core/", "/oauth/", "/.well-known/")
"""Where the platform's own addresses begin."""
PROGRAMS = (*PLATFORM, "/emulator/")
PEOPLE = (AUTHORIZE, LOGIN_CALLBACK, HOOK_CALLBACK)
"""Addresses of the API that browsers are sent to."""


class Problem(Exception):
    """A request that cannot go on; everything in it may be shown.

    `journey` is the id of the journey that the page leads to; `in_wallet` says that it is begun
    anew in the wallet.
    """

    def __init__(
        self,
        status: int,
        page: str,
        title: str,
        text: str,
        passed: tuple[str, ...] = (),
        journey: str = "",
        in_wallet: bool = False,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.page = page
        self.title = title
        self.passed = passed
        self.journey = journey
        self.in_wallet = in_wallet


def bad_answer(complaint: str, passed: tuple[str, ...] = (), journey: str = "") -> Problem:
    """Make the problem of an answer that failed a check, after those it passed."""
    title = "The tenant refused this answer"
    return Problem(400, "bad-answer", title, complaint, passed, journey)


def init_app(app: Flask, tenant: Tenant) -> None:
    """Turn problems and unknown addresses into pages or JSON."""

    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        page = render_template("emulator/error.html", problem=error, settings=tenant.settings)
        return make_response(page, error.status)

    @app.errorhandler(ApiProblem)
    def api_problem(error: ApiProblem) -> Response:
        answer = make_response(jsonify(error.body()), error.status)
        if error.status == 401:
            # RFC 6750 section 3: a refused bearer token is answered with the scheme.
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status, text = error.code or 500, error.description or ""
        if status == 404 and not _is_here(tenant.settings):
            text = _whereabouts(tenant.settings)
        if not _is_for_programs(request.path):
            return problem(Problem(status, "error", error.name, text))
        answer = api_problem(ApiProblem(status, error.name.replace(" ", ""), text))
        if allow := error.get_response().headers.get("Allow"):
            answer.headers["Allow"] = allow
        return answer


def _is_here(settings: Settings) -> bool:
    return request.host in (settings.tenant_host, settings.wallet_host)


def _whereabouts(settings: Settings) -> str:
    """Say where the tenant is to somebody who came by another host name or port."""
    return (
        f"Nothing is at {request.host}: the stand-in tenant is at {settings.tenant_url} "
        f"(EMULATOR_TENANT_URL), and its wallet at {settings.wallet_url}."
    )


def _is_for_programs(path: str) -> bool:
    """Tell who asks at an address, a program or a person's browser."""
    return path.startswith(PROGRAMS) and path.removeprefix("/core") not in PEOPLE

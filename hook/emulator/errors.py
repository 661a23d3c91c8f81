"""What goes wrong at the tenant: for people the one page that says so, for programs JSON."""

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from .api.problems import ApiProblem
from .tenant import Tenant
from .urls import AUTHORIZE, HOOK_CALLBACK, LOGIN_CALLBACK

PROGRAMS = ("/v1/", "/v2/", "/core/", "/oauth/", "/.well-known/", "/emulator/")
PEOPLE = (AUTHORIZE, LOGIN_CALLBACK, HOOK_CALLBACK)
"""Addresses of the API that browsers are sent to."""


class Problem(Exception):
    """A request that cannot go on; everything in it may be shown."""

    def __init__(
        self, status: int, page: str, title: str, text: str, passed: tuple[str, ...] = ()
    ) -> None:
        super().__init__(text)
        self.status = status
        self.page = page
        self.title = title
        self.passed = passed


def bad_answer(complaint: str, passed: tuple[str, ...] = ()) -> Problem:
    """Make the problem of an answer that failed a check, after those it passed."""
    return Problem(400, "bad-answer", "The tenant refused this answer", complaint, passed)


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
        if not _is_for_programs(request.path):
            return problem(Problem(status, "error", error.name, text))
        answer = api_problem(ApiProblem(status, error.name.replace(" ", ""), text))
        if allow := error.get_response().headers.get("Allow"):
            answer.headers["Allow"] = allow
        return answer


def _is_for_programs(path: str) -> bool:
    """Tell who asks at an address, a program or a person's browser."""
    return path.startswith(PROGRAMS) and path.removeprefix("/core") not in PEOPLE

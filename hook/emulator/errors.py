"""What goes wrong at the tenant, and the one page that says so."""

from flask import Flask, render_template
from werkzeug.exceptions import HTTPException

from .settings import Settings


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


def init_app(app: Flask, settings: Settings) -> None:
    """Turn problems and unknown addresses into pages."""

    @app.errorhandler(Problem)
    def problem(error: Problem) -> tuple[str, int]:
        page = render_template("emulator/error.html", problem=error, settings=settings)
        return page, error.status

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[str, int]:
        status = error.code or 500
        return problem(Problem(status, "error", error.name, error.description or ""))

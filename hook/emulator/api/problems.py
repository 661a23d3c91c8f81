"""What the API answers when it cannot do what it was asked, in the platform's documented form."""

from typing import NamedTuple

from hook.emulator.state import Json


class Detail(NamedTuple):
    """What is wrong with one parameter."""

    param: str
    msg: str
    location: str = "body"
    """body, query or params (of the path)."""
    value: str | None = None
    """What was sent; left out for a member of the body."""


class ApiProblem(Exception):
    """A request that gets an error; all of it goes to whoever asked."""

    def __init__(self, status: int, code: str, message: str, *details: Detail) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def body(self) -> Json:
        """Give the documented error body: code, message and, where there are any, details."""
        body: Json = {"code": self.code, "message": self.message}
        if self.details:
            body["details"] = [_shown(detail) for detail in self.details]
        return body


def invalid(*details: Detail) -> ApiProblem:
    """Make the problem of parameters that cannot be used."""
    return ApiProblem(400, "BadRequest", "Validation Error", *details)


def not_found(value: str, param: str = "id") -> ApiProblem:
    """Make the problem of an id in the path that stands for nothing."""
    detail = Detail(param, "Resource Not Found", "params", value)
    return ApiProblem(404, "NotFound", "Validation Error", detail)


def unauthorized() -> ApiProblem:
    """Make the problem of a token that is missing, unknown or over."""
    return ApiProblem(401, "Unauthorized", "Send a valid token: Authorization: Bearer <token>")


def _shown(detail: Detail) -> Json:
    return {name: value for name, value in detail._asdict().items() if value is not None}

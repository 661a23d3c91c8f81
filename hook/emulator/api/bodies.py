"""Reading what was sent: JSON bodies and queries, against what they may hold."""

from typing import Annotated, Any, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from hook.emulator.state import Json

from .problems import ApiProblem, Detail, invalid

M = TypeVar("M", bound="Body")

Filled = Annotated[str, Field(min_length=1)]
"""A text that is not empty."""


class Body(BaseModel):
    """What a request may hold; members that the platform does not document are passed over."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="ignore", alias_generator=to_camel, allow_inf_nan=False
    )

    def json_object(self) -> Json:
        """Give its members as JSON has them, without those that have no value."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def sent(model: type[M]) -> M:
    """Read the body of this request. Raises `ApiProblem`: 415 without JSON, 400 for wrong JSON."""
    if request.mimetype != "application/json":
        text = "Send JSON, with Content-Type: application/json"
        raise ApiProblem(415, "UnsupportedMediaType", text)
    return checked(model, request.get_data())


def checked(model: type[M], text: bytes | str) -> M:
    """Read a JSON text. Raises `ApiProblem`."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise _problem(error) from None


def _problem(error: ValidationError) -> ApiProblem:
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return ApiProblem(400, "BadRequest", "The body is not JSON")
    return invalid(*(Detail(_param(each["loc"]), _said(each)) for each in found))


def _param(steps: tuple[int | str, ...]) -> str:
    """Spell where a member is: interactionHook.url, credentials[0]."""
    spelled = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return "".join(spelled).removeprefix(".")


def _said(error: Any) -> str:
    """Say what is wrong; our own checks raise ValueError, and pydantic says so before."""
    return str(error["msg"]).removeprefix("Value error, ")

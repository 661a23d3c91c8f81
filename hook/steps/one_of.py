"""one_of: the visitor confirms with one of several second factors, or sets one of them up."""

from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from hook.steps import find_method
from hook.steps.options import StepOptions
from hook.steps.second_factor import Member, SecondFactor, SecondFactorOptions

_SENTENCES = {
    "model_type": 'use a table such as {{ kind = "totp" }}',
    "missing": "{}: this is missing",
    "extra_forbidden": "{}: there is no such option; check its spelling",
    "bool_type": "{}: use true or false",
    "bool_parsing": "{}: use true or false",
    "string_type": "{}: use a text in quotation marks",
}


class MemberTable(StepOptions):
    """`[[tenants.<slug>.steps.of]]`: one method; all other keys are options of its kind."""

    model_config = ConfigDict(extra="allow")

    kind: str
    """Which factor: webauthn, totp, or a dotted path to a method of your own."""
    enrol: bool = True
    """Whether visitors may set it up here; false: only for those who have one already."""


def _member(table: object, info: ValidationInfo) -> Member:
    """Build a member from its table. Raises ValueError with the first mistake."""
    try:
        member = MemberTable.model_validate(table)
        method = find_method(member.kind)
        options = method.options_model.model_validate(member.model_extra, context=info.context)
    except LookupError as error:
        raise ValueError(f"kind: {error.args[0]}") from None
    except ValidationError as error:
        raise ValueError(_first_mistake(error)) from None
    return Member(method(options), member.enrol)


def _first_mistake(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    option = ".".join(str(part) for part in first["loc"])
    if first["type"] == "value_error":
        return f"{option}: {first['ctx']['error']}"
    if first["type"] == "literal_error":
        return f"{option}: use {first['ctx']['expected']}"
    return _SENTENCES.get(first["type"], f"{{}}: {first['msg'].lower()}").format(option)


class OneOfOptions(SecondFactorOptions):
    """The options of a choice between second factors."""

    of: Annotated[tuple[Annotated[Any, BeforeValidator(_member)], ...], Field(min_length=1)]
    """The methods: tables with kind, enrol (false: only for those who have it), and the options
    that the kind has for itself."""

    @model_validator(mode="after")
    def _kinds_differ(self) -> "OneOfOptions":
        kinds = [member.method.kind for member in self.of]
        if len(set(kinds)) < len(kinds):
            raise ValueError("name each kind once")
        return self


class OneOf(SecondFactor):
    """Ask for one of several second factors, the one used last first."""

    kind = "one_of"
    options_model = OneOfOptions

    def __init__(self, name: str, title: str, options: OneOfOptions) -> None:
        super().__init__(name, title, options, options.of)

"""Every option there is, found by walking the tables that the configuration is checked with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from hook.config.tables import ConfigTable, PlatformTable, SmtpTable, StepTable, TenantTable
from hook.steps import KINDS, find
from hook.steps.exchange import Refusal, SentClaim, TakenClaim
from hook.steps.fields import Choice, FieldOptions
from hook.steps.lookup import KeyTable, OauthTable
from hook.steps.one_of import MemberTable
from hook.steps.policy import SecondFactorOptions
from hook.steps.review import ShownClaim
from hook.steps.webauthn import WebauthnSettings

#: Section of docs/configuration.md for the tables that are no step's own.
SECTIONS: dict[type[BaseModel], str] = {
    ConfigTable: "The file",
    PlatformTable: "The platform",
    StepTable: "Every step",
    FieldOptions: "A field",
    Choice: "A choice",
    MemberTable: "one_of",
    SecondFactorOptions: "A second factor",
    WebauthnSettings: "webauthn",
    SentClaim: "A value that is sent",
    TakenClaim: "A claim that is taken",
    Refusal: "A refusal",
    KeyTable: "A key",
    OauthTable: "An OAuth client",
    ShownClaim: "A line of a review",
}


@dataclass(frozen=True)
class Option:
    """One option: the section that documents it, its name, its default if it has one."""

    section: str
    name: str
    required: bool
    default: Any

    def __str__(self) -> str:
        return f"{self.section}: {self.name}"


def every_option() -> list[Option]:
    """Every option of the file, of all tables in it and of every registered kind."""
    tables = dict(_tables(ConfigTable, "The file"))
    tables |= dict(_tables(TenantTable, "A tenant"))
    tables |= dict(_tables(SmtpTable, "Mail"))
    tables |= dict(_tables(StepTable, "Every step"))
    tables |= dict(_tables(MemberTable, "one_of"))
    for kind in KINDS:
        tables |= dict(_tables(find(kind).options_model, kind))
    found = (
        Option(
            _section(table, name, section),
            name,
            info.is_required(),
            info.get_default(call_default_factory=True),
        )
        for table, section in tables.items()
        for name, info in table.model_fields.items()
    )
    # Several kinds share tables; each option is documented once.
    return list({str(option): option for option in found}.values())


def _section(table: type[BaseModel], name: str, section: str) -> str:
    """The section of the table that an option is inherited from, if that has one of its own."""
    owner = next(base for base in table.__mro__ if name in vars(base).get("__annotations__", {}))
    return SECTIONS.get(owner, section)


def _tables(table: type[BaseModel], section: str) -> Iterator[tuple[type[BaseModel], str]]:
    yield table, section
    for info in table.model_fields.values():
        for inner in _models(info.annotation):
            yield from _tables(inner, SECTIONS.get(inner, "A tenant"))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)

"""The contract of a method: a way to enrol one kind of factor, and to verify it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from hook.steps.base import Form, Page, Visit
from hook.steps.factor import FactorChange, Use
from hook.steps.options import StepOptions


@dataclass(frozen=True)
class Wrong:
    """What was sent does not do: errors by field, a code for the log, the scratch from now on."""

    errors: Mapping[str, str]
    reason: str
    scratch: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Enrolled:
    """A factor is ready to be kept; `amr` as Proof has it."""

    changes: tuple[FactorChange, ...]
    amr: tuple[str, ...]


@dataclass(frozen=True)
class Verified:
    """A factor is verified, if it can still be used; `amr` as Proof has it."""

    use: Use
    amr: tuple[str, ...]


class Method:
    """One way to confirm who somebody is, built once at start; it keeps nothing of a visitor.

    The visit that it is given has its own scratch and its own kind's factors, last used first.
    `called` is how a sentence names it, `lock` where guesses at it are counted, `most` how many
    factors one person may have; a `backup` is offered last.
    """

    kind: ClassVar[str]
    lock: ClassVar[str]
    title: ClassVar[str]
    called: ClassVar[str]
    hint: ClassVar[str] = ""
    most: ClassVar[int] = 1
    needs_javascript: ClassVar[bool] = False
    backup: ClassVar[bool] = False
    options_model: ClassVar[type[StepOptions]] = StepOptions

    def __init__(self, options: Any) -> None:
        self.options = options

    def prepare_enrolment(self, visit: Visit) -> Mapping[str, Any] | None:
        """Make the scratch that the page needs; None when it is all there."""
        return None

    def enrolment_page(self, visit: Visit) -> Page:
        """Give the page on which a factor is set up."""
        raise NotImplementedError

    def enrol(self, visit: Visit, form: Form) -> Enrolled | Wrong:
        """Judge what was sent from that page; a factor there is already is replaced or joined."""
        raise NotImplementedError

    def prepare(self, visit: Visit) -> Mapping[str, Any] | None:
        """Make the scratch that the page needs; None when it is all there."""
        return None

    def page(self, visit: Visit) -> Page:
        """Give the page on which a factor is asked for."""
        raise NotImplementedError

    def read(self, visit: Visit, form: Form) -> object | Wrong:
        """Read what was sent from that page. What is Wrong here is not counted as a guess."""
        raise NotImplementedError

    def verify(self, visit: Visit, sent: Any) -> Verified | Wrong:
        """Judge what read() gave; it has been counted."""
        raise NotImplementedError

    def amr(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        """Give the authentication methods that a factor stands for (RFC 8176 section 2)."""
        raise NotImplementedError

"""A step sees the claims that it declares, and no others: an undeclared look ends the journey."""

from collections.abc import Mapping

import pytest

from hook.claims import Undeclared, only, pick
from hook.steps.base import Done, Form, Outcome, Page, Shown, Step, Stores, Visit
from hook.testing.hooks import PROFILE, MakeHook
from hook.testing.visitor import Visitor
from hook.testing.watch import rows, watched_log


def block(kind: type[Step]) -> str:
    """The TOML of a step of this module."""
    path = f"{__name__}.{kind.__name__}"
    return f'[[tenants.kauri.steps]]\nkind = "{path}"\nname = "asked"\ntitle = "A step"\n'


CLAIMS = {"name": "Ripeka", "address": {"city": "Ōtautahi", "street": "Kauri Road"}, "email": "r"}


class Peeks(Step):
    """Looks at an arrival claim without having declared it."""

    kind = "peeks"

    def show(self, visit: Visit) -> Shown:
        return Page("step.html")

    def submit(self, visit: Visit, form: Form) -> Outcome:
        return Done(reason="named" if visit.arrival["name"] else "nameless")


class Looks(Peeks):
    """The same, declared."""

    kind = "looks"

    def reads(self) -> frozenset[str]:
        return frozenset({"name"})


class PeeksBack(Peeks):
    """Looks at the claim of an earlier step without having declared it."""

    kind = "peeks_back"

    def submit(self, visit: Visit, form: Form) -> Outcome:
        return Done(reason="said" if visit.claims.get("pronouns") else "unsaid")


class LooksBack(PeeksBack):
    """The same, declared."""

    kind = "looks_back"

    def uses(self) -> frozenset[str]:
        return frozenset({"pronouns"})


class Own(Peeks):
    """Looks at what it wrote itself."""

    kind = "own"

    def writes(self) -> Mapping[str, int]:
        return {"mine": 5}

    def submit(self, visit: Visit, form: Form) -> Outcome:
        return Done({"mine": "again" if "mine" in visit.claims else "new"})


class Tries(Peeks):
    """Counts a try, or asks for a lock, without having declared that it counts."""

    kind = "tries"

    def submit(self, visit: Visit, form: Form) -> Outcome:
        attempts = visit.attempts
        match form.one("how"):
            case "guess":
                attempts.guess("code")
            case "lock":
                attempts.lock("code")
            case about:
                attempts.spend("code", 5, 60, about)
        return Done()


class Counts(Tries):
    """The same, declared."""

    kind = "counts"
    counts = True


class Keeps(Tries):
    """Declared by what it stores."""

    kind = "keeps"
    stores = Stores("how often it was tried", "a minute")


class Holds(Tries):
    """Declared by the factors that it is given."""

    kind = "holds"

    def factor_kinds(self) -> frozenset[str]:
        return frozenset({"totp"})

    def proves(self) -> frozenset[str]:
        return self.factor_kinds()


@pytest.mark.parametrize(
    ("kind", "reasons"), [(Peeks, ["Undeclared"]), (Looks, [])], ids=["undeclared", "declared"]
)
def test_an_arrival_claim_is_seen_only_if_it_is_declared(
    make_hook: MakeHook, kind: type[Step], reasons: list[str]
) -> None:
    visitor = Visitor(make_hook(block(kind)))
    visitor.arrive()
    with watched_log() as log:
        answer = visitor.send().answer
    assert log.reasons("step_failed") == reasons
    assert ("error" in answer) is bool(reasons)


@pytest.mark.parametrize(
    ("kind", "reasons"), [(PeeksBack, ["Undeclared"]), (LooksBack, [])], ids=["undeclared", "used"]
)
def test_a_claim_of_an_earlier_step_is_seen_only_if_it_is_used(
    make_hook: MakeHook, kind: type[Step], reasons: list[str]
) -> None:
    visitor = Visitor(make_hook(PROFILE + block(kind)))
    visitor.arrive()
    visitor.send({"pronouns": "she/her"})
    with watched_log() as log:
        visitor.send()
    assert log.reasons("step_failed") == reasons


@pytest.mark.parametrize("how", ["", "+64211234567", "guess", "lock"])
@pytest.mark.parametrize("kind", [Tries, Counts, Keeps, Holds], ids=lambda kind: str(kind.kind))
def test_attempts_are_counted_only_if_that_is_declared(
    make_hook: MakeHook, kind: type[Step], how: str
) -> None:
    declared = kind is not Tries
    app = make_hook(block(kind))
    visitor = Visitor(app)
    visitor.arrive()
    with watched_log() as log:
        answer = visitor.send({"how": how}).answer
    assert log.reasons("step_failed") == ([] if declared else ["Undeclared"])
    assert ("claims" in answer) is declared
    counted = rows(app)["attempts"] + rows(app)["guesses"]
    assert bool(counted) is (declared and how != "lock")


def test_what_it_writes_itself_it_sees(make_hook: MakeHook) -> None:
    visitor = Visitor(make_hook(block(Own)))
    visitor.arrive()
    assert visitor.send().answer["claims"] == {"mine": "new"}


@pytest.mark.parametrize(
    ("paths", "asked", "found"),
    [
        (["name"], "name", "Ripeka"),
        (["missing"], "missing", None),
        (["address"], "address.street", "Kauri Road"),
        (["address.city"], "address.city", "Ōtautahi"),
        (["address.city", "address"], "address.street", "Kauri Road"),
        (["address.city", "address.zip"], "address.zip", None),
        (["name.first"], "name.first", None),
    ],
)
def test_what_is_declared_can_be_picked(paths: list[str], asked: str, found: object) -> None:
    assert pick(only(CLAIMS, paths), asked) == found


@pytest.mark.parametrize(
    ("paths", "asked"),
    [
        ([], "name"),
        (["name"], "email"),
        (["address.city"], "address.street"),
        (["name"], "address"),
    ],
)
def test_what_is_not_declared_is_an_error(paths: list[str], asked: str) -> None:
    with pytest.raises(Undeclared):
        pick(only(CLAIMS, paths), asked)


def test_to_go_through_all_is_to_go_through_the_declared() -> None:
    assert dict(only(CLAIMS, ["name", "missing"])) == {"name": "Ripeka"}

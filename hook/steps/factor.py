"""What steps and the hook tell each other about factors: values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Factor:
    """Something that the subject enrolled, as a step is given it.

    `data` is sealed at rest; `mark` only ever rises. Times in seconds since 1970; `used_at` is 0
    until the factor has proven something after its enrolment.
    """

    kind: str
    id: str
    label: str
    data: Mapping[str, Any] = field(repr=False)
    mark: int
    enrolled_at: int
    used_at: int = 0


@dataclass(frozen=True)
class Enrol:
    """Keep a new factor; it is lost when another one holds its place.

    Places: its id, for this subject; `sole`, for all subjects of the tenant; `slot`, for whatever
    this subject may enrol once without having proven anything. `mail` is set by the runner: where
    the person is told of it. One that is `held` is kept when no later step asks for a factor any
    more, and only it is lost with its place.
    """

    kind: str
    id: str
    data: Mapping[str, Any] = field(repr=False)
    label: str = ""
    mark: int = 0
    sole: str | None = None
    slot: str | None = None
    mail: str = field(default="", repr=False)
    held: bool = False


@dataclass(frozen=True)
class Use:
    """Use a factor: its mark rises to this one, or everything that came with it is lost.

    A mark of 0 stays 0: authenticators that do not count always say 0. `since` is when the factor
    was enrolled: one that has taken its place meanwhile is another.
    """

    kind: str
    id: str
    mark: int
    since: int


@dataclass(frozen=True)
class Forget:
    """Forget all factors of a kind, if there are any."""

    kind: str


@dataclass(frozen=True)
class Still:
    """Change nothing; but without this factor everything that came with it is lost.

    What was proven with a factor that the help desk has removed meanwhile is worth nothing.
    """

    kind: str
    id: str
    since: int


FactorChange = Enrol | Use | Forget | Still


@dataclass(frozen=True)
class Proof:
    """A factor counted for this journey.

    `at` is when it was verified, in seconds since 1970; `enrolled` says that it was enrolled since
    this journey began, `recent` that it was verified in an earlier one; `amr` has values of RFC
    8176 section 2. `id` and `since` name the factor as Still does; without an id it is not kept.
    """

    kind: str
    at: int
    enrolled: bool = False
    recent: bool = False
    amr: tuple[str, ...] = ()
    id: str = ""
    since: int = 0


def still(proofs: Iterable[Proof]) -> tuple[Still, ...]:
    """Give what has to be there for proofs to be worth something."""
    return tuple(Still(proof.kind, proof.id, proof.since) for proof in proofs if proof.id)


@dataclass(frozen=True)
class Lock:
    """Whether guesses are refused; `until` in seconds since 1970, 0: until somebody resets it."""

    locked: bool
    until: int = 0

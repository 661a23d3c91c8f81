"""The shared secret, for the commands that get one: kept where it belongs, or printed once."""

from dataclasses import dataclass, field
from typing import Any

import click

from hook.cli.tenant.parts import Desk
from hook.cli.tenant.parts import tell as tell_line
from hook.platform.models import Registration
from hook.platform.rotation import RESTART, standing
from hook.platform.secrets import NotKept, fingerprint, keep

printing = click.option(
    "--print-secret", is_flag=True, help="Print the tenant’s secret, once, to put it somewhere."
)

UNKNOWN = (
    "Registering the hook once more may make the tenant show a new secret; the platform does not "
    "publish whether it does. It is looked at afterwards."
)
_IN_FRONT = (
    "Put a file that is not there yet in front first, such as "
    'secrets = ["file:new.secret", …]: a new secret is then kept there at once. Otherwise the hook '
    "refuses everybody until it has it."
)


@dataclass(frozen=True)
class Settled:
    """What became of the secret: `works` tells whether the hook has it, or is being given it."""

    works: bool
    fingerprint: str
    kept_in: str
    todo: str
    printed: str = field(default="", repr=False)

    def tell(self) -> None:
        """Say it in sentences."""
        if self.kept_in:
            which = f"The secret with the fingerprint {self.fingerprint}"
            tell_line(f"{which} is in {self.kept_in} now.")
        if self.printed:
            tell_line(f"The secret: {self.printed}")
        if self.todo:
            tell_line(self.todo, err=not self.works)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values; the secret itself only where it was asked for."""
        told = {"fingerprint": self.fingerprint, "kept_in": self.kept_in, "todo": self.todo}
        return {**told, "value": self.printed} if self.printed else told


def forewarn(desk: Desk, current: Registration | None) -> None:
    """Say before the hook is registered what may become of the secret that the tenant has."""
    if current is None or current.key is None:
        return
    tell_line(UNKNOWN, err=True)
    first = desk.managed.places[0]
    if first.file is None or first.secret is not None:
        tell_line(_IN_FRONT, err=True)


def settle(desk: Desk, registration: Registration | None, print_secret: bool) -> Settled:
    """Keep the tenant's secret in the first place, if the hook lacks it; print it, if asked."""
    key = registration.key if registration else None
    if registration is None or key is None:
        return Settled(False, "", "", "The tenant shows no secret; `flask tenant doctor` looks on.")
    now = standing(key, desk.managed.places, registration.session_timeout_in_sec)
    text = registration.secret.get_secret_value()
    printed, works, kept_in, todo = text if print_secret else "", now.works, "", ""
    first = desk.managed.places[0]
    if now.next == "keep":
        try:
            keep(first, text)
            works, kept_in, todo = True, str(first), _start(desk)
        except NotKept as error:
            works, todo = print_secret, f"Put it into {first}." if print_secret else str(error)
    elif now.next == "renew":
        todo = (
            f"The tenant’s secret is the same, and no hook starts while {first} is empty: take it "
            "out of `secrets`, or run `flask tenant rotate`."
        )
    elif not now.works:
        todo = f"{now.happened} {now.todo}"
    return Settled(works, fingerprint(key), kept_in, todo, printed)


def _start(desk: Desk) -> str:
    """Say what makes the hook read what was kept; without any secret none has been running."""
    if all(place.secret is None for place in desk.managed.places):
        return "Start the hook."
    return f"Now {RESTART}."

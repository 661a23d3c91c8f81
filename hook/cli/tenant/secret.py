"""The shared secret, for the commands that get one: kept where it belongs, or printed once."""

from dataclasses import dataclass, field
from typing import Any

import click

from hook.cli.tenant.parts import Desk
from hook.cli.tenant.parts import tell as tell_line
from hook.platform.models import Registration
from hook.platform.rotation import standing
from hook.platform.secrets import NotKept, fingerprint, keep

printing = click.option(
    "--print-secret", is_flag=True, help="Print the tenant’s secret, once, to put it somewhere."
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
            tell_line(f"The secret {self.fingerprint} is in {self.kept_in} now.")
        if self.printed:
            tell_line(f"The secret: {self.printed}")
        if self.todo:
            tell_line(self.todo, err=not self.works)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values; the secret itself only where it was asked for."""
        told = {"fingerprint": self.fingerprint, "kept_in": self.kept_in, "todo": self.todo}
        return {**told, "value": self.printed} if self.printed else told


def settle(desk: Desk, registration: Registration | None, print_secret: bool) -> Settled:
    """Keep the tenant's secret in the first place, if the hook lacks it; print it, if asked."""
    key = registration.key if registration else None
    if registration is None or key is None:
        return Settled(False, "", "", "The tenant shows no secret; `flask tenant doctor` looks on.")
    now = standing(key, desk.managed.places, registration.session_timeout_in_sec)
    text = registration.secret.get_secret_value()
    printed, works, kept_in, todo = text if print_secret else "", now.works, "", ""
    if now.next == "keep":
        first = desk.managed.places[0]
        try:
            keep(first, text)
            works, kept_in, todo = True, str(first), "Restart every hook, so that it reads it."
        except NotKept as error:
            works, todo = print_secret, f"Put it into {first}." if print_secret else str(error)
    elif not now.works:
        todo = f"{now.happened} {now.todo}"
    return Settled(works, fingerprint(key), kept_in, todo, printed)

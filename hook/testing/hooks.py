"""Builds hooks for tests: a configuration as text, an app on a database, a clock to turn."""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from hook import build_app
from hook.config.load import load
from hook.testing.tokens import NOW, OTHER_SECRET, SECRET

HEAD = """
public_url  = "https://hook.example.org"
database    = "{database}"
cookie_keys = ["env:HOOK_COOKIE_KEY"]
vault_keys  = ["env:HOOK_VAULT_KEY"]

[tenants.kauri]
name     = "Kauri Polytechnic"
issuers  = ["https://kauri.vii.nz01.mattr.global"]
secrets  = ["env:KAURI_SECRET"]
subject  = "email"
person   = ["name", "email"]
"""

TERMS = """
[[tenants.kauri.steps]]
kind = "terms"
name = "terms"
title = "Terms of use"
text = "terms.md"
version = "2026-11"
"""

NOTICE = """
[[tenants.kauri.steps]]
kind = "notice"
name = "welcome"
title = "Welcome"
text = "notice.md"
"""

PROFILE = """
[[tenants.kauri.steps]]
kind = "claims_form"
name = "profile"
title = "About you"
[[tenants.kauri.steps.fields]]
claim = "pronouns"
label = "Pronouns"
type = "select"
choices = ["she/her", "he/him", "they/them"]
required = true
"""

ENVIRON = {
    "HOOK_COOKIE_KEY": hashlib.sha256(b"cookie").hexdigest(),
    "HOOK_VAULT_KEY": base64.urlsafe_b64encode(hashlib.sha256(b"vault").digest()).decode(),
    "KAURI_SECRET": SECRET,
    "RIMU_SECRET": OTHER_SECRET,
}


MakeHook = Callable[..., Flask]
"""Takes the TOML of steps, and as options a database's URL and an environment; gives the app."""


@dataclass
class Clock:
    """A clock that stands still until a test turns it."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now

    def turn(self, seconds: int) -> None:
        """Let time pass."""
        self.now += seconds


def write_config(folder: Path, database: str, text: str) -> Path:
    """Write a configuration file with the texts that its steps name."""
    (folder / "terms.md").write_text("Be *kind*.\n")
    (folder / "notice.md").write_text("Kia ora!\n")
    path = folder / "config.toml"
    path.write_text(HEAD.replace("{database}", database) + text)
    return path


def make_app(
    folder: Path, database: str, text: str, clock: Clock, environ: dict[str, str] | None = None
) -> Flask:
    """Build the app of a configuration."""
    config = load(write_config(folder, database, text), {**ENVIRON, **(environ or {})})
    return build_app(config, clock)


@contextmanager
def hooks_in(
    folder: Path, database: str, clock: Clock, common: Mapping[str, str] | None = None
) -> Iterator[MakeHook]:
    """Make hooks of configurations, and close their databases at the end.

    `common` are environment variables for all of them.
    """
    made: list[Flask] = []

    def make(
        text: str = TERMS + PROFILE,
        database: str = database,
        environ: dict[str, str] | None = None,
    ) -> Flask:
        variables = {**(common or {}), **(environ or {})}
        made.append(make_app(folder, database, text, clock, variables))
        return made[-1]

    yield make
    for app in made:
        app.extensions["hook"].store.close()


SECOND_FACTOR = """
[[tenants.kauri.steps]]
kind = "one_of"
name = "second-factor"
title = "Confirm it’s you"
[[tenants.kauri.steps.of]]
kind = "webauthn"
[[tenants.kauri.steps.of]]
kind = "totp"
"""

TOTP = """
[[tenants.kauri.steps]]
kind = "totp"
name = "app"
title = "Confirm with your app"
"""

RECOVERY = """
[[tenants.kauri.steps]]
kind = "recovery_codes"
name = "codes"
title = "Save your recovery codes"
"""

"""Somebody at a terminal who manages the stand-in tenant with `flask tenant …`."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from hook.cli.tenant import tenant_commands
from hook.emulator.tenant import Tenant
from tests.support.emulator_trip import ServedTrip

ROOT = Path(__file__).resolve().parents[2]
API_SECRET = "sentinel-of-the-client"
HOOK_URL = "http://localhost:8000/kauri"
CONFIG = """
public_url  = "http://localhost:8000"
database    = "sqlite:///{folder}/hook.db"
cookie_keys = ["env:HOOK_COOKIE_KEY"]
vault_keys  = ["env:HOOK_VAULT_KEY"]

[tenants.kauri]
name     = "Kauri Polytechnic"
issuers  = ["{url}"]
secrets  = ["file:kauri.secret"]
subject  = "email"
person   = ["name", "email"]
session_timeout = 600

[tenants.kauri.platform]
auth_url      = "{url}"
client_id     = "cli-7"
client_secret = "env:KAURI_API_SECRET"

[[tenants.kauri.steps]]
kind = "notice"
name = "welcome"
title = "Welcome"
text = "notice.md"
"""
Change = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def _without_log(out: str) -> str:
    """Leave the events out that the stand-in tenant prints in the same process."""
    lines = out.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith('{"at": '))


@dataclass
class Desk:
    """Runs the commands, and knows the tenant from within to see what became of it."""

    trip: ServedTrip
    folder: Path
    environ: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        (self.folder / "notice.md").write_text("Kia ora!\n", encoding="utf-8")
        self.write()

    @property
    def tenant(self) -> Tenant:
        return self.trip.tenant

    @property
    def secret(self) -> str:
        """The shared secret, as the tenant has it."""
        assert self.tenant.state.hook is not None
        return self.tenant.state.hook.secret

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def kept(self) -> Path:
        """Where the configuration keeps the secret."""
        return self.folder / "kauri.secret"

    def write(self, *changes: Change, more: str = "") -> None:
        """Write the configuration, with texts in it changed."""
        text = CONFIG.replace("{url}", self.trip.settings.tenant_url)
        text = text.replace("{folder}", str(self.folder))
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        self.config.write_text(text + more, encoding="utf-8")

    def __call__(self, *command: str, **environ: str) -> Told:
        """Run a command; its standard input is no terminal."""
        ran = CliRunner().invoke(tenant_commands, command, env=self._environ(environ))
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        told = Told(ran.exit_code, _without_log(ran.stdout), ran.stderr)
        assert API_SECRET not in told.out + told.err
        return told

    def answer(self, says: str, *command: str) -> Told:
        """Run a command in a process of its own, at a terminal, and answer its question."""
        master, slave = pty.openpty()
        try:
            os.write(master, says.encode())
            ran = subprocess.run(
                [sys.executable, "-m", "flask", "--app", "app", "tenant", *command],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **self._environ()},
                stdin=slave,
                capture_output=True,
                encoding="utf-8",
                timeout=60,
                check=False,
            )
        finally:
            os.close(master)
            os.close(slave)
        return Told(ran.returncode, ran.stdout, ran.stderr)

    def turn(self, switch: str, choice: str) -> None:
        """Have the tenant assume something else."""
        self.tenant.state.switches.turn(switch, choice)

    def _environ(self, more: dict[str, str] | None = None) -> dict[str, str]:
        config = {"HOOK_CONFIG": str(self.config), "KAURI_API_SECRET": API_SECRET}
        return {**config, **self.environ, **(more or {})}

"""docs/tenant.md: what it lists is all there is, and what it has to be typed is taken."""

import ast
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from hook.cli.tenant import tenant_commands
from hook.policies import POLICIES
from tests.support.emulator_trip import ServedTrip

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/tenant.md").read_text(encoding="utf-8")
TYPED = re.findall(r"^ *flask tenant (.+?)(?: > \S+)?$", PAGE, re.M)


def checks() -> list[str]:
    """The words of all checks, from the code that makes findings."""
    found: set[str] = set()
    for path in (ROOT / "hook/platform/doctor").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                found |= {each.value for each in node.args[1:2] if isinstance(each, ast.Constant)}  # type: ignore[misc]
    return sorted(found)


def parsed(line: str) -> str:
    """Parse what is typed, down to the command that is meant; raises click.UsageError."""
    command: click.Command = tenant_commands
    words = shlex.split(line)
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, line
        command, words = found, words[1:]
    with command.make_context(command.name, words):
        return command.name or ""


@pytest.mark.parametrize("check", checks())
def test_every_check_of_doctor_is_on_the_page(check: str) -> None:
    section = PAGE.partition("## What doctor looks at")[2].partition("\n## ")[0]
    assert f"`{check}`" in section


def test_all_checks_are_known_here() -> None:
    assert len(checks()) >= 20


@pytest.mark.parametrize("line", TYPED)
def test_what_the_page_has_to_be_typed_is_taken(line: str) -> None:
    assert parsed(line)


def test_the_page_has_something_to_be_typed() -> None:
    assert {"plan", "apply", "doctor"} <= {parsed(line) for line in TYPED}


@pytest.mark.parametrize("line", ["plan --yes", "offer", "apply a b"])
def test_what_is_misspelt_would_be_found(line: str) -> None:
    with pytest.raises(click.UsageError):
        parsed(line)


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine lacks curl")
def test_the_page_makes_a_credential_at_an_empty_stand_in() -> None:
    (script,) = re.findall(r"```sh\n(TOKEN=.+?)```", PAGE, re.S)
    with ServedTrip(secret="", seed=False) as trip:
        assert trip.tenant.state.configurations.all() == []
        script = script.replace("http://localhost:9000", trip.settings.tenant_url)
        subprocess.run(["sh", "-ec", script], check=True, capture_output=True, timeout=60)
        (made,) = trip.tenant.state.configurations.all()
    assert made.format == "ldp_vc"


@pytest.mark.parametrize("name", [name for name in POLICIES if name])
def test_every_policy_is_on_the_page(name: str) -> None:
    assert f'policy = "{name}"' in PAGE.partition("## Policies")[2]

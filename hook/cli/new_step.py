"""flask steps new: a step that works, to be changed into what it should be."""

import re
from pathlib import Path

import click

from hook.cli.parts import refuse
from hook.steps import KINDS

_ROOT = Path(__file__).resolve().parents[2]
_SKELETON = Path(__file__).resolve().parent / "skeleton"
_REGISTRY = "hook/steps/__init__.py"
_LAST_KIND = re.compile(r"^(KINDS: [^{]*\{\n(?:.*\n)*?)\}", re.M)
_FILES = {
    "module.txt": "hook/steps/NAME.py",
    "template.txt": "templates/steps/NAME.html",
    "test.txt": "tests/steps/test_NAME.py",
    "page.txt": "docs/steps/NAME.md",
}
_BLOCK = """
Put it into a flow:

[[tenants.kauri.steps]]
kind = "NAME"
name = "NAME"
title = "A heading"

Then run its test: python3 dev.py test tests/steps/test_NAME.py
"""


@click.command("new")
@click.argument("name")
def new(name: str) -> None:
    """Write module, template, test, page and registry line of a kind called NAME."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name):
        refuse("Use a name of 2 to 31 small letters, digits and _ that begins with a letter.")
    paths = {text: _ROOT / path.replace("NAME", name) for text, path in _FILES.items()}
    taken = [path for path in paths.values() if path.exists()]
    if name in KINDS or taken:
        refuse("There is such a step already; nothing was written.")
    for text, path in paths.items():
        path.write_text(_filled(_SKELETON / text, name), encoding="utf-8")
        click.echo(f"wrote {path.relative_to(_ROOT)}")
    _register(name)
    click.echo(_BLOCK.replace("NAME", name))


def _filled(text: Path, name: str) -> str:
    filled = text.read_text(encoding="utf-8").replace("NAME_YES", f"{name.upper()}_YES")
    return filled.replace("CLASS", _class(name)).replace("NAME", name)


def _register(name: str) -> None:
    path = _ROOT / _REGISTRY
    line = f'    "{name}": "hook.steps.{name}.{_class(name)}",\n'
    registry = path.read_text(encoding="utf-8")
    path.write_text(_LAST_KIND.sub(lambda found: f"{found[1]}{line}}}", registry, count=1), "utf-8")
    click.echo(f"added a line to {_REGISTRY}")


def _class(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))

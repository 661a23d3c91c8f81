"""The rooms of the house: who may import whom, and how large a room may get."""

import ast
import re
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOOK = ROOT / "hook"

#: Room → rooms of hook it may import. docs/architecture.md shows the same table.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "strict_json": set(),
    "claims": set(),
    "texts": set(),
    "urls": set(),
    "markdown": set(),
    "factors": set(),
    "mail": {"errors"},
    "audit": set(),
    "vault": {"errors"},
    "steps": {
        "errors", "claims", "factors", "mail", "markdown", "strict_json", "texts", "urls",
    },
    "config": {"errors", "claims", "mail", "urls", "vault", "steps", "tenant", "tokens"},
    "tenant": {"mail", "steps"},
    "tokens": {"errors", "strict_json", "urls", "tenant"},
    "subject": {"claims", "tenant", "texts", "tokens"},
    "state": {"steps", "tokens"},
    "journey": {"errors", "state", "steps", "strict_json"},
    "notices": {"audit", "claims", "errors", "mail", "steps", "tenant"},
    "store": {"errors", "claims", "state", "steps", "strict_json", "tokens", "vault"},
    "moves": {"steps"},
    "visits": {"claims", "tenant", "journey", "state", "steps", "store", "subject", "tokens"},
    "runner": {
        "errors", "claims", "tenant", "tokens", "journey", "steps", "store", "subject",
        "strict_json", "urls", "visits", "audit", "mail", "moves", "notices",
        "state",
    },
    "web": {"errors", "tenant", "mail", "moves", "runner", "state", "store", "steps", "audit"},
    "cli": {
        "errors", "audit", "config", "mail", "notices", "steps", "store", "subject", "tenant",
        "vault",
    },
    "hook": {"audit", "cli", "config", "mail", "store", "tenant", "vault", "web"},
    "emulator": set(),
}  # fmt: skip

#: Library → the only rooms that may import it.
ONLY_IN: dict[str, set[str]] = {
    "jwt": {"tokens"},
    "sqlalchemy": {"store"},
    "flask": {"web", "cli", "hook", "emulator"},
    "flask_wtf": {"web"},
    "wtforms": {"web"},
    "itsdangerous": {"web"},
    "pydantic": {"config", "steps"},
    "cryptography": {"vault", "factors"},
    "webauthn": {"factors"},
    "pyotp": {"factors"},
    "segno": {"factors"},
    "smtplib": {"mail"},
    "markdown_it": {"markdown"},
}

MODULES = sorted(path for path in HOOK.rglob("*.py"))
LINES_MOST = 300
FUNCTION_LINES_MOST = 50
MODULE_MEDIAN_MOST = 80
FUNCTION_MEDIAN_MOST = 9


def room_of(path: Path) -> str:
    """The first folder or module below hook/; the package itself is the room `hook`."""
    first = path.relative_to(HOOK).parts[0].removesuffix(".py")
    return "hook" if first == "__init__" else first


def imports(path: Path) -> set[str]:
    """The dotted names that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            # `from hook import audit` names the module audit, not the package.
            whole = node.module == "hook"
            found |= {f"hook.{a.name}" for a in node.names} if whole else {node.module}
    return found


def functions(path: Path) -> list[tuple[str, int]]:
    """Every function of a module with its length in lines."""
    return [
        (node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_the_rooms_it_may(path: Path) -> None:
    room = room_of(path)
    rooms = {name.split(".")[1] for name in imports(path) if name.startswith("hook.")}
    assert rooms - {room} <= MAY_IMPORT[room]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_library_is_used_only_in_its_room(path: Path) -> None:
    libraries = {name.split(".")[0] for name in imports(path)}
    for library in libraries & ONLY_IN.keys():
        assert room_of(path) in ONLY_IN[library]


def test_the_emulator_imports_nothing_of_the_hook() -> None:
    for path in (HOOK / "emulator").rglob("*.py"):
        foreign = {name for name in imports(path) if name.split(".")[0] == "hook"}
        assert {name for name in foreign if not name.startswith("hook.emulator")} == set()


def test_a_step_imports_no_other_step() -> None:
    shared = {
        "base", "conditions", "factor", "fields", "methods", "options", "policy", "recovery",
        "second_factor", "values", "ways",
    }  # fmt: skip
    for path in (HOOK / "steps").glob("*.py"):
        used = {name.split(".")[2] for name in imports(path) if name.startswith("hook.steps.")}
        assert used <= shared


def test_no_two_rooms_import_each_other() -> None:
    for room, others in MAY_IMPORT.items():
        assert [other for other in others if room in MAY_IMPORT[other]] == []


def test_the_architecture_page_shows_the_same_table() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    for room, others in MAY_IMPORT.items():
        (row,) = re.findall(rf"^\| `{room}` \|[^|]*\| (.*?) \|$", page, re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", row)) == others, room


def test_rooms_stay_small() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path.name for path, lines in lengths.items() if lines > LINES_MOST} == set()
    assert statistics.median(lengths.values()) <= MODULE_MEDIAN_MOST


def test_functions_stay_small() -> None:
    found = [pair for path in MODULES for pair in functions(path)]
    assert [name for name, lines in found if lines > FUNCTION_LINES_MOST] == []
    assert statistics.median(lines for _, lines in found) <= FUNCTION_MEDIAN_MOST

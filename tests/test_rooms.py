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
    "refusals": set(),
    "strict_json": set(),
    "claims": set(),
    "texts": set(),
    "policies": set(),
    "urls": set(),
    "jws": {"strict_json"},
    "calls": {"strict_json", "urls"},
    "markdown": set(),
    "factors": set(),
    "mail": {"errors"},
    "audit": set(),
    "vault": {"errors"},
    "steps": {
        "calls", "claims", "factors", "jws", "mail", "markdown", "qr", "refusals", "strict_json",
        "texts", "urls",
    },
    "config": {
        "claims", "errors", "mail", "policies", "refusals", "steps", "tenant", "tokens", "urls",
        "vault",
    },
    "tenant": {"mail", "policies", "steps"},
    "platform": {"calls", "claims", "policies", "strict_json", "tenant", "texts", "urls"},
    "tokens": {"errors", "jws", "strict_json", "urls", "tenant"},
    "subject": {"claims", "tenant", "texts", "tokens"},
    "state": {"steps", "tokens"},
    "qr": set(),
    "order": {"state", "steps"},
    "lending": {"state", "steps"},
    "finder": {"errors", "lending", "state", "store"},
    "journey": {"errors", "refusals", "revision", "state", "steps", "strict_json", "urls"},
    "revision": {"order", "state", "steps"},
    "keeping": {
        "audit", "errors", "mail", "notices", "state", "steps", "store", "subject", "tenant",
    },
    "walk": {
        "claims", "journey", "moves", "order", "refusals", "revision", "state", "steps", "store",
        "subject", "tenant", "tokens", "visits",
    },
    "notices": {"audit", "claims", "errors", "mail", "steps", "tenant"},
    "store": {"claims", "errors", "refusals", "state", "steps", "strict_json", "tokens", "vault"},
    "moves": {"state", "steps"},
    "visits": {
        "claims", "tenant", "journey", "order", "state", "steps", "store", "subject", "tokens",
    },
    "runner": {
        "audit", "errors", "finder", "journey", "keeping", "mail", "moves", "refusals",
        "revision", "state", "steps", "store", "strict_json", "subject", "tenant", "tokens",
        "walk",
    },
    "passes": {"errors", "lending", "moves", "runner", "state", "steps", "subject"},
    "web": {
        "audit", "errors", "mail", "moves", "passes", "qr", "refusals", "runner", "state",
        "steps", "store", "tenant",
    },
    "cli": {
        "errors", "audit", "config", "conformance", "mail", "notices", "platform", "qr", "steps",
        "store", "subject", "tenant", "vault",
    },
    "hook": {"audit", "cli", "config", "mail", "store", "tenant", "vault", "web"},
    "emulator": set(),
    "conformance": set(),
    "testing": {
        "hook", "claims", "config", "errors", "mail", "steps", "store", "strict_json",
    },
}  # fmt: skip

#: Library → the only rooms that may import it.
ONLY_IN: dict[str, set[str]] = {
    "jwt": {"jws"},
    "sqlalchemy": {"store", "testing"},
    "flask": {"web", "cli", "hook", "emulator", "testing"},
    "flask_wtf": {"web"},
    "wtforms": {"web"},
    "itsdangerous": {"web"},
    "pydantic": {"config", "emulator", "platform", "steps"},
    "cryptography": {"vault", "factors", "testing", "emulator"},
    "webauthn": {"factors"},
    "pyotp": {"factors"},
    "segno": {"qr", "emulator"},
    "pyoxigraph": {"emulator"},
    "cbor2": {"emulator", "testing"},
    "smtplib": {"mail"},
    "markdown_it": {"markdown"},
    "pytest": {"testing"},
    "aiosmtpd": {"testing"},
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
            whole = node.module == "hook"
            found |= {_named(alias.name) for alias in node.names} if whole else {node.module}
    return found


def _named(name: str) -> str:
    # `from hook import audit` names the module audit, `from hook import build_app` the package.
    is_room = (HOOK / name).is_dir() or (HOOK / f"{name}.py").is_file()
    return f"hook.{name}" if is_room else "hook.hook"


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
        "base", "conditions", "exchange", "factor", "fields", "methods", "options", "policy",
        "recovery", "second_factor", "values", "ways", "words",
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

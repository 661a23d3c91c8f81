"""The documents: all there is to know of is in them, and what they point at is there."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

import dev
from hook import bare_app
from hook.emulator.faults import Faults
from hook.emulator.switches import SWITCHES
from hook.errors import PUBLIC
from hook.refusals import ANSWER_CODES
from hook.steps import KINDS
from tests.support.options import Option, every_option

ROOT = Path(__file__).resolve().parents[1]
CONFIGURATION = ROOT / "docs/configuration.md"


def ours(ending: str) -> list[Path]:
    """Files of the repository, without what tools keep in hidden folders."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob(f"*.{ending}"))
    return sorted(ROOT / path for path in found if not str(path).startswith("."))


MARKDOWN = ours("md")
MANUAL = [p for p in MARKDOWN if p.parent == ROOT or ROOT / "docs" in p.parents]

_READS_ENVIRONMENT = re.compile(r"\benv(?:iron)?(?:\.get\(|\[)\s*\"([A-Z][A-Z0-9_]+)\"")
_SECTION = re.compile(r"^#{2,3} (?P<title>.+)\n(?P<body>(?:(?!^##).*\n)*)", re.M)
_ROW = re.compile(r"^\| `(?P<name>\w+)` \| [^|]+ \| (?P<default>[^|]+) \| (?P<why>[^|]+) \|$", re.M)
_LINK = re.compile(r"(?<!`)\]\((?P<target>[^)\s]+)(?: \"[^\"]*\")?\)")
_FENCE = re.compile(r"^```.*?^```", re.M | re.S)
_MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:work|root|home|Users|tmp/\w)[\w./-]*|\b[A-Z]:\\", re.ASCII
)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def manual() -> str:
    """README.md, its neighbours and all of docs/."""
    return "\n".join(read(path) for path in MANUAL)


def manual_has(pattern: str) -> bool:
    """Whether the manual has a text like this; said in a word, for the manual is long."""
    return re.search(pattern, manual()) is not None


def rows(section: str) -> dict[str, re.Match[str]]:
    """The rows of a section's table of options, by option."""
    body = next(
        (m["body"] for m in _SECTION.finditer(read(CONFIGURATION)) if m["title"] == section), ""
    )
    return {match["name"]: match for match in _ROW.finditer(body)}


def commands(group: click.Group | None = None, before: str = "flask") -> list[str]:
    """Our own flask commands, as they are typed."""
    found: list[str] = []
    for name, command in (group or bare_app().cli).commands.items():
        typed = f"{before} {name}"
        found += commands(command, typed) if isinstance(command, click.Group) else [typed]
    return found


def variables() -> list[str]:
    """The environment variables that our code reads by name."""
    return sorted({name for path in ours("py") for name in _READS_ENVIRONMENT.findall(read(path))})


def anchors(path: Path) -> set[str]:
    """The anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", read(path)), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def links(path: Path) -> list[str]:
    """The links of a page that stay in this repository."""
    found = (match["target"] for match in _LINK.finditer(_FENCE.sub("", read(path))))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


@pytest.mark.parametrize("option", every_option(), ids=str)
def test_every_option_has_a_row_with_its_default_and_a_reason(option: Option) -> None:
    row = rows(option.section)[option.name]
    assert (row["default"].strip() == "required") is option.required
    assert len(row["why"]) > 10


@pytest.mark.parametrize(
    "option",
    [o for o in every_option() if not o.required and isinstance(o.default, str | bool | int)],
    ids=str,
)
def test_the_default_in_the_row_is_the_one_that_rules(option: Option) -> None:
    written = str(option.default).lower() if isinstance(option.default, bool) else option.default
    expected = f'"{written}"' if isinstance(option.default, str) else str(written)
    assert rows(option.section)[option.name]["default"] == f"`{expected}`"


@pytest.mark.parametrize("section", sorted({option.section for option in every_option()}))
def test_no_row_is_left_of_an_option_that_is_gone(section: str) -> None:
    known = {option.name for option in every_option() if option.section == section}
    assert set(rows(section)) == known


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert manual_has(rf"{command}\b")


def test_every_verb_of_dev_py_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    dev.main([])
    verbs = re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.M)
    assert "demo" in verbs
    assert [verb for verb in verbs if not manual_has(rf"dev\.py {verb}\b")] == []


@pytest.mark.parametrize("code", sorted({*PUBLIC, *ANSWER_CODES}))
def test_every_code_is_documented(code: str) -> None:
    assert manual_has(f"`{code}`")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_step_is_documented(kind: str) -> None:
    assert manual_has(f"`{kind}`")


@pytest.mark.parametrize("variable", variables())
def test_every_environment_variable_is_documented(variable: str) -> None:
    assert manual_has(rf"\b{variable}\b")


def test_the_search_for_variables_finds_those_of_the_server() -> None:
    assert {"HOOK_BIND", "HOOK_CONFIG", "HOOK_THREADS", "HOOK_WORKERS"} <= set(variables())


@pytest.mark.parametrize(
    ("page", "target"),
    [(page, target) for page in MARKDOWN for target in links(page)],
    ids=lambda value: value.relative_to(ROOT).as_posix() if isinstance(value, Path) else value,
)
def test_every_link_inside_the_repository_leads_somewhere(page: Path, target: str) -> None:
    file, _, anchor = target.partition("#")
    there = (page.parent / file).resolve() if file else page
    assert there.is_relative_to(ROOT)
    assert there.exists()
    assert not anchor or anchor in anchors(there)


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_names_a_path_of_somebodys_machine(page: Path) -> None:
    assert _MACHINE_PATH.findall(read(page)) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("see /root/notes", True),
        ("in /home/ada/hook", True),
        (r"C:\hook", True),
        ("/data may be mounted read-only", False),
        ("the page /kauri/work/x", False),
    ],
)
def test_the_search_for_machine_paths_knows_one_when_it_sees_one(text: str, named: bool) -> None:
    assert bool(_MACHINE_PATH.search(text)) is named


@pytest.mark.parametrize("name", [*SWITCHES, *(each.name for each in fields(Faults))])
def test_every_switch_and_fault_of_the_stand_in_tenant_is_documented(name: str) -> None:
    assert f"`{name}`" in read(ROOT / "docs/emulator.md")


@pytest.mark.parametrize("name", SWITCHES)
def test_the_choices_of_a_switch_are_documented_the_default_first(name: str) -> None:
    (row,) = re.findall(rf"^\| [^|]*`{name}`.*$", read(ROOT / "docs/emulator.md"), re.M)
    assert [choice for choice in SWITCHES[name].choices if f"`{choice}`" not in row] == []
    assert SWITCHES[name].choices[0] == SWITCHES[name].default

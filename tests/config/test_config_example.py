"""config.example.toml: it loads as it is, and shows every option there is."""

import re
import tomllib
from pathlib import Path

import pytest

from hook.config.load import load
from hook.testing.hooks import ENVIRON
from tests.support.options import Option, every_option

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
#: The secrets of what is commented out.
PUT_IN = {
    "SMTP_PASSWORD": "sesame",
    "DIRECTORY_KEY": "a-key",
    "DIRECTORY_SECRET": "a-secret",
    "RIMU_ID_SECRET": ENVIRON["RIMU_SECRET"],
}
#: Assigned lines, also those that are commented out.
ASSIGNED = re.compile(r"^(?P<comment># )?(?P<name>\w+) *= *(?P<value>[^#\n]*)", re.M)
#: What makes a comment of an option or of the head of a table.
COMMENTED = re.compile(r"^# (?=\w+ *=|\[+[\w.]+\]+$)", re.M)


def shown_defaults(option: Option) -> list[object]:
    """The values that the file gives an option: as a line, or as `default: …` behind it."""
    written = [match["value"] for match in ASSIGNED.finditer(TEXT) if match["name"] == option.name]
    said = re.findall(rf"\b{option.name}\b.*\bdefault:? (true|false|[0-9]+|\"[^\"]*\")", TEXT)
    return [tomllib.loads(f"value = {text}")["value"] for text in (*written, *said)]


def test_the_example_loads_as_it_is() -> None:
    config = load(EXAMPLE, ENVIRON)
    assert config.is_local
    assert config.warnings == ()
    flow = config.tenants["kauri"].flow
    assert [step.kind for step in flow] == ["terms", "one_of", "recovery_codes", "claims_form"]


def test_every_option_that_is_commented_out_can_be_put_in(tmp_path: Path) -> None:
    """Uncommented all at once, so none is misspelt or stands in the wrong table."""
    text = COMMENTED.sub("", TEXT)
    assert text.count("\n#") < TEXT.count("\n#")
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    config = load(path, {**ENVIRON, **PUT_IN})
    assert config.tenants["kauri"].person == ("name", "email")
    assert config.smtp is not None


@pytest.mark.parametrize("option", every_option(), ids=str)
def test_the_example_names_every_option(option: Option) -> None:
    assert re.search(rf"\b{option.name}\b", TEXT)


@pytest.mark.parametrize(
    "option",
    [option for option in every_option() if not option.required and option.default is not None],
    ids=str,
)
def test_the_example_shows_the_default_of_an_option(option: Option) -> None:
    """An empty default says itself that there is none; an example tells more in its place."""
    if option.default in ("", ()):
        assert shown_defaults(option)
    else:
        assert option.default in shown_defaults(option)

"""flask steps and flask data-map: what steps are, and what a privacy notice has to say of them."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hook.cli.data_map import data_map
from hook.cli.steps import steps_commands
from hook.steps import KINDS, find
from hook.testing.hooks import ENVIRON, PROFILE, SECOND_FACTOR, TERMS, write_config

GATE = """
[[tenants.kauri.steps]]
kind = "gate"
name = "served"
title = "Where we are"
when = { arrival = "address.country", present = true }
require = { arrival = "country", in = ["NZ"] }
code = "country_not_served"
text = "Not there."
"""
LATE = """
[[tenants.kauri.steps]]
kind = "gate"
name = "late"
title = "What you said"
require = { claim = "pronouns", present = true }
code = "not_said"
text = "Say it."
"""
LOOKUP = """
[[tenants.kauri.steps]]
kind = "lookup"
name = "staff"
title = "Checking"
url = "https://directory.kauri.example/people"
send = [{ arrival = "email" }]
take = [{ claim = "since", max_bytes = 12 }]
"""
HANDOFF = """
[[tenants.kauri.steps]]
kind = "handoff"
name = "identity"
title = "Who you are"
text = "We take you there."
url = "https://id.rimu.example:8443/hook?key=k-83"
secrets = ["env:RIMU_SECRET"]
send = [{ arrival = "address.city" }, { claim = "pronouns", name = "p" }]
"""
CHOICE = """
[[tenants.kauri.steps]]
kind = "one_of"
name = "choice"
title = "Confirm it’s you"
of = [{ kind = "totp" }, { kind = "webauthn" }]
"""


def mapped(folder: Path, text: str, *arguments: str) -> Result:
    """Run the command on a configuration."""
    path = write_config(folder, "sqlite:///nowhere.db", text)
    runner = CliRunner(env={**ENVIRON, "HOOK_CONFIG": str(path)})
    return runner.invoke(data_map, arguments)


def show(folder: Path, text: str, kind: str) -> list[str]:
    """What is shown of a kind where this is the configuration, below its options."""
    path = write_config(folder, "sqlite:///nowhere.db", text)
    runner = CliRunner(env={**ENVIRON, "HOOK_CONFIG": str(path)})
    result = runner.invoke(steps_commands, ["show", kind])
    assert result.exit_code == 0
    return result.stdout.partition("\nNeeds: ")[2].splitlines()[1:]


def cells(result: Result, name: str) -> list[str]:
    """The cells of a step's row."""
    (row,) = (line for line in result.stdout.splitlines() if f"(`{name}`)" in line)
    return [cell.strip() for cell in row.strip("| ").split("|")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_listed_and_shows_all_its_options(kind: str) -> None:
    listed = CliRunner().invoke(steps_commands, ["list"])
    assert re.search(rf"^{kind} +\w", listed.stdout, re.M)
    shown = CliRunner().invoke(steps_commands, ["show", kind])
    assert shown.exit_code == 0
    for name, field in find(kind).options_model.model_fields.items():
        (line,) = re.findall(
            rf"^  {name} \((required|default .*?)\): .{{10,}}$", shown.stdout, re.M
        )
        assert (line == "required") is field.is_required()
    kept = find(kind).stores
    assert (kept.what if kept else "Keeps: nothing.") in shown.stdout


def test_a_kind_that_there_is_not_is_told() -> None:
    shown = CliRunner().invoke(steps_commands, ["show", "tems"])
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "there is no such kind; use notice, terms" in shown.stderr


def test_what_its_steps_read_and_write_is_shown_of_each_in_a_flow(tmp_path: Path) -> None:
    flow = TERMS + GATE + PROFILE + LATE
    assert show(tmp_path, flow, "gate") == [
        "In kauri, step served: reads address.country, country; uses of earlier steps nothing; "
        "writes nothing.",
        "In kauri, step late: reads nothing; uses of earlier steps pronouns; writes nothing.",
    ]
    (line,) = show(tmp_path, flow, "claims_form")
    assert line.endswith("step profile: reads nothing; uses of earlier steps nothing; "
                         "writes pronouns.")  # fmt: skip


@pytest.mark.parametrize(("of", "shown"), [("totp", True), ("webauthn", False)])
def test_a_second_factor_is_shown_where_it_is_one_of_several_too(
    tmp_path: Path, of: str, shown: bool
) -> None:
    choice = re.sub("of = .*", f'of = [{{ kind = "{of}" }}]', CHOICE)
    lines = show(tmp_path, choice + TERMS, "totp")
    assert any(line.startswith("In kauri, step choice (one_of): ") for line in lines) is shown
    assert len(lines) == 1


def test_of_a_kind_that_no_flow_has_it_is_said_that_they_hang_on_its_options(
    tmp_path: Path,
) -> None:
    assert show(tmp_path, PROFILE + TERMS, "terms") != (shown := show(tmp_path, PROFILE, "terms"))
    assert shown == ["Claims read and written hang on the options; no flow has this kind yet."]
    (told,) = show(tmp_path, PROFILE.replace("title", "titel"), "terms")
    assert told.endswith("no configuration could be read.")


def test_a_step_of_ones_own_is_shown_by_its_dotted_path() -> None:
    shown = CliRunner().invoke(steps_commands, ["show", "tests.support.steps.Errand"])
    assert shown.exit_code == 0
    assert "Sends the visitor to another site" in shown.stdout


def test_the_map_tells_what_is_read_written_and_kept(tmp_path: Path) -> None:
    result = mapped(tmp_path, TERMS + SECOND_FACTOR + GATE + PROFILE)
    assert result.exit_code == 0
    assert cells(result, "terms")[1:4] == ["–", "–", "–"]
    assert "SHA-256 of the text" in cells(result, "terms")[4]
    assert "until" in cells(result, "second-factor")[5]
    assert cells(result, "served")[1:] == ["`address.country`, `country`", "–", "–", "–", "–"]
    assert cells(result, "profile")[1:] == ["–", "–", "`pronouns`", "–", "–"]


def test_the_map_tells_what_is_asked_of_another_system_and_that_tries_are_counted(
    tmp_path: Path,
) -> None:
    staff = cells(mapped(tmp_path, LOOKUP), "staff")
    assert staff[1:4] == ["`email`", "`directory.kauri.example`: `email`", "`since`"]
    assert staff[4] == "how often it was tried"
    assert "at most a day" in staff[5]


def test_the_map_tells_to_whom_claims_of_the_login_and_of_forms_are_sent(tmp_path: Path) -> None:
    result = mapped(
        tmp_path, PROFILE + HANDOFF + LOOKUP.replace('send = [{ arrival = "email" }]', "")
    )
    sent = "`id.rimu.example`: `address.city`, `pronouns`"
    assert cells(result, "identity")[1:4] == ["`address.city`", sent, "–"]
    assert cells(result, "staff")[2] == "`directory.kauri.example`: –"
    assert cells(result, "profile")[2] == "–"
    assert "k-83" not in result.stdout, "of a URL no more than the host"


def test_the_map_of_one_tenant_or_of_all(tmp_path: Path) -> None:
    rimu = TERMS.replace("kauri", "rimu")
    head = '\n[tenants.rimu]\nname = "Rimu"\nissuers = ["https://rimu.example"]\n'
    both = TERMS + head + 'secrets = ["env:RIMU_SECRET"]\nsubject = "sub"\n' + rimu
    assert mapped(tmp_path, both).stdout.count("## ") == 2
    assert mapped(tmp_path, both, "rimu").stdout.count("## ") == 1
    refused = mapped(tmp_path, both, "rata")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "kauri, rimu" in refused.stderr


def test_the_map_of_a_configuration_with_mistakes_is_its_mistakes(tmp_path: Path) -> None:
    refused = mapped(tmp_path, TERMS.replace("version", "verison"))
    assert refused.exit_code == 2
    assert "tenants.kauri.steps[0].verison" in refused.stderr

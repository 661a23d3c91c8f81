"""flask tenant plan, diff and apply, against the stand-in tenant."""

import stat

import pytest

from hook.config.load import load
from hook.emulator.state import HookConfiguration
from hook.errors import ConfigError
from hook.platform.secrets import fingerprint
from hook.testing.hooks import ENVIRON
from tests.platform.desk import API_SECRET, HOOK_URL, Desk, Told

UNUSABLE, LEFT, ABORTED = 2, 1, 1
COMMANDS = ["plan", "diff", "apply", "export", "doctor", "credentials", "rotate"]
CHANGES = [
    f"  url: {HOOK_URL}",
    "  claims: add email, name",
    "  session timeout: 600 seconds",
    "  disabled: no",
]
IN_ENVIRONMENT = ('"file:kauri.secret"', '"env:KAURI_SECRET"')
IN_FRONT = ('"file:kauri.secret"', '"file:new.secret", "file:kauri.secret"')
LONGER = ("session_timeout = 600", "session_timeout = 900")
RIMU = """
[tenants.rimu]
name     = "Rimu College"
issuers  = ["https://rimu.vii.nz01.mattr.global"]
secrets  = ["env:RIMU_SECRET"]
subject  = "email"
[[tenants.rimu.steps]]
kind = "notice"
name = "welcome"
title = "Welcome"
text = "notice.md"
"""


def registered(desk: Desk) -> HookConfiguration | None:
    return desk.tenant.state.hook


def hides_the_secret(desk: Desk, told: Told) -> bool:
    return desk.secret not in told.out + told.err


def test_plan_says_in_sentences_what_would_change_and_changes_nothing(desk: Desk) -> None:
    told = desk("plan")
    new = "The tenant has no hook; this registers one."
    assert told.lines == [f"kauri at {desk.trip.settings.tenant_url}: {new}", *CHANGES]
    assert (told.status, registered(desk)) == (0, None)


def test_diff_says_the_same_and_ends_with_1_as_long_as_there_is_something(desk: Desk) -> None:
    told = desk("diff")
    assert told.out == desk("plan").out
    assert (told.status, registered(desk)) == (1, None)
    assert desk("apply", "--yes").status == 0
    told = desk("diff")
    assert (told.status, told.lines) == (
        0,
        [f"kauri at {desk.trip.settings.tenant_url}: nothing to change."],
    )


@pytest.mark.parametrize("command", ["plan", "diff"])
def test_changes_are_there_for_programs_too(desk: Desk, command: str) -> None:
    found = desk(command, "--json").json
    assert found["tenant"] == "kauri"
    assert {change["option"]: change["after"] for change in found["changes"]} == {
        "url": HOOK_URL,
        "claims": ["email", "name"],
        "session timeout": 600,
        "disabled": False,
    }


def test_apply_registers_the_hook_and_keeps_the_secret_where_the_configuration_says(
    desk: Desk,
) -> None:
    told = desk("apply", "--yes")
    assert told.status == 0
    assert told.lines[1:-2] == [*CHANGES, "Applied, and read back."]
    hook = registered(desk)
    assert hook is not None
    assert (hook.url, hook.claims, hook.timeout, hook.disabled) == (
        HOOK_URL,
        ("email", "name"),
        600,
        False,
    )
    assert (desk.kept.read_text(encoding="ascii") == f"{desk.secret}\n") is True
    assert stat.S_IMODE(desk.kept.stat().st_mode) == 0o600
    assert "is in the file kauri.secret now" in told.lines[-2]
    assert told.lines[-1] == "Start the hook."
    assert hides_the_secret(desk, told)


def test_the_hook_starts_with_what_apply_has_kept(desk: Desk) -> None:
    with pytest.raises(ConfigError):
        load(desk.config, ENVIRON)
    assert desk("apply", "--yes").status == 0
    (secret,) = load(desk.config, ENVIRON).tenants["kauri"].secrets
    assert fingerprint(secret) in desk("rotate").out


def test_a_second_apply_has_nothing_to_do(desk: Desk) -> None:
    assert desk("apply", "--yes").status == 0
    before = desk.kept.stat()
    told = desk("apply")
    assert (told.status, told.lines) == (
        0,
        [f"kauri at {desk.trip.settings.tenant_url}: nothing to change."],
    )
    assert desk.kept.stat() == before


def test_nothing_is_applied_where_nobody_can_be_asked(desk: Desk) -> None:
    told = desk("apply")
    assert told.status == UNUSABLE
    question = f"Apply this to kauri at {desk.trip.settings.tenant_url}?"
    assert told.err == (
        f"{question} Nothing was changed: there is nobody to ask here. Say --yes to go ahead.\n"
    )
    assert registered(desk) is None
    assert desk.kept.exists() is False


def test_at_a_terminal_apply_asks_and_does_what_the_answer_says(desk: Desk) -> None:
    told = desk.answer("n\n", "apply")
    assert (told.status, registered(desk)) == (ABORTED, None)
    assert f"Apply this to kauri at {desk.trip.settings.tenant_url}?" in told.err
    told = desk.answer("y\n", "apply")
    assert told.status == 0, told.err
    assert registered(desk) is not None
    assert desk.kept.exists()


def test_json_at_a_terminal_is_asked_about_changes_that_are_seen(desk: Desk) -> None:
    told = desk.answer("n\n", "apply", "--json")
    assert (told.status, told.out, registered(desk)) == (ABORTED, "", None)
    assert [line for line in told.err.splitlines() if line in CHANGES] == CHANGES
    told = desk("apply", "--json", "--yes")
    assert told.json["changes"][0]["option"] == "url"
    assert (desk("apply", "--json").json["changes"], desk("apply", "--json").err) == ([], "")


def test_before_a_secret_may_change_that_is_said_and_how_it_stays_whole(desk: Desk) -> None:
    told = desk("apply", "--yes")
    assert (told.status, told.err) == (0, "")
    desk.turn("secret-on-put", "rotate")
    old = desk.secret
    desk.write(LONGER)
    told = desk.answer("n\n", "apply")
    assert (told.status, desk.secret) == (ABORTED, old)
    unknown, advice, question = told.err.splitlines()[:3]
    assert "may make the tenant show a new secret" in unknown
    assert 'secrets = ["file:new.secret", …]' in advice
    assert question.startswith("Apply this to")

    desk.write(LONGER, IN_FRONT)
    told = desk("apply", "--yes")
    assert (told.status, desk.secret == old) == (0, False)
    assert unknown in told.err
    assert advice not in told.err
    assert "is in the file new.secret now." in told.out
    assert told.lines[-1] == "Now stop and start every hook (a reload, HUP, does not read it)."
    assert hides_the_secret(desk, told)
    assert len(load(desk.config, ENVIRON).tenants["kauri"].secrets) == 2


def test_a_place_that_stayed_empty_is_told(desk: Desk) -> None:
    assert desk("apply", "--yes").status == 0
    desk.write(LONGER, IN_FRONT)
    told = desk("apply", "--yes")
    assert told.status == 0
    assert "no hook starts while the file new.secret is empty" in told.lines[-1]
    with pytest.raises(ConfigError):
        load(desk.config, ENVIRON)
    desk.write(LONGER)
    assert "no hook starts" not in desk("apply").out
    assert load(desk.config, ENVIRON)


def test_a_variable_cannot_be_written_and_the_secret_is_printed_only_on_request(
    desk: Desk,
) -> None:
    desk.write(IN_ENVIRONMENT)
    told = desk("apply", "--yes")
    assert told.status == LEFT
    assert "Nothing can be put into the variable KAURI_SECRET from here" in told.err
    assert hides_the_secret(desk, told)
    told = desk("apply", "--print-secret")
    assert told.status == 0
    assert f"The secret: {desk.secret}" in told.lines
    told = desk("apply", KAURI_SECRET=desk.secret)
    assert (told.status, hides_the_secret(desk, told)) == (0, True)


@pytest.mark.parametrize("asked", [True, False])
def test_json_has_the_secret_only_on_request(desk: Desk, asked: bool) -> None:
    told = desk("apply", "--yes", "--json", *(["--print-secret"] if asked else []))
    assert told.status == 0
    assert (told.json["secret"].get("value") == desk.secret) is asked
    assert hides_the_secret(desk, told) is not asked
    assert told.json["secret"]["kept_in"] == "the file kauri.secret"
    assert told.json["changes"][0]["option"] == "url"


def test_another_secret_in_the_file_is_left_alone_and_told(desk: Desk) -> None:
    desk.kept.write_text("q3sTUvWxYz0123456789abcdefghijklmnopqrstuvw=\n", encoding="ascii")
    before = desk.kept.read_text(encoding="ascii")
    told = desk("apply", "--yes")
    assert told.status == LEFT
    assert "flask tenant rotate" in told.err
    assert desk.kept.read_text(encoding="ascii") == before


def test_a_secret_is_fetched_for_a_hook_that_was_registered_by_hand(desk: Desk) -> None:
    assert desk("apply", "--yes").status == 0
    desk.kept.unlink()
    told = desk("apply")
    assert told.status == 0
    assert (desk.kept.read_text(encoding="ascii") == f"{desk.secret}\n") is True


def test_a_folder_that_cannot_be_written_loses_nothing(desk: Desk) -> None:
    desk.write(('"file:kauri.secret"', '"file:nowhere/kauri.secret"'))
    told = desk("apply", "--yes")
    assert told.status == LEFT
    assert "The folder of the file kauri.secret is not there" in told.err
    (desk.folder / "nowhere").mkdir()
    assert desk("apply").status == 0


def test_a_tenant_that_answers_404_for_no_hook_is_no_other(desk: Desk) -> None:
    desk.turn("empty-get", "not-found")
    assert desk("plan").lines[1:] == CHANGES
    assert desk("apply", "--yes").status == 0


def test_a_hook_that_was_switched_off_is_switched_on(desk: Desk) -> None:
    desk.tenant.state.hook = HookConfiguration(
        HOOK_URL, "q3sTUvWxYz0123456789abcdefghijklmnopqrstuvw=", ("email",), 600, True
    )
    told = desk("plan")
    assert told.lines[0] == f"kauri at {desk.trip.settings.tenant_url}:"
    assert told.lines[1:] == ["  claims: add name", "  disabled: yes → no"]


def test_a_client_that_is_refused_is_told_what_to_check(desk: Desk) -> None:
    told = desk("plan", KAURI_API_SECRET="another")
    assert told.status == UNUSABLE
    assert "`client_id`, `client_secret` and `audience`" in told.err


@pytest.mark.parametrize("command", COMMANDS)
def test_of_several_tenants_one_must_be_named(desk: Desk, command: str) -> None:
    desk.write(more=RIMU)
    told = desk(command)
    assert (told.status, told.err) == (UNUSABLE, "Say which tenant: kauri or rimu.\n")
    told = desk(command, "totara")
    assert (told.status, told.err) == (
        UNUSABLE,
        "There is no such tenant; there is kauri, rimu.\n",
    )
    assert "nobody to ask" in desk(command, "kauri").err or desk(command, "kauri").out


def test_a_tenant_without_a_way_to_its_api_is_told(desk: Desk) -> None:
    desk.write(more=RIMU)
    told = desk("plan", "rimu")
    assert told.status == UNUSABLE
    assert "tenants.rimu.platform: this is missing" in told.err


def test_a_broken_configuration_is_told_as_flask_check_tells_it(desk: Desk) -> None:
    desk.write(('subject  = "email"', ""))
    told = desk("plan")
    assert told.status == UNUSABLE
    assert "tenants.kauri.subject: this is missing" in told.err
    assert API_SECRET not in told.err

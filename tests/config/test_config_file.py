"""The file as a whole: what loads, what is told of it, what the environment changes."""

from pathlib import Path

import pytest

from hook.config.load import load
from hook.errors import ConfigError
from hook.testing.hooks import ENVIRON
from tests.support.config_trial import ISSUE, Change, Trial

NAME = 'name     = "Kauri Polytechnic"'
RETURN = "return_origins = []"
FIELDS = "tenants.kauri.steps.fields"
SECOND_PRONOUNS = f"""
[[tenants.kauri.steps]]
kind = "claims_form"
name = "more"
title = "More about you"
[[{FIELDS}]]
claim = "pronouns"
label = "Pronouns"
type = "boolean"
"""


def test_the_file_of_the_issue_loads_as_it_is(trial: Trial) -> None:
    config = trial.load()
    tenant = config.tenants["kauri"]
    assert config.public_url == "https://hook.example.org"
    assert config.database == "sqlite:///hook.db"
    assert config.warnings == ()
    assert tenant.hook_url == "https://hook.example.org/kauri"
    assert tenant.issuers == ("https://kauri.vii.nz01.mattr.global",)
    assert (tenant.persist, tenant.return_origins) == ((), ())
    assert [(step.kind, step.name) for step in tenant.flow] == [
        ("terms", "terms"),
        ("claims_form", "profile"),
    ]


def test_options_that_are_left_out_have_safe_defaults(trial: Trial) -> None:
    config = trial.load(
        ('database    = "sqlite:///hook.db"', ""), ("persist  = []", ""), (RETURN, "")
    )
    tenant = config.tenants["kauri"]
    assert config.database == "sqlite:///hook.db"
    assert (tenant.persist, tenant.return_origins) == ((), ())
    assert tenant.allow_missing_exp is False
    assert tenant.session_timeout is None
    assert tenant.person == ("email",)
    assert tenant.locale == "en"


@pytest.mark.parametrize(("subject", "folded"), [("email", True), ("student_id", False)])
def test_capital_letters_are_folded_only_for_an_email_subject(
    trial: Trial, subject: str, folded: bool
) -> None:
    tenant = trial.load(('"email"', f'"{subject}"')).tenants["kauri"]
    assert tenant.fold_subject is folded


def test_the_configuration_file_is_named_by_hook_config(trial: Trial, tmp_path: Path) -> None:
    path = trial.write()
    there = load(environ={**ENVIRON, "HOOK_CONFIG": str(path)})
    assert list(there.tenants) == ["kauri"]
    with pytest.raises(ConfigError, match="HOOK_CONFIG"):
        load(environ={**ENVIRON, "HOOK_CONFIG": str(tmp_path / "other.toml")})


def test_without_hook_config_the_file_is_config_toml(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(trial.write().parent)
    assert list(load(environ=ENVIRON).tenants) == ["kauri"]


def test_texts_are_found_beside_the_file_wherever_the_hook_was_started(
    trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = trial.write()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert load(path, ENVIRON).tenants["kauri"].flow[0].name == "terms"


def test_a_file_that_is_not_toml_is_told_with_its_line_and_without_its_text(trial: Trial) -> None:
    error = trial.refusal((NAME, "name     = Sentinel Polytechnic"))
    line = ISSUE.splitlines().index(NAME) + 1
    assert f"line {line}" in str(error)
    assert "Sentinel" not in str(error)


def test_a_file_that_is_not_text_is_told_as_one_that_cannot_be_read(trial: Trial) -> None:
    path = trial.write()
    path.write_bytes(b"\xff\xfe" + path.read_bytes())
    with pytest.raises(ConfigError, match="cannot be read"):
        load(path, ENVIRON)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("database ", "databse "), "databse"),
        ((RETURN, "sesion_timeout = 600"), "tenants.kauri.sesion_timeout"),
        (('text = "terms.md"', 'text = "terms.md"\nreacept = "always"'),
         "tenants.kauri.steps[0].reacept"),
        (('title = "About you"', 'title = "About you"\nintr0 = "Hello"'),
         "tenants.kauri.steps[1].intr0"),
        (("required = true", "requird = true"), "tenants.kauri.steps[1].fields[0].requird"),
        (('["she/her",', '[{value = "x", label = "X", hnt = "Y"},'),
         "tenants.kauri.steps[1].fields[0].choices[0].hnt"),
    ],
    ids=["file", "tenant", "terms", "claims_form", "field", "choice"],
)  # fmt: skip
def test_an_unknown_option_is_refused_at_every_level(
    trial: Trial, change: Change, key: str
) -> None:
    assert trial.mistakes(change) == {key: "there is no such option; check its spelling"}


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('public_url  = "https://hook.example.org"', "public_url"),
        ('cookie_keys = ["env:HOOK_COOKIE_KEY"]', "cookie_keys"),
        ('vault_keys  = ["env:HOOK_VAULT_KEY"]', "vault_keys"),
        (NAME, "tenants.kauri.name"),
        ('issuers  = ["https://kauri.vii.nz01.mattr.global"]', "tenants.kauri.issuers"),
        ('secrets  = ["env:KAURI_SECRET"]', "tenants.kauri.secrets"),
        ('subject  = "email"', "tenants.kauri.subject"),
        ('kind = "terms"', "tenants.kauri.steps[0].kind"),
        ('name = "terms"', "tenants.kauri.steps[0].name"),
        ('title = "Terms of use"', "tenants.kauri.steps[0].title"),
        ('text = "terms.md"', "tenants.kauri.steps[0].text"),
        ('version = "2026-11"', "tenants.kauri.steps[0].version"),
        ('claim = "pronouns"', "tenants.kauri.steps[1].fields[0].claim"),
        ('label = "Pronouns"', "tenants.kauri.steps[1].fields[0].label"),
        ('type = "select"', "tenants.kauri.steps[1].fields[0].type"),
    ],
)
def test_an_option_that_must_be_there_is_missed_by_name(trial: Trial, line: str, key: str) -> None:
    assert trial.mistakes((line, "")) == {key: "this is missing"}


def test_a_file_without_tenants_or_a_tenant_without_steps_is_refused(trial: Trial) -> None:
    flow = ISSUE[ISSUE.index("[[tenants.kauri.steps]]") :]
    assert trial.mistakes((flow, "")) == {"tenants.kauri.steps": "this is missing"}
    tenants = ISSUE[ISSUE.index("[tenants.kauri]") :]
    assert trial.mistakes((tenants, "")) == {"tenants": "this is missing"}
    assert trial.mistakes((tenants, "[tenants]")) == {"tenants": "give at least one"}


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ((NAME, "name = 2026"), "tenants.kauri.name", "quotation marks"),
        ((NAME, 'name = ""'), "tenants.kauri.name", "empty"),
        (("persist  = []", 'persist = "email"'), "tenants.kauri.persist", "square brackets"),
        ((RETURN, "session_timeout = 59"), "tenants.kauri.session_timeout", "60"),
        ((RETURN, "session_timeout = 86_401"), "tenants.kauri.session_timeout", "86400"),
        ((RETURN, 'session_timeout = "20m"'), "tenants.kauri.session_timeout", "whole number"),
        ((RETURN, 'allow_missing_exp = "maybe"'), "tenants.kauri.allow_missing_exp", "true or"),
        ((RETURN, 'locale = "en_NZ"'), "tenants.kauri.locale", ""),
        (('"email"', '"e mail"'), "tenants.kauri.subject", ""),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_with_what_would_be_right(
    trial: Trial, change: Change, key: str, words: str
) -> None:
    found = trial.mistakes(change)
    assert list(found) == [key]
    assert words in found[key]


def test_the_twins_of_the_wrong_values_are_accepted(trial: Trial) -> None:
    more = 'session_timeout = 60\nallow_missing_exp = true\nlocale = "en-NZ"'
    tenant = trial.load((RETURN, more), ('"email"', '"e_mail"')).tenants["kauri"]
    assert (tenant.session_timeout, tenant.allow_missing_exp) == (60, True)
    assert (tenant.locale, tenant.subject) == ("en-NZ", "e_mail")
    longest = trial.load((RETURN, "session_timeout = 86_400")).tenants["kauri"]
    assert longest.session_timeout == 86_400


@pytest.mark.parametrize(
    "change",
    [
        ('"email"', '"e mail"'),
        (RETURN, 'locale = "en_NZ"'),
        ('version = "2026-11"', 'version = "November 2026"'),
        ('name = "terms"', 'name = "Terms of use"'),
        ('claim = "pronouns"', 'claim = "my pronouns"'),
        ("required = true", 'autocomplete = "Given Name"'),
    ],
)
def test_a_person_is_told_in_words_and_not_in_a_regular_expression(
    trial: Trial, change: Change
) -> None:
    (sentence,) = trial.mistakes(change).values()
    assert not any(sign in sentence for sign in ("^", "$", "{", "\\"))


def test_a_file_with_many_mistakes_tells_every_one_of_them(trial: Trial) -> None:
    found = trial.mistakes(
        ("https://hook.example.org", "http://hook.example.org"),
        ('database    = "sqlite:///hook.db"', 'databse = "x"'),
        ('subject  = "email"', ""),
        ('"https://kauri.vii.nz01.mattr.global"', '"kauri"'),
        ('"terms.md"', '"other.md"'),
        ('name = "profile"', 'name = "My profile"'),
        ("required = true", 'pattern = "("'),
        HOOK_COOKIE_KEY="short",
        HOOK_VAULT_KEY="",
        KAURI_SECRET="c2hvcnQ=",
    )
    assert set(found) == {
        "public_url",
        "databse",
        "cookie_keys[0]",
        "vault_keys[0]",
        "tenants.kauri.subject",
        "tenants.kauri.issuers[0]",
        "tenants.kauri.secrets[0]",
        "tenants.kauri.steps[0].text",
        "tenants.kauri.steps[1].name",
        "tenants.kauri.steps[1].fields[0].pattern",
    }


@pytest.mark.parametrize(
    "other",
    [
        ('database    = "sqlite:///hook.db"', 'database = "nowhere"'),
        ('text = "terms.md"', 'text = "other.md"'),
    ],
    ids=["in the file", "in another step"],
)
def test_two_steps_writing_one_claim_are_told_together_with_all_other_mistakes(
    trial: Trial, other: Change
) -> None:
    (one,), (two,) = trial.mistakes(more=SECOND_PRONOUNS), trial.mistakes(other)
    assert set(trial.mistakes(other, more=SECOND_PRONOUNS)) == {one, two}


@pytest.mark.parametrize(
    "change",
    [
        ("persist  = []", 'persist = ["nowhere_written"]'),
        (
            "required = true",
            f'[[{FIELDS}]]\nclaim = "x"\nlabel = "X"\ntype = "text"\nmax_length = 999',
        ),
    ],
    ids=["persist", "too long for the URL"],
)
def test_what_shows_only_in_the_whole_flow_is_told_together_with_mistakes_of_the_file(
    trial: Trial, change: Change
) -> None:
    other = ('database    = "sqlite:///hook.db"', 'database = "nowhere"')
    (one,), (two,) = trial.mistakes(change), trial.mistakes(other)
    assert set(trial.mistakes(change, other)) == {one, two}


def test_mistakes_of_every_tenant_are_told(trial: Trial) -> None:
    rimu = '[tenants.rimu]\nname = "Rimu"\nissuers = ["https://rimu.example"]\nsubject = "sub"\n'
    found = trial.mistakes((NAME, 'name = ""'), more=rimu)
    assert set(found) == {"tenants.kauri.name", "tenants.rimu.secrets", "tenants.rimu.steps"}


def test_an_environment_variable_goes_over_a_value_of_the_file(trial: Trial) -> None:
    config = trial.load(
        HOOK__PUBLIC_URL="https://other.example.org",
        HOOK__TENANTS__KAURI__NAME="Kauri Institute",
        HOOK__TENANTS__KAURI__ISSUERS='["https://id.kauri.example"]',
        HOOK__TENANTS__KAURI__ALLOW_MISSING_EXP="true",
        HOOK__TENANTS__KAURI__SESSION_TIMEOUT="600",
    )
    tenant = config.tenants["kauri"]
    assert config.public_url == "https://other.example.org"
    assert tenant.hook_url == "https://other.example.org/kauri"
    assert tenant.name == "Kauri Institute"
    assert tenant.issuers == ("https://id.kauri.example",)
    assert (tenant.allow_missing_exp, tenant.session_timeout) == (True, 600)


def test_an_override_is_checked_like_the_file(trial: Trial) -> None:
    found = trial.mistakes(
        HOOK__PUBLIC_URL="http://sentinel.example.org",
        HOOK__TENANTS__KAURI__ISSUERS="https://sentinel.example",
        HOOK__TENANTS__KAURI__NOSUCH="1",
    )
    assert set(found) == {"public_url", "tenants.kauri.issuers", "tenants.kauri.nosuch"}
    assert "sentinel" not in "".join(found.values())


def test_an_override_into_what_is_no_table_is_refused_by_its_name(trial: Trial) -> None:
    name = "HOOK__TENANTS__KAURI__STEPS__0__TITLE"
    assert list(trial.mistakes(**{name: "Terms"})) == [name]
    assert trial.load(HOOK__TENANTS__KAURI__NAME="Terms").tenants["kauri"].name == "Terms"


def test_another_programs_variables_are_left_alone(trial: Trial) -> None:
    config = trial.load(HOOK_PUBLIC_URL="x", PUBLIC_URL="x", hook__public_url="x", HOOK_="x")
    assert config.public_url == "https://hook.example.org"


def test_secrets_do_not_show_when_a_configuration_is_printed(trial: Trial) -> None:
    config = trial.load()
    shown = repr(config)
    secrets = (*config.vault_keys, *config.tenants["kauri"].secrets, *config.cookie_keys)
    assert [secret for secret in secrets if repr(secret) in shown] == []
    assert [name for name, value in ENVIRON.items() if value in shown] == []
    assert "postgresql://me:pass" not in repr(trial.load(HOOK__DATABASE="postgresql://me:pass@h/d"))

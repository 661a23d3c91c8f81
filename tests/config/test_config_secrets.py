"""Secrets: where they come from, and every way in which one may be unusable."""

import base64
from pathlib import Path

import pytest

from hook.config.secrets import Source, read
from tests.support.config_trial import RAW, SECRET, Trial

REFERENCE = '"env:KAURI_SECRET"'
KEY = "tenants.kauri.secrets[0]"
# Bytes whose base64 has both letters that the url-safe alphabet writes differently.
ODD = b"\xfb\xff\xbf" + RAW


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_secret_comes_from_the_environment(trial: Trial) -> None:
    config = trial.load(KAURI_SECRET=SECRET)
    assert (config.tenants["kauri"].secrets == (RAW,)) is True
    assert config.warnings == ()


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_secret_comes_from_a_file_with_or_without_a_last_newline(
    trial: Trial, tmp_path: Path, ending: str
) -> None:
    (tmp_path / "kauri.secret").write_bytes((SECRET + ending).encode())
    config = trial.load((REFERENCE, '"file:kauri.secret"'))
    assert (config.tenants["kauri"].secrets == (RAW,)) is True
    assert config.warnings == ()


def test_a_secret_may_come_from_a_file_elsewhere(trial: Trial, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    config = trial.load((REFERENCE, f'"file:{(folder / "secret").as_posix()}"'))
    assert (config.tenants["kauri"].secrets == (RAW,)) is True


def test_a_secret_in_the_file_itself_is_accepted_with_a_warning(trial: Trial) -> None:
    config = trial.load((REFERENCE, f'"{SECRET}"'))
    (warning,) = config.warnings
    assert (config.tenants["kauri"].secrets == (RAW,)) is True
    assert "secrets" in warning
    assert "env:" in warning
    assert SECRET not in warning


def test_a_warning_says_which_tenants_secret_it_means(trial: Trial) -> None:
    (warning,) = trial.load((REFERENCE, f'"{SECRET}"')).warnings
    assert "kauri" in warning


def test_the_current_secret_comes_first_and_the_previous_after(trial: Trial) -> None:
    config = trial.load((REFERENCE, '"env:NEW", "env:OLD"'), NEW=base64_of(RAW[::-1]), OLD=SECRET)
    assert (config.tenants["kauri"].secrets == (RAW[::-1], RAW)) is True


def test_one_bad_secret_among_good_ones_is_told_by_its_number(trial: Trial) -> None:
    found = trial.mistakes((REFERENCE, f'{REFERENCE}, "env:OLD"'), OLD="c2hvcnQ=")
    assert list(found) == ["tenants.kauri.secrets[1]"]


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (base64_of(RAW[:31]), "only 31 bytes"),
        ("dGtUrijBOT6UUJ8JO4kAFyGfhahDlVVeIk/sPbWTa7c=", "placeholder"),
        ("<your secret here>", "placeholder"),
        ("CHANGE-ME-CHANGE-ME-CHANGE-ME-CHANGE-ME-12==", "placeholder"),
        (base64_of(bytes(32)), "placeholder"),
        (base64.urlsafe_b64encode(ODD).decode(), "url-safe"),
        (f'"{SECRET}"', "quotation marks"),
        (f"'{SECRET}'", "quotation marks"),
        (f"{SECRET[:20]}\n{SECRET[20:]}", "line break"),
        (f"{SECRET}\n", "line break"),
        (f" {SECRET}", "space"),
        (base64_of(SECRET.encode()), "twice"),
        (base64_of(f"{SECRET}\n".encode()), "twice"),
        (base64_of(b"correct horse battery staple, again"), "readable text"),
        (SECRET.rstrip("="), "not base64"),
        (f"{SECRET[:-2]}!=", "not base64"),
        ("ē" * 44, "not base64"),
    ],
    ids=[
        "31 bytes", "published", "angle brackets", "change me", "zeros", "url-safe",
        "double quotes", "single quotes", "wrapped", "newline", "leading space", "twice",
        "twice with a newline", "a sentence", "no padding", "wrong letter", "not ASCII",
    ],
)  # fmt: skip
def test_an_unusable_secret_is_refused_with_what_is_wrong_and_never_shown(
    trial: Trial, secret: str, words: str
) -> None:
    error = trial.refusal(KAURI_SECRET=secret)
    (mistake,) = error.mistakes
    assert mistake.key == KEY
    assert words in mistake.problem
    assert (secret.strip() in str(error)) is False


@pytest.mark.parametrize(
    "secret",
    [base64_of(RAW), base64_of(ODD), base64_of(RAW + RAW)],
    ids=["32 bytes", "with plus and slash", "64 bytes"],
)
def test_a_usable_secret_is_accepted(trial: Trial, secret: str) -> None:
    decoded = trial.load(KAURI_SECRET=secret).tenants["kauri"].secrets[0]
    assert (base64_of(decoded) == secret) is True


@pytest.mark.parametrize("word", ["ToDo", "XxxX"])
def test_a_random_secret_in_which_a_word_happens_to_stand_is_accepted(
    trial: Trial, word: str
) -> None:
    """One in thousands has such a word in it, and nobody can choose another one."""
    secret = f"{SECRET[:8]}{word}{SECRET[12:]}"
    assert len(trial.load(KAURI_SECRET=secret).tenants["kauri"].secrets[0]) == 32


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:NOT_THERE", "NOT_THERE is not set"),
        ("env:EMPTY", "EMPTY is not set"),
        ("file:not.there", "cannot be read"),
        ("file:.", "cannot be read"),
        ("file:binary", "cannot be read"),
        ("file:two.lines", "line break"),
    ],
)
def test_a_secret_that_cannot_be_had_is_told_by_where_it_was_looked_for(
    trial: Trial, tmp_path: Path, reference: str, words: str
) -> None:
    (tmp_path / "binary").write_bytes(ODD)
    (tmp_path / "two.lines").write_text(f"{SECRET}\n\n")
    found = trial.mistakes((REFERENCE, f'"{reference}"'), EMPTY="")
    assert list(found) == [KEY]
    assert words in found[KEY]


def test_an_empty_secret_file_is_not_said_to_have_quotation_marks(
    trial: Trial, tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("")
    assert "quotation" not in trial.mistakes((REFERENCE, '"file:empty"'))[KEY]


@pytest.mark.parametrize("secret", [SECRET, RAW.hex()], ids=["base64", "letters and digits"])
def test_a_secret_written_in_the_place_of_a_variables_name_is_not_shown(
    trial: Trial, secret: str
) -> None:
    error = trial.refusal((REFERENCE, f'"env:{secret}"'))
    assert (secret in str(error)) is False


def test_what_secrets_are_read_from_shows_none_of_them(tmp_path: Path) -> None:
    source = Source(tmp_path, {"KAURI_SECRET": SECRET})
    assert (SECRET in repr(source)) is False
    assert repr(tmp_path) in repr(source)
    assert (read("env:KAURI_SECRET", source) == SECRET) is True


def test_a_secret_that_is_no_text_is_refused_with_how_to_write_one(trial: Trial) -> None:
    assert "env:NAME" in trial.mistakes((REFERENCE, "17"))[KEY]


@pytest.mark.parametrize("written", ["$KAURI_SECRET", "${KAURI_SECRET}", "ENV:KAURI_SECRET"])
def test_a_variable_in_another_spelling_is_answered_with_the_right_one(
    trial: Trial, written: str
) -> None:
    assert "env:" in trial.mistakes((REFERENCE, f'"{written}"'))[KEY]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("k3y-of-thirty-one-characters!!!", "too short"),
        ("change-me-change-me-change-me-change-me", "placeholder"),
        ("a" * 64, "placeholder"),
    ],
)
def test_an_unusable_cookie_key_is_refused_and_never_shown(
    trial: Trial, value: str, words: str
) -> None:
    error = trial.refusal(HOOK_COOKIE_KEY=value)
    assert [mistake.key for mistake in error.mistakes] == ["cookie_keys[0]"]
    assert words in str(error)
    assert (value in str(error)) is False


def test_a_cookie_key_of_32_characters_is_accepted(trial: Trial) -> None:
    key = "k3y-of-thirty-two-characters-..!"
    assert (trial.load(HOOK_COOKIE_KEY=key).cookie_keys == (key,)) is True


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("hunter2", "url-safe base64 of 32 bytes"),
        (base64.urlsafe_b64encode(RAW[:31]).decode(), "url-safe base64 of 32 bytes"),
        (base64.urlsafe_b64encode(RAW + b"x").decode(), "url-safe base64 of 32 bytes"),
        (base64_of(ODD[:32]), "url-safe base64 of 32 bytes"),
        (base64.urlsafe_b64encode(ODD[:32]).decode() + "\n", "url-safe base64 of 32 bytes"),
        ("ē" * 44, "url-safe base64 of 32 bytes"),
        ("A" * 43 + "=", "placeholder"),
    ],
    ids=["password", "31 bytes", "33 bytes", "standard base64", "newline", "not ASCII", "zeros"],
)
def test_an_unusable_vault_key_is_refused_and_never_shown(
    trial: Trial, value: str, words: str
) -> None:
    error = trial.refusal(HOOK_VAULT_KEY=value)
    assert [mistake.key for mistake in error.mistakes] == ["vault_keys[0]"]
    assert words in str(error)
    assert "flask vault new-key" in str(error)
    assert (value.strip() in str(error)) is False


def test_a_url_safe_vault_key_of_32_bytes_is_accepted(trial: Trial) -> None:
    key = base64.urlsafe_b64encode(ODD[:32]).decode()
    assert (trial.load(HOOK_VAULT_KEY=key).vault_keys == (ODD[:32],)) is True


@pytest.mark.parametrize("option", ["cookie_keys", "vault_keys", "tenants.kauri.secrets"])
def test_a_list_of_secrets_needs_at_least_one(trial: Trial, option: str) -> None:
    name = option.rpartition(".")[2]
    line = {
        "cookie_keys": 'cookie_keys = ["env:HOOK_COOKIE_KEY"]',
        "vault_keys": 'vault_keys  = ["env:HOOK_VAULT_KEY"]',
        "secrets": 'secrets  = ["env:KAURI_SECRET"]',
    }[name]
    assert trial.mistakes((line, f"{name} = []")) == {option: "give at least one"}

"""The commands and servers from outside: real processes, their exit status and what they print."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from hook.testing.hooks import ENVIRON, Clock, MakeHook
from hook.testing.visitor import Visitor
from hook.vault import new_key, read_key
from tests.support.config_trial import Trial

ROOT = Path(__file__).resolve().parents[2]
FLASK = ("-m", "flask", "--app", "app")
GUNICORN = ("-m", "gunicorn", "app:app")
UNUSABLE = 2

BROKEN = (
    ("https://hook.example.org", "http://sentinel.example.org"),
    ('subject  = "email"', ""),
    ('"terms.md"', '"sentinel.md"'),
)
BROKEN_SECRETS = {"HOOK_COOKIE_KEY": "sentinel-cookie", "KAURI_SECRET": "c2VudGluZWw="}
BROKEN_KEYS = {
    "public_url",
    "cookie_keys[0]",
    "tenants.kauri.subject",
    "tenants.kauri.secrets[0]",
    "tenants.kauri.steps[0].text",
}
STARTS = {
    "flask check": (*FLASK, "check"),
    "flask purge": (*FLASK, "purge"),
    "flask run": (*FLASK, "run", "--port", "0"),
    "gunicorn": GUNICORN,
}


class Environ(dict[str, str]):
    """Variables of a process; a failing test does not print the secrets among them."""

    def __repr__(self) -> str:
        return f"Environ of {sorted(self)}"


def run(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the checkout, with these variables and none of this process's own."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**kept, "HOOK_BIND": "127.0.0.1:0", "PYTHONDONTWRITEBYTECODE": "1", **environ},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.fixture
def good(trial: Trial, sqlite_database: str) -> Environ:
    """The environment of a hook that can start."""
    config = trial.write(("sqlite:///hook.db", sqlite_database))
    return Environ(ENVIRON, HOOK_CONFIG=str(config))


@pytest.fixture
def broken(trial: Trial) -> Environ:
    """The environment of a hook with many mistakes in its configuration."""
    return Environ({**ENVIRON, **BROKEN_SECRETS}, HOOK_CONFIG=str(trial.write(*BROKEN)))


def test_check_sums_a_good_configuration_up(good: Environ) -> None:
    ran = run(*STARTS["flask check"], **good)
    assert ran.returncode == 0
    assert "https://hook.example.org/kauri" in ran.stdout
    assert "terms → profile" in ran.stdout
    assert ran.stderr == ""


def test_check_leaves_the_database_alone(good: Environ, tmp_path: Path) -> None:
    assert run(*STARTS["flask check"], **good).returncode == 0
    assert not (tmp_path / "hook.db").exists()


def test_check_warns_of_a_secret_in_the_file_without_showing_it(good: Environ) -> None:
    secret = ENVIRON["HOOK_VAULT_KEY"]
    ran = run(*STARTS["flask check"], **good, HOOK__VAULT_KEYS=f'["{secret}"]')
    assert ran.returncode == 0
    assert "warning: vault_keys" in ran.stderr
    assert (secret in ran.stdout + ran.stderr) is False


@pytest.mark.parametrize("start", STARTS)
def test_a_broken_configuration_ends_with_status_2_and_every_mistake_in_a_sentence(
    start: str, broken: Environ
) -> None:
    ran = run(*STARTS[start], **broken)
    assert ran.returncode == UNUSABLE
    told = {line.strip().partition(": ")[0] for line in ran.stderr.splitlines()[1:]}
    assert told == BROKEN_KEYS
    assert "Traceback" not in ran.stderr
    assert "sentinel" not in ran.stdout + ran.stderr
    assert BROKEN_SECRETS["KAURI_SECRET"] not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "start", [(*FLASK, "routes"), (*GUNICORN, "--check-config")], ids=["flask", "gunicorn"]
)
def test_the_same_servers_load_a_good_configuration(start: tuple[str, ...], good: Environ) -> None:
    ran = run(*start, **good)
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False)


@pytest.mark.parametrize("start", STARTS)
def test_a_configuration_that_is_not_there_is_told_with_what_to_do(
    start: str, tmp_path: Path
) -> None:
    ran = run(*STARTS[start], HOOK_CONFIG=str(tmp_path / "nowhere.toml"))
    assert ran.returncode == UNUSABLE
    assert "nowhere.toml" in ran.stderr
    assert "HOOK_CONFIG" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("start", ["flask purge", "gunicorn"])
@pytest.mark.parametrize(
    "database",
    ["postgresql://me:sentinel@127.0.0.1:1/hook", "postgresql://me:sentinel@db:port/hook"],
    ids=["nobody answers", "no port number"],
)
def test_a_database_that_cannot_be_used_is_told_in_a_sentence(
    start: str, database: str, good: Environ
) -> None:
    ran = run(*STARTS[start], **good, HOOK__DATABASE=database)
    assert ran.returncode == UNUSABLE
    assert "database" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "sentinel" not in ran.stderr


@pytest.mark.parametrize("start", ["flask purge", "gunicorn"])
def test_a_database_of_a_newer_hook_is_left_alone(
    start: str, good: Environ, sqlite_database: str
) -> None:
    assert run(*STARTS["flask purge"], **good).returncode == 0
    engine = create_engine(sqlite_database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '999' WHERE name = 'schema_version'"))
    engine.dispose()
    ran = run(*STARTS[start], **good)
    assert ran.returncode == UNUSABLE
    assert "newer hook" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_vault_key_may_be_put_before_the_old_one_but_not_in_its_place(
    good: Environ,
) -> None:
    assert run(*STARTS["flask purge"], **good).returncode == 0
    changed = {**good, "NEW_KEY": new_key()}
    both = '["env:NEW_KEY", "env:HOOK_VAULT_KEY"]'
    assert run(*STARTS["flask purge"], **changed, HOOK__VAULT_KEYS=both).returncode == 0
    alone = run(*STARTS["flask purge"], **changed, HOOK__VAULT_KEYS='["env:NEW_KEY"]')
    assert alone.returncode == UNUSABLE
    assert "vault_keys" in alone.stderr
    assert "Traceback" not in alone.stderr


def test_a_vault_key_can_be_made_before_there_is_a_configuration(tmp_path: Path) -> None:
    ran = run(*FLASK, "vault", "new-key", HOOK_CONFIG=str(tmp_path / "nowhere.toml"))
    assert ran.returncode == 0
    assert len(read_key(ran.stdout.removesuffix("\n"))) == 32
    assert ran.stderr == ""


def test_every_new_vault_key_is_another_and_is_accepted(good: Environ) -> None:
    first, second = (run(*FLASK, "vault", "new-key").stdout.strip() for _ in range(2))
    assert (first == second) is False
    ran = run(*STARTS["flask check"], **{**good, "HOOK_VAULT_KEY": first})
    assert ran.returncode == 0


def test_help_is_had_without_any_configuration(tmp_path: Path) -> None:
    ran = run(*FLASK, "--help", HOOK_CONFIG=str(tmp_path / "nowhere.toml"))
    assert ran.returncode == 0
    assert all(f"  {command} " in ran.stdout for command in ("check", "purge", "vault"))


@pytest.mark.parametrize(
    ("age", "printed"), [(2 * 86_400, "1 rows"), (0, "0 rows")], ids=["over", "under way"]
)
def test_purge_erases_what_is_over_and_nothing_else(
    make_hook: MakeHook, clock: Clock, tmp_path: Path, age: int, printed: str
) -> None:
    clock.now = int(time.time()) - age
    visitor = Visitor(make_hook())
    assert visitor.arrive(iat=clock.now, exp=clock.now + 600).step == "terms"
    environ = {**ENVIRON, "HOOK_CONFIG": str(tmp_path / "config.toml")}
    ran = run(*STARTS["flask purge"], **environ)
    assert ran.returncode == 0
    assert printed in ran.stdout
    assert run(*STARTS["flask purge"], **environ).stdout.startswith("0 rows")

"""dev.py as a newcomer meets it: a copy in an empty folder, with locks that ask for nothing."""

import ast
import base64
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import dev

OLD_PYTHON = """
import runpy, sys
sys.version_info, sys.version = (3, 9, 2, "final", 0), "3.9.2 (main)"
runpy.run_path("dev.py", run_name="__main__")
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout with nothing but dev.py and its locks, so that no install needs the network."""
    shutil.copy(dev.__file__, tmp_path)
    for name in dev.LOCKS:
        (tmp_path / name).write_text("# nothing\n")
    return tmp_path


@pytest.fixture
def port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def python(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python beside the copy."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)


def ask_for(clone: Path, lock: str) -> subprocess.CompletedProcess[str]:
    """Ask the copy for the environment of a lock."""
    return python(clone, "-c", f"import dev; dev.environment({lock!r})")


def installed(clone: Path, lock: str) -> bool:
    """Ask for an environment, and tell whether anything had to be installed for it."""
    asked = ask_for(clone, lock)
    assert asked.returncode == 0, asked.stderr
    return "Installing" in asked.stdout


def test_an_old_python_is_refused_in_a_sentence(clone: Path) -> None:
    refused = python(clone, "-c", OLD_PYTHON)
    assert refused.returncode == 1
    assert refused.stderr == "dev.py needs Python 3.11 or newer; this is 3.9.2.\n"


def test_an_old_python_can_still_read_that_far() -> None:
    ast.parse(Path(dev.__file__).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_without_a_verb_all_verbs_are_listed(clone: Path) -> None:
    listed = python(clone, "dev.py")
    assert listed.returncode == 0
    for verb in ("demo", "test", "check", "lint", "types", "lock", "audit"):
        assert f"\n    {verb} " in listed.stdout


def test_an_unknown_option_is_refused(clone: Path) -> None:
    refused = python(clone, "dev.py", "lint", "--fast")
    assert refused.returncode == 2
    assert "unrecognized arguments: --fast" in refused.stderr


def test_a_missing_lock_is_named_with_the_way_to_get_it_back(clone: Path) -> None:
    (clone / dev.TEST).unlink()
    refused = python(clone, "dev.py", "test")
    assert refused.returncode == 1
    assert refused.stderr == (
        "requirements-test.txt is missing. "
        "Bring it back with: git checkout -- requirements-test.txt\n"
    )


def test_an_environment_is_made_once(clone: Path) -> None:
    assert installed(clone, dev.RUNTIME)
    assert not installed(clone, dev.RUNTIME)


def test_a_larger_environment_serves_the_smaller_ones(clone: Path) -> None:
    assert installed(clone, dev.TEST)
    assert not installed(clone, dev.RUNTIME)
    assert installed(clone, dev.DEV)


def test_a_change_to_any_lock_installs_again(clone: Path) -> None:
    assert installed(clone, dev.TEST)
    (clone / dev.RUNTIME).write_text("# nothing else\n")
    assert installed(clone, dev.RUNTIME)
    assert installed(clone, dev.TEST)


def test_an_environment_of_another_python_is_made_again(clone: Path) -> None:
    assert installed(clone, dev.RUNTIME)
    stamp = clone / ".venv" / dev.STAMP.name
    stamp.write_text(stamp.read_text().replace(sys.version, "3.11.0 (another)"))
    left_over = clone / ".venv" / "left-over"
    left_over.touch()
    assert installed(clone, dev.RUNTIME)
    assert not left_over.exists()


def test_a_half_made_environment_is_made_again(clone: Path) -> None:
    left_over = clone / ".venv" / "left-over"
    left_over.parent.mkdir()
    left_over.touch()
    assert installed(clone, dev.RUNTIME)
    assert not left_over.exists()


def test_a_failed_install_is_not_taken_for_a_finished_one(clone: Path) -> None:
    assert installed(clone, dev.RUNTIME)
    (clone / dev.RUNTIME).write_text("no-hash==1.0\n")
    failed = ask_for(clone, dev.RUNTIME)
    assert failed.returncode == 1
    assert failed.stderr.endswith("requirements.txt could not be installed, see above.\n")
    assert not (clone / ".venv" / dev.STAMP.name).exists()


@pytest.mark.parametrize(
    ("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)]
)
def test_a_taken_port_is_refused_before_anything_starts(
    tmp_path: Path, host: str, family: socket.AddressFamily
) -> None:
    with socket.create_server((host, 0), family=family) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"Port {number} is taken.*--hook-port"):
            dev.Server("hook", number, "/", [sys.executable, "-c", ""], tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_program_that_dies_is_shown_with_its_last_words(tmp_path: Path, port: int) -> None:
    dying = [sys.executable, "-c", "print('no such tenant'); raise SystemExit(3)"]
    server = dev.Server("hook", port, "/", dying, tmp_path)
    with pytest.raises(SystemExit, match="The hook ended with exit code 3") as ended:
        server.wait_until_ready()
    assert "no such tenant" in str(ended.value)


def test_a_program_that_never_answers_is_given_up(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "PATIENCE", 0.3)
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    server = dev.Server("tenant", port, "/", sleeping, tmp_path)
    with pytest.raises(SystemExit, match="The tenant did not answer within"):
        server.wait_until_ready()
    server.stop()


def test_a_program_is_ready_once_it_answers_and_gone_once_stopped(
    tmp_path: Path, port: int
) -> None:
    serving = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    server = dev.Server("hook", port, "/", serving, tmp_path)
    server.wait_until_ready()
    server.require_alive()
    server.stop()
    with pytest.raises(SystemExit, match="The hook ended"):
        server.require_alive()


def test_the_demo_has_new_keys_of_the_right_size_each_time(tmp_path: Path) -> None:
    example = (8000, 9000, tmp_path, "config.example.toml", "kauri")
    one, other = (dev.demo_settings(*example) for _ in range(2))
    assert len(one["HOOK_COOKIE_KEY"]) >= 43
    assert len(base64.urlsafe_b64decode(one["HOOK_VAULT_KEY"])) == 32
    assert len(base64.b64decode(one["DEMO_SECRET"], validate=True)) == 32
    assert one["DEMO_SECRET"] == one["EMULATOR_SECRET"]
    for key in ("HOOK_COOKIE_KEY", "HOOK_VAULT_KEY", "DEMO_SECRET", "DEMO_API_SECRET"):
        assert one[key] != other[key]


def test_both_programs_of_the_demo_are_told_of_other_ports(tmp_path: Path) -> None:
    settings = dev.demo_settings(8123, 9123, tmp_path, "config.example.toml", "kauri")
    assert settings["HOOK_BIND"] == "127.0.0.1:8123"
    assert settings["HOOK__PUBLIC_URL"] == "http://localhost:8123"
    assert settings["HOOK__TENANTS__KAURI__ISSUERS"] == '["http://localhost:9123"]'
    assert settings["EMULATOR_HOOK_URL"] == "http://localhost:8123/kauri"
    assert settings["EMULATOR_TENANT_URL"] == "http://localhost:9123"


def test_the_first_tenant_of_a_configuration_is_played() -> None:
    assert dev.demo_slug("config.example.toml") == "kauri"


@pytest.mark.parametrize("text", [None, "tenants = 1", "[tenants]", "name ="])
def test_a_configuration_without_a_tenant_is_refused_in_a_sentence(
    tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "mine.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SystemExit, match="is not TOML, or has no"):
        dev.demo_slug(str(file))

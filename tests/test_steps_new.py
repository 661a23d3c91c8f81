"""flask steps new: what it writes works at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hook.cli.new_step import _FILES

ROOT = Path(__file__).resolve().parents[1]
SKIPPED = shutil.ignore_patterns(".*", "*.db*", "__pycache__")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the repository, to be written into."""
    return Path(shutil.copytree(ROOT, tmp_path / "hook", ignore=SKIPPED))


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_new_step_passes_its_test_and_those_of_the_house_at_once(copy: Path) -> None:
    made = run(copy, "flask", "--app", "app", "steps", "new", "dietary_needs")
    assert made.returncode == 0, made.stderr
    for path in _FILES.values():
        assert (copy / path.replace("NAME", "dietary_needs")).is_file()
    assert 'kind = "dietary_needs"' in made.stdout
    listed = run(copy, "flask", "--app", "app", "steps", "list")
    assert "dietary_needs" in listed.stdout
    tested = run(
        copy, "pytest", "-q", "-p", "no:cacheprovider",
        "tests/steps/test_dietary_needs.py", "tests/test_rooms.py",
        "tests/steps/test_contract.py::test_every_registered_kind_has_an_example",
    )  # fmt: skip
    assert tested.returncode == 0, tested.stdout[-2000:]
    checked = run(copy, "ruff", "check", "hook", "tests/steps/test_dietary_needs.py")
    assert checked.returncode == 0 or "No module named ruff" in checked.stderr, checked.stdout


@pytest.mark.parametrize("name", ["terms", "Allergies", "a", "a-b", "../x", "hook.steps.x"])
def test_a_name_that_cannot_be_or_is_taken_writes_nothing(copy: Path, name: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.is_file()}
    refused = run(copy, "flask", "--app", "app", "steps", "new", name)
    assert refused.returncode == 2
    assert refused.stderr.strip().endswith(".")
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.is_file()} == before

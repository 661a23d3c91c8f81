"""Programs of Node.js for tests: verifiers and clients that we did not write."""

import contextlib
import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.conftest import absent

CACHE = Path(__file__).resolve().parents[2] / ".venv" / "node"
INSTALL = ("npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund")
PATIENCE = 300  # seconds for npm on a slow line


def node_folder(package: Path) -> Path:
    """Give a copy of a package's folder with its node_modules beside it, installed once.

    Takes a folder with package.json and package-lock.json. Skips the test where Node.js is missing
    or its packages cannot be had.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        absent("Node.js with npm")
    folder = CACHE / f"{package.name}-{_fingerprint(package)}"
    if not folder.is_dir():
        _install(package, folder)
    return folder


def run_script(folder: Path, script: str, given: Any) -> Any:
    """Run a script of the folder; what it is given, and what it answers, is JSON."""
    done = subprocess.run(
        ["node", script], cwd=folder, input=json.dumps(given), capture_output=True, text=True,
        check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _fingerprint(package: Path) -> str:
    files = sorted(path for path in package.iterdir() if path.is_file())
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _install(package: Path, folder: Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as place:
        made = Path(shutil.copytree(package, Path(place) / package.name))
        done = subprocess.run(INSTALL, cwd=made, capture_output=True, text=True, check=False)
        if done.returncode:
            absent(f"the Node.js packages of {package.name}, which npm could not install")
        # Who installs the same at the same time and is later finds it there, and leaves it.
        with contextlib.suppress(OSError):
            made.rename(folder)
    assert folder.is_dir()

"""The platform's own requests, in an order that works, run by Postman's runner for real."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from tests.support.node import node_folder

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = Path(__file__).parent / "collection"
ASSERTIONS = 45
REQUESTS = 38


@contextmanager
def stand_in_tenant() -> Iterator[str]:
    """Start the stand-in tenant with its own command and nothing configured; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://localhost:{probe.getsockname()[1]}"
    environ = {**os.environ, "EMULATOR_SEED": "none", "EMULATOR_TENANT_URL": url}
    command = [sys.executable, "-m", "hook.emulator"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert any(url in line for line in process.stdout), "it did not say where it is"
        # Whoever writes to a full pipe waits for ever.
        reader = Thread(target=process.stdout.read)
        reader.start()
        try:
            yield url
        finally:
            process.terminate()
            reader.join()


def run(folder: Path, url: str, report: Path) -> Any:
    """Run the collection; gives newman's report."""
    variables = {"baseUrl": url, "oauth-token-Url": url, "hookUrl": "https://hook.example.nz/start"}
    command = ["node", "node_modules/newman/bin/newman.js", "run", "issuance.json"]
    command += ["--ignore-redirects", "--reporters", "json", "--reporter-json-export", str(report)]
    for name, value in variables.items():
        command += ["--env-var", f"{name}={value}"]
    # A proxy of this machine must not come between two programs on it.
    environ = {**os.environ, "NO_PROXY": "localhost", "no_proxy": "localhost"}
    subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False, timeout=120)
    return json.loads(report.read_text(encoding="utf-8"))["run"]


def test_all_of_the_collections_assertions_hold(tmp_path: Path) -> None:
    folder = node_folder(COLLECTION)
    with stand_in_tenant() as url:
        report = run(folder, url, tmp_path / "report.json")
    failures = [(each["source"]["name"], each["error"]["message"]) for each in report["failures"]]
    assert failures == []
    stats = report["stats"]
    assert stats["requests"] == {"total": REQUESTS, "pending": 0, "failed": 0}
    assert stats["assertions"] == {"total": ASSERTIONS, "pending": 0, "failed": 0}
    assert [each for each in report["executions"] if "requestError" in each] == []


def test_the_collection_says_whose_it_is() -> None:
    info = json.loads((COLLECTION / "issuance.json").read_text(encoding="utf-8"))["info"]
    assert "Apache-2.0, © MATTR Limited" in info["description"]


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((COLLECTION / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, each in lock["packages"].items() if "resolved" in each] == []

#!/usr/bin/env python3
"""Everything a developer runs, with nothing but Python: a fresh clone has nothing else yet."""

import argparse
import base64
import contextlib
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

# Everything in this file still has to parse on an old Python for this sentence to be seen.
if sys.version_info < (3, 11):
    sys.exit(f"dev.py needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

import tomllib

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "made-from.txt"
# Inside an activated .venv, sys.executable has no pip and may be about to be replaced.
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)

RUNTIME, EMULATOR = "requirements.txt", "requirements-emulator.txt"
TEST, DEV = "requirements-test.txt", "requirements-dev.txt"
ENVIRONMENTS = (RUNTIME, EMULATOR, TEST, DEV)  # each holds all of the one before
LOCKS = (RUNTIME, "requirements-postgres.txt", EMULATOR, TEST, DEV)  # each agrees with those before
PATIENCE = 30  # seconds for the demo to answer; a cold start on a slow laptop takes several
LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy reaches localhost


def run(*command: str, folder: Path = ROOT) -> int:
    """Run one tool in the checkout and return its exit code."""
    return subprocess.run(command, cwd=folder, check=False).returncode


def fingerprint() -> str:
    """Hash all locks: after a change to any of them, what .venv holds is in doubt."""
    digest = hashlib.sha256()
    for name in LOCKS:
        if not (ROOT / name).is_file():
            sys.exit(f"{name} is missing. Bring it back with: git checkout -- {name}")
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def made_from() -> list[str]:
    """Read what .venv was made from: its Python, then each lock it holds."""
    finished = STAMP.is_file() and PYTHON.is_file()
    return STAMP.read_text(encoding="utf-8").splitlines() if finished else []


def installer() -> list[str]:
    """Find what can install: uv, which is several times faster, else this Python's pip."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", str(PYTHON)]
    pip = [BASE_PYTHON, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        sys.exit("Neither uv nor pip was found. On Debian: apt-get install python3-pip")
    return [*pip, "--python", str(PYTHON), "install"]


def environment(name: str) -> str:
    """Make .venv hold a lock's packages, unless it does already; return its interpreter."""
    present, python, locks = made_from(), repr(sys.version), fingerprint()
    if present[:1] == [python] and f"{locks} {name}" in present:
        return str(PYTHON)
    print(f"Installing {name} into .venv; the first time takes up to a minute.", flush=True)
    install = [*installer(), "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", name]
    STAMP.unlink(missing_ok=True)  # an install that is cut short starts afresh next time
    venv = [BASE_PYTHON, "-m", "venv", "--clear", "--without-pip", str(VENV)]
    if present[:1] != [python] and run(*venv):
        sys.exit("Python could not make .venv, see above.")
    if run(*install):
        sys.exit(f"{name} could not be installed, see above.")
    held = ENVIRONMENTS[: ENVIRONMENTS.index(name) + 1]
    STAMP.write_text("\n".join([python, *(f"{locks} {each}" for each in held)]), encoding="utf-8")
    return str(PYTHON)


class Server:
    """One program of the demo; its output goes to a file."""

    def __init__(self, name: str, port: int, path: str, command: list[str], folder: Path) -> None:
        """Start it, unless the port is taken: whatever answers there would pass for ours."""
        for host in ("127.0.0.1", "::1"):  # a browser takes either for localhost
            with contextlib.suppress(OSError), socket.create_connection((host, port)):
                sys.exit(f"Port {port} is taken. Free it, or choose another with --{name}-port.")
        self.name, self.url = name, f"http://localhost:{port}{path}"
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)

    def stop(self) -> None:
        """Stop it, if it still runs."""
        self.process.terminate()
        self.process.wait()

    def wait_until_ready(self) -> None:
        """Return once its page can be had; end the demo if it dies first or takes too long."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.require_alive()
            with contextlib.suppress(OSError), LOCAL.open(self.url, timeout=2):
                return
            time.sleep(0.1)
        self.fail(f"did not answer within {PATIENCE} s")

    def require_alive(self) -> None:
        """End the demo if this program did."""
        if self.process.poll() is not None:
            self.fail(f"ended with exit code {self.process.returncode}")

    def fail(self, what: str) -> None:
        """End the demo with the reason and the end of the log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:]
        sys.exit("\n    ".join([f"The {self.name} {what}. The end of its output:", *lines]))


def demo_slug(config: str) -> str:
    """Read which tenant of a configuration is played: the first."""
    tenants: object = None
    with contextlib.suppress(OSError, ValueError):  # a file that is no TOML is a ValueError
        tenants = tomllib.loads((ROOT / config).read_text(encoding="utf-8")).get("tenants")
    if not isinstance(tenants, dict) or not tenants:
        sys.exit(f"{config} cannot be read, is not TOML, or has no [tenants.<slug>].")
    return str(next(iter(tenants)))


def demo_settings(
    hook_port: int, tenant_port: int, folder: Path, config: str, slug: str
) -> dict[str, str]:
    """Give both programs keys, a secret and a database that live as long as the demo."""
    hook_url, tenant_url = f"http://localhost:{hook_port}", f"http://localhost:{tenant_port}"
    shared = base64.b64encode(secrets.token_bytes(32)).decode()
    tenant = f"HOOK__TENANTS__{slug.upper()}"
    return {
        "HOOK_CONFIG": config,
        "HOOK_BIND": f"127.0.0.1:{hook_port}",
        "HOOK_COOKIE_KEY": secrets.token_urlsafe(32),
        "HOOK_VAULT_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DEMO_SECRET": shared,
        "DEMO_API_SECRET": secrets.token_urlsafe(32),
        "HOOK__DATABASE": f"sqlite:///{folder.as_posix()}/demo.db",
        "HOOK__PUBLIC_URL": hook_url,
        "HOOK__COOKIE_KEYS": '["env:HOOK_COOKIE_KEY"]',
        "HOOK__VAULT_KEYS": '["env:HOOK_VAULT_KEY"]',
        f"{tenant}__ISSUERS": f'["{tenant_url}"]',
        f"{tenant}__SECRETS": '["env:DEMO_SECRET"]',
        f"{tenant}__PLATFORM__URL": tenant_url,
        f"{tenant}__PLATFORM__AUTH_URL": tenant_url,
        f"{tenant}__PLATFORM__CLIENT_ID": "demo",
        f"{tenant}__PLATFORM__CLIENT_SECRET": "env:DEMO_API_SECRET",
        "EMULATOR_HOOK_URL": f"{hook_url}/{slug}",
        "EMULATOR_SECRET": shared,
        "EMULATOR_TENANT_URL": tenant_url,
        "EMULATOR_HOOK_LOG": str(folder / "hook.log"),
    }


def register(python: str, slug: str) -> None:
    """Tell the stand-in tenant which claims the flow reads, with an issuer's own command."""
    command = [python, "-m", "flask", "--app", "app", "tenant", "apply", slug, "--yes"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        sys.exit(f"The hook could not be registered at the tenant.\n{told.stdout}{told.stderr}")


def demo(options: argparse.Namespace) -> int:
    """Start the hook and a stand-in tenant, and print the page to open."""
    python, hook_port, tenant_port = environment(EMULATOR), options.hook_port, options.tenant_port
    hook = [python, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app"]
    if os.name != "posix":
        hook = [python, "-m", "flask", "--app", "app", "run", "--port", str(hook_port)]
    tenant = [python, "-m", "hook.emulator"]
    slug = demo_slug(options.config)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # `kill` stops both servers, too
    with contextlib.ExitStack() as stack, contextlib.suppress(KeyboardInterrupt):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hook-demo-")))
        settings = demo_settings(hook_port, tenant_port, folder, options.config, slug)
        os.environ.update(settings)
        one = Server("hook", hook_port, "/healthz", hook, folder)
        stack.callback(one.stop)
        other = Server("tenant", tenant_port, "/", tenant, folder)
        stack.callback(other.stop)
        one.wait_until_ready()
        other.wait_until_ready()
        register(python, slug)
        print(f"Open {other.url} in a browser; Ctrl-C stops. Logs: {folder}", flush=True)
        while True:
            one.require_alive()
            other.require_alive()
            time.sleep(0.2)
    return 0


def test(options: argparse.Namespace) -> int:
    """Run the tests; what follows goes to pytest, for example: test -k totp."""
    return run(environment(TEST), "-m", "pytest", *options.rest)


def bench(options: argparse.Namespace) -> int:
    """Measure the hook beside a bare Flask app, three minutes; try bench --quick, or --help."""
    return run(environment(TEST), "-m", "bench", *options.rest)


def lint(_options: argparse.Namespace) -> int:
    """Look for mistakes and for code that is not formatted (ruff)."""
    ruff = (environment(DEV), "-m", "ruff")
    return run(*ruff, "check") | run(*ruff, "format", "--check")


def types(_options: argparse.Namespace) -> int:
    """Check the types (mypy, strict)."""
    return run(environment(DEV), "-m", "mypy")


def lock(options: argparse.Namespace) -> int:
    """Write the locks again after a change to a .in file; versions stay where they can."""
    uv = [environment(DEV), "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes"]
    uv += ["--universal", "--python-version=3.11", "--custom-compile-command=python3 dev.py lock"]
    uv += ["--upgrade"] if options.upgrade else []
    with tempfile.TemporaryDirectory(prefix="hook-lock-") as folder:
        for file in ROOT.glob("requirements*"):
            shutil.copy(file, folder)
        for name in LOCKS:
            if run(*uv, name.replace(".txt", ".in"), "--output-file", name, folder=Path(folder)):
                sys.exit(f"{name} could not be worked out, see above. Nothing was changed.")
        changed = [n for n in LOCKS if Path(folder, n).read_text() != (ROOT / n).read_text()]
        for name in [] if options.check else changed:
            shutil.copy(Path(folder, name), ROOT)
    if options.check and changed:
        print(f"Not what the .in files ask for: {', '.join(changed)}. Run: python3 dev.py lock")
    return int(options.check and bool(changed))


def check(options: argparse.Namespace) -> int:
    """Run lint, types, test and lock --check, all of them, and sum up."""
    options.check, options.upgrade = True, False
    failed = [verb.__name__ for verb in (lint, types, test, lock) if verb(options)]
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return int(bool(failed))


def audit(_options: argparse.Namespace) -> int:
    """Look the runtime lock up among published weaknesses (needs the network)."""
    command = [environment(DEV), "-m", "pip_audit", "--strict", "--disable-pip", "-r", RUNTIME]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(answer.stdout, *answer.stderr.splitlines()[-1:], sep="")
    if answer.returncode and not answer.stdout:  # findings go to stdout, failures do not
        print("Not audited: the data source could not be asked about every package.")
    return answer.returncode


def main(arguments: Sequence[str]) -> int:
    """Run the verb that was asked for; a verb's help is its function's docstring."""
    top = argparse.ArgumentParser(usage="python3 dev.py VERB [options]")
    top.set_defaults(verb=lambda _options: top.print_help())
    verbs = top.add_subparsers(title="verbs", metavar="", prog="python3 dev.py")
    for verb in (demo, test, bench, check, lint, types, lock, audit):
        added = verbs.add_parser(
            verb.__name__, help=verb.__doc__, description=verb.__doc__, add_help=verb is not bench
        )
        added.set_defaults(verb=verb)
        if verb is demo:
            added.add_argument("--config", default="config.example.toml", metavar="FILE")
            added.add_argument("--hook-port", type=int, default=8000, metavar="PORT")
            added.add_argument("--tenant-port", type=int, default=9000, metavar="PORT")
        if verb is lock:
            added.add_argument("--check", action="store_true", help="only compare")
            added.add_argument("--upgrade", action="store_true", help="take newer versions")
    options, rest = top.parse_known_args(arguments)
    if rest and options.verb not in (test, bench):
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    with contextlib.suppress(KeyboardInterrupt):
        return options.verb(options) or 0
    return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

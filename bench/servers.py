"""The servers that are measured: gunicorn as it is deployed, one for the floor, one a database."""

import base64
import contextlib
import hashlib
import secrets
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, exc, make_url, text

from bench.visitors import FORM, HOST, TERMS
from dev import ROOT, Server

WORKERS = 2
ENVIRON = {
    "HOOK_COOKIE_KEY": hashlib.sha256(b"bench cookie").hexdigest(),
    "HOOK_VAULT_KEY": base64.urlsafe_b64encode(hashlib.sha256(b"bench vault").digest()).decode(),
    "KAURI_SECRET": FORM.secret,
    "RIMU_SECRET": TERMS.secret,
}

_CONFIG = """
public_url = "https://{host}"
database = "{database}"
cookie_keys = ["env:HOOK_COOKIE_KEY"]
vault_keys = ["env:HOOK_VAULT_KEY"]

[tenants.kauri]
name = "Kauri Polytechnic"
issuers = ["https://kauri.vii.nz01.mattr.global"]
secrets = ["env:KAURI_SECRET"]
subject = "email"
person = ["name", "email"]

[[tenants.kauri.steps]]
kind = "claims_form"
name = "profile"
title = "About you"
intro = "These go on your student card."
fields = [
    { claim = "preferred_name", label = "Preferred name", type = "text", required = true, \
hint = "The name you want people to use.", from_arrival = "name", autocomplete = "nickname" },
    { claim = "pronouns", label = "Pronouns", type = "select", \
choices = ["she/her", "he/him", "they/them"] },
    { claim = "birth_date", label = "Date of birth", type = "date", max = "today", \
autocomplete = "bday" },
]

[tenants.rimu]
name = "Rimu College"
issuers = ["https://rimu.vii.nz01.mattr.global"]
secrets = ["env:RIMU_SECRET"]
subject = "email"
person = ["name", "email"]

[[tenants.rimu.steps]]
kind = "terms"
name = "terms"
title = "Terms of use"
text = "terms.md"
version = "2026-11"
"""


@dataclass(frozen=True)
class App:
    """A running app: its port, and the process of its gunicorn."""

    name: str
    port: int
    process: int


def write_config(folder: Path, database: str) -> Path:
    """Write the configuration of a hook with both flows."""
    terms = (ROOT / "examples/terms.md").read_text(encoding="utf-8")
    (folder / "terms.md").write_text(terms, encoding="utf-8")
    path = folder / "config.toml"
    filled = _CONFIG.replace("{host}", HOST).replace("{database}", database)
    path.write_text(filled, encoding="utf-8")
    return path


@contextmanager
def floor(folder: Path, threads: int) -> Iterator[App]:
    """Run the floor."""
    with _serve("floor", "bench.floor:app", folder, threads, {}) as app:
        yield app


@contextmanager
def hook(name: str, folder: Path, threads: int, database: str = "") -> Iterator[App]:
    """Run a hook with a new database in this folder, or with the one that is named."""
    place = folder / name
    place.mkdir()
    config = write_config(place, database or f"sqlite:///{place.as_posix()}/hook.db")
    settings = {**ENVIRON, "HOOK_CONFIG": str(config)}
    with _serve(name, "app:app", place, threads, settings) as app:
        yield app


@contextmanager
def _serve(
    name: str, app: str, folder: Path, threads: int, settings: Mapping[str, str]
) -> Iterator[App]:
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)]
    command += ["--threads", str(threads)]
    for key, value in settings.items():
        command += ["--env", f"{key}={value}"]
    server = Server(name, port, "/static/hook.css", [*command, app], folder)
    try:
        server.wait_until_ready()
        yield App(name, port, server.process.pid)
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def postgres_database(url: str) -> Iterator[str | None]:
    """Make a database on this server and drop it afterwards; None when nothing answers there."""
    name = f"hook_bench_{secrets.token_hex(6)}"
    server = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except exc.SQLAlchemyError:
        yield None
        return
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with contextlib.suppress(exc.SQLAlchemyError), server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        server.dispose()

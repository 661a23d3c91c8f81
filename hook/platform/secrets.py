"""The secret that a tenant shares with its hook: told apart by fingerprint, kept in a file."""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from hook.tenant import Place

_SHOWN = 12


def fingerprint(secret: bytes) -> str:
    """Name a secret without telling it: the beginning of the SHA-256 of its bytes, in hex.

    The secret has 32 random bytes, so nothing about it can be found out from this.
    """
    return hashlib.sha256(secret).hexdigest()[:_SHOWN]


class NotKept(Exception):
    """A secret was not put where it belongs; the text is a sentence that says what to do."""


def file_of(place: Place) -> Path:
    """Give the file that a secret can be kept in, before there is one to keep; raises NotKept.

    Whether it can is tried out in its folder, without a trace.
    """
    if place.file is None:
        raise NotKept(
            f"Nothing can be put into {place} from here: --print-secret prints the secret once, "
            "and you put it there."
        )
    if os.path.lexists(place.file):
        raise _taken(place)
    try:
        _rehearse(place.file.parent)
    except OSError as error:
        raise NotKept(
            f"The folder of {place} is not there, or takes no file that is written elsewhere and "
            f"then linked: {error.strerror}."
        ) from None
    return place.file


def keep(place: Place, secret: str) -> None:
    """Put a tenant's secret into the file where none is yet; raises NotKept."""
    try:
        write(file_of(place), secret)
    except FileExistsError:
        raise _taken(place) from None
    except OSError as error:
        raise NotKept(f"Nothing can be written into {place}: {error.strerror}.") from None


def write(path: Path, text: str) -> None:
    """Write a new file that only its owner may read (mode 0600).

    It is there whole or not at all, and what is there already, be it a link, is never touched: to
    link is the one act that decides. Raises OSError, FileExistsError among them.
    """
    beside = path.parent / f".{path.name}.{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(beside, flags, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path, follow_symlinks=False)
        _keep_name(path.parent)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def _rehearse(folder: Path) -> None:
    # What lets a file be written need not let it be linked: a FAT, some shares of a network.
    trial = folder / f".{secrets.token_hex(8)}"
    try:
        write(trial, "")
    finally:
        trial.unlink(missing_ok=True)


def _taken(place: Place) -> NotKept:
    return NotKept(f"In the place of {place} is something already; nothing was written.")


def _keep_name(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

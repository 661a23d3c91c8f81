"""The file of a secret: whole or not there, its owner's only, and never in the place of another."""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from hook.platform.secrets import NotKept, file_of, keep, write
from hook.tenant import Place

SECRET = "mB7rCq0h1Vw3o5xZ2k8uJ4tYp6sLdNeFgHiKaQyXzTU="


def no_links(*_: object, **__: object) -> None:
    """Do as a file system does that has no hard links."""
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def refusal(place: Place) -> str:
    with pytest.raises(NotKept) as caught:
        keep(place, SECRET)
    assert (SECRET in str(caught.value)) is False
    return str(caught.value)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_its_owner_may_read_it(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        keep(Place(file=tmp_path / "kauri.secret"), SECRET)
    finally:
        os.umask(before)
    path = tmp_path / "kauri.secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="ascii") == f"{SECRET}\n"


def test_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    keep(Place(file=tmp_path / "kauri.secret"), SECRET)
    assert [path.name for path in tmp_path.iterdir()] == ["kauri.secret"]
    assert (tmp_path / "kauri.secret").stat().st_nlink == 1


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kauri.secret"
    path.write_text("another", encoding="ascii")
    assert "is something already" in refusal(Place(file=path))
    assert path.read_text(encoding="ascii") == "another"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_not_followed(tmp_path: Path, there: bool) -> None:
    elsewhere, link = tmp_path / "elsewhere", tmp_path / "kauri.secret"
    if there:
        elsewhere.write_text("another", encoding="ascii")
    link.symlink_to(elsewhere)
    assert "is something already" in refusal(Place(file=link))
    assert elsewhere.exists() is there
    assert link.is_symlink()


def test_of_several_who_write_at_once_one_does(tmp_path: Path) -> None:
    path, start, verdicts = tmp_path / "kauri.secret", threading.Barrier(8), []

    def attempt(text: str) -> None:
        start.wait(60)
        try:
            write(path, text)
            verdicts.append(text)
        except FileExistsError:
            verdicts.append("")

    threads = [threading.Thread(target=attempt, args=(f"text {each}",)) for each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (written,) = [text for text in verdicts if text]
    assert path.read_text(encoding="ascii") == f"{written}\n"
    assert [each.name for each in tmp_path.iterdir()] == ["kauri.secret"]


def test_a_folder_that_is_not_there_is_told_before_anything_is_asked_for(tmp_path: Path) -> None:
    assert "The folder of the file kauri.secret is not there" in refusal(
        Place(file=tmp_path / "nowhere" / "kauri.secret")
    )


def test_a_folder_without_hard_links_is_told_before_anything_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(file=tmp_path / "kauri.secret")
    assert file_of(place) == place.file
    monkeypatch.setattr("os.link", no_links)
    with pytest.raises(NotKept, match=r"takes no file that is .* linked: Operation not permitted"):
        file_of(place)
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_the_place_is_told_before_anything_is_asked_for(tmp_path: Path) -> None:
    place = Place(file=tmp_path / "kauri.secret")
    assert file_of(place) == place.file
    (tmp_path / "kauri.secret").symlink_to(tmp_path / "nowhere")
    with pytest.raises(NotKept, match="is something already"):
        file_of(place)


@pytest.mark.parametrize(
    ("place", "named"),
    [
        (Place(variable="KAURI_SECRET"), "Nothing can be put into the variable KAURI_SECRET"),
        (Place(), "Nothing can be put into the configuration file"),
    ],
)
def test_what_is_no_file_cannot_be_written_and_the_way_out_is_told(
    place: Place, named: str
) -> None:
    said = refusal(place)
    assert said.startswith(named)
    assert "--print-secret" in said

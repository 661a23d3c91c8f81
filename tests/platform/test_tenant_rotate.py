"""flask tenant rotate: a whole change of the secret, with visitors under way."""

import base64
from pathlib import Path

import pytest

from hook.config.load import load
from hook.errors import ConfigError
from hook.platform.secrets import fingerprint
from hook.testing.hooks import ENVIRON
from tests.platform.desk import Desk
from tests.platform.test_platform_secrets import no_links

UNUSABLE, LEFT = 2, 1
ALONE = '"file:kauri.secret"'
BOTH = '"file:new.secret", "file:kauri.secret"'


@pytest.fixture
def rotating(desk: Desk) -> Desk:
    """A tenant whose hook is registered, and which makes a new secret with each PUT."""
    assert desk("apply", "--yes").status == 0
    desk.turn("secret-on-put", "rotate")
    return desk


def shown(secret: str) -> str:
    return fingerprint(base64.b64decode(secret))


def read_by_hook(desk: Desk) -> list[str]:
    """The fingerprints of the secrets that a hook has which is started now."""
    return [fingerprint(secret) for secret in load(desk.config, ENVIRON).tenants["kauri"].secrets]


def kept(path: Path) -> str:
    return shown(path.read_text(encoding="ascii").strip())


def test_a_change_of_the_secret_step_by_step(rotating: Desk) -> None:
    desk, old = rotating, shown(rotating.secret)
    told = desk("rotate")
    assert told.status == 0
    assert "put a place for the new secret in front" in told.out
    assert shown(desk.secret) == old

    desk.write((ALONE, BOTH))
    with pytest.raises(ConfigError):
        read_by_hook(desk)
    told = desk("rotate", "--yes")
    assert told.status == 0
    new = shown(desk.secret)
    assert (new == old) is False
    assert f"The secret with the fingerprint {new} is in the file new.secret now." in told.lines
    assert (kept(desk.folder / "new.secret"), kept(desk.kept)) == (new, old)
    assert read_by_hook(desk) == [new, old]
    assert desk.secret not in told.out + told.err

    told = desk("rotate")
    assert "Wait 10 minutes, and one minute more" in told.out
    assert "Take the file kauri.secret out" in told.out

    desk.write((ALONE, '"file:new.secret"'))
    assert "No change is under way" in desk("rotate").out
    assert read_by_hook(desk) == [new]


def test_nothing_is_renewed_where_nobody_can_be_asked(rotating: Desk) -> None:
    rotating.write((ALONE, BOTH))
    old = rotating.secret
    told = rotating("rotate")
    assert (told.status, rotating.secret) == (UNUSABLE, old)
    assert "nobody to ask here" in told.err


def test_at_a_terminal_it_asks_and_says_what_is_not_known(rotating: Desk) -> None:
    rotating.write((ALONE, BOTH))
    old = rotating.secret
    told = rotating.answer("n\n", "rotate")
    assert (told.status, rotating.secret) == (1, old)
    assert "does not publish whether it does" in told.err.replace("\n", " ")
    told = rotating.answer("y\n", "rotate")
    assert told.status == 0, told.err
    assert (rotating.secret == old) is False
    assert kept(rotating.folder / "new.secret") == shown(rotating.secret)


def test_a_tenant_that_keeps_its_secret_is_told_and_nothing_is_written(desk: Desk) -> None:
    assert desk("apply", "--yes").status == 0
    desk.write((ALONE, BOTH))
    told = desk("rotate", "--yes")
    assert told.status == UNUSABLE
    assert "still has the same secret" in told.err
    assert (desk.folder / "new.secret").exists() is False


def test_no_secret_is_renewed_that_could_not_be_kept(rotating: Desk) -> None:
    old = rotating.secret
    for place in ('"env:NEW_SECRET", ', '"file:nowhere/new.secret", '):
        rotating.write((ALONE, place + ALONE))
        told = rotating("rotate", "--yes")
        assert (told.status, rotating.secret) == (UNUSABLE, old)
    assert "The folder of the file new.secret is not there" in told.err


def test_no_secret_is_renewed_where_its_file_could_not_be_linked(
    rotating: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotating.write((ALONE, BOTH))
    old = rotating.secret
    with monkeypatch.context() as without:
        without.setattr("os.link", no_links)
        told = rotating("rotate", "--yes")
    assert (told.status, rotating.secret) == (UNUSABLE, old)
    assert "The folder of the file new.secret" in told.err
    assert rotating("rotate", "--yes").status == 0
    assert kept(rotating.folder / "new.secret") == shown(rotating.secret)


def test_no_secret_is_renewed_where_a_link_leads_nowhere(rotating: Desk) -> None:
    rotating.write((ALONE, BOTH))
    old, place = rotating.secret, rotating.folder / "new.secret"
    place.symlink_to(rotating.folder / "nowhere")
    told = rotating("rotate", "--yes")
    assert (told.status, rotating.secret) == (UNUSABLE, old)
    assert "In the place of the file new.secret is something already" in told.err
    place.unlink()
    assert rotating("rotate", "--yes").status == 0


def test_a_secret_for_a_variable_is_printed_on_request(rotating: Desk) -> None:
    rotating.write((ALONE, '"env:NEW_SECRET", ' + ALONE))
    told = rotating("rotate", "--yes", "--print-secret")
    assert told.status == 0
    assert f"The secret: {rotating.secret}" in told.lines
    assert "still accepted" in rotating("rotate", NEW_SECRET=rotating.secret).out


def test_a_variable_that_is_not_set_is_filled_by_hand_and_nothing_is_asked(
    rotating: Desk,
) -> None:
    rotating.write((ALONE, '"env:NEW_SECRET"'))
    told = rotating("rotate")
    assert told.status == UNUSABLE
    assert "that `flask tenant rotate --print-secret` prints into the variable NEW_" in told.out
    assert "--print-secret prints the secret once" in told.err
    assert "--yes" not in told.err
    assert rotating.secret not in told.out + told.err
    told = rotating("rotate", "--print-secret")
    assert (told.status, told.err) == (0, "")
    assert f"The secret: {rotating.secret}" in told.lines
    rotating.kept.unlink()
    rotating.write()
    assert "into the file kauri.secret? Nothing was changed" in rotating("rotate").err


def test_a_rotation_changes_nothing_else_on_the_way(rotating: Desk) -> None:
    rotating.write((ALONE, BOTH), ("session_timeout = 600", "session_timeout = 900"))
    old = rotating.secret
    told = rotating("rotate", "--yes")
    assert (told.status, rotating.secret) == (UNUSABLE, old)
    assert "flask tenant apply" in told.err


def test_a_secret_that_was_changed_elsewhere_is_fetched(rotating: Desk) -> None:
    """As when a change was cut off between the tenant and the file."""
    desk = rotating
    desk.write(("session_timeout = 600", "session_timeout = 900"))
    told = desk("apply", "--yes")
    assert told.status == LEFT
    assert "it refuses everybody" in told.err
    told = desk("rotate")
    assert told.status == LEFT
    assert "Put a place for it in front" in told.out

    desk.write((ALONE, BOTH), ("session_timeout = 600", "session_timeout = 900"))
    new = desk.secret
    told = desk("rotate", "--yes")
    assert (told.status, desk.secret) == (0, new)
    assert kept(desk.folder / "new.secret") == shown(new)
    assert desk("rotate").status == 0


def test_a_tenant_without_a_hook_has_no_secret_to_change(desk: Desk) -> None:
    told = desk("rotate")
    assert told.status == LEFT
    assert "Run `flask tenant apply`" in told.out


def test_where_it_stands_is_there_for_programs_too(rotating: Desk) -> None:
    rotating.write((ALONE, BOTH))
    old = shown(rotating.secret)
    told = rotating("rotate", "--yes", "--json")
    found = told.json
    assert found["secrets"] == [
        {"who": "the tenant", "fingerprint": old},
        {"who": "the file new.secret", "fingerprint": "none yet"},
        {"who": "the file kauri.secret", "fingerprint": old},
    ]
    assert found["next"] == "renew"
    assert found["secret"]["kept_in"] == "the file new.secret"
    assert rotating.secret not in told.out + told.err

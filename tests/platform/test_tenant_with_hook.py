"""From a tenant that has nothing to a visitor whom the hook takes, and on through a new secret."""

import pytest

from hook import build_app
from hook.config.load import load
from hook.testing.hooks import ENVIRON
from tests.platform.desk import Desk
from tests.support.emulator_trip import NOON

ALONE, BOTH = '"file:kauri.secret"', '"file:new.secret", "file:kauri.secret"'


def taken(desk: Desk, token: str) -> bool:
    """Whether a hook that is started now takes somebody who comes with this token."""
    app = build_app(load(desk.config, ENVIRON), lambda: NOON)
    try:
        query = {"session_token": token}
        answer = app.test_client().get("http://localhost:8000/kauri", query_string=query)
        assert answer.status_code in (303, 400)
        return answer.status_code == 303
    finally:
        app.extensions["hook"].store.close()


def test_after_apply_the_hook_takes_who_the_tenant_sends(desk: Desk) -> None:
    assert desk("apply", "--yes").status == 0
    assert taken(desk, desk.trip.visit())
    assert not taken(desk, desk.trip.visit("wrong-secret"))


def test_while_a_secret_changes_nobody_who_is_under_way_is_lost(desk: Desk) -> None:
    assert desk("apply", "--yes").status == 0
    desk.turn("secret-on-put", "rotate")
    sent_before, sent_late = desk.trip.visit(), desk.trip.visit()
    desk.write((ALONE, BOTH))
    assert desk("rotate", "--yes").status == 0
    assert taken(desk, sent_before)
    assert taken(desk, desk.trip.visit())
    desk.write((ALONE, '"file:new.secret"'))
    assert taken(desk, desk.trip.visit())
    assert not taken(desk, sent_late)


@pytest.mark.parametrize("claims", [("email", "name"), ("name",)])
def test_a_claim_that_doctor_misses_is_one_that_the_visitor_lacks(
    desk: Desk, claims: tuple[str, ...]
) -> None:
    assert desk("apply", "--yes").status == 0
    hook = desk.tenant.state.hook
    assert hook is not None
    desk.tenant.state.hook = type(hook)(hook.url, hook.secret, claims, 600)
    assert ("email" in desk.trip.arrival()["claims"]) is ("email" in claims)
    assert desk("doctor").status == (0 if "email" in claims else 1)

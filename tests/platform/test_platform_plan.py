"""What a tenant should know of the hook, and in which words a change is told."""

from typing import Any

import pytest

from hook.platform.models import Registration
from hook.platform.plan import changes, wanted
from hook.tenant import Tenant
from tests.support.config_trial import Trial

RIGHT = Registration(
    url="https://hook.example.org/kauri",
    claims=("email",),
    session_timeout_in_sec=1200,
    disabled=False,
)


@pytest.fixture
def tenant(trial: Trial) -> Tenant:
    return trial.load().tenants["kauri"]


def now(**changed: Any) -> Registration:
    return RIGHT.model_copy(update=changed)


def told(tenant: Tenant, current: Registration | None) -> list[str]:
    return [str(change) for change in changes(current, wanted(tenant, current))]


def test_a_tenant_that_knows_all_needs_no_change(tenant: Tenant) -> None:
    assert told(tenant, RIGHT) == []


def test_a_tenant_without_a_hook_is_told_everything(tenant: Tenant) -> None:
    assert told(tenant, None) == [
        "url: https://hook.example.org/kauri",
        "claims: add email",
        "disabled: no",
    ]


@pytest.mark.parametrize(
    ("current", "sentence"),
    [
        (now(url="https://old.example.org/"), "url: https://old.example.org/ → https://hook.exam"),
        (now(claims=("email", "name", "phone")), "claims: take out name, phone"),
        (now(claims=("name",)), "claims: add email; take out name"),
        (now(disabled=True), "disabled: yes → no"),
    ],
)
def test_each_difference_is_one_sentence(
    tenant: Tenant, current: Registration, sentence: str
) -> None:
    (said,) = told(tenant, current)
    assert said.startswith(sentence)


def test_the_order_of_claims_is_no_difference(trial: Trial) -> None:
    person = ('subject  = "email"', 'subject  = "email"\nperson = ["name", "email"]')
    tenant = trial.load(person).tenants["kauri"]
    assert wanted(tenant, None).claims == ("email", "name")
    assert told(tenant, now(claims=("name", "email"))) == []


def test_a_session_timeout_is_left_as_it_is_where_the_configuration_has_none(
    tenant: Tenant,
) -> None:
    assert wanted(tenant, now(session_timeout_in_sec=333)).session_timeout_in_sec == 333
    assert wanted(tenant, None).session_timeout_in_sec is None


def test_a_session_timeout_of_the_configuration_is_wanted(trial: Trial) -> None:
    timeout = ('subject  = "email"', 'subject  = "email"\nsession_timeout = 600')
    tenant = trial.load(timeout).tenants["kauri"]
    assert told(tenant, RIGHT) == ["session timeout: 1200 seconds → 600 seconds"]
    assert told(tenant, now(session_timeout_in_sec=None)) == ["session timeout: 600 seconds"]
    assert told(tenant, now(session_timeout_in_sec=600)) == []


def test_a_timeout_that_a_tenant_adds_by_itself_is_no_difference() -> None:
    assert changes(RIGHT, now(session_timeout_in_sec=None)) == ()

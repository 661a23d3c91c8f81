"""other_device: which kinds a visitor may do elsewhere is decided when the hook starts."""

import pytest

from hook.config.load import load
from hook.errors import ConfigError
from hook.steps.base import Step
from hook.testing.hooks import ENVIRON, NOTICE, PROFILE, RECOVERY, SECOND_FACTOR, TERMS, TOTP
from tests.support.config_trial import Trial

KEY = "tenants.kauri.steps[{number}].other_device"
TITLE = 'title = "'
SENTENCE = "this kind is done on the device that the visitor came with"
HANDOFF = """
[[tenants.kauri.steps]]
kind = "handoff"
name = "identity"
title = "Confirm your identity"
text = "We take you to Rimu ID."
url = "https://id.rimu.example/hook"
secrets = ["env:RIMU_SECRET"]
take = [{ claim = "document", max_bytes = 10 }]
"""
HEAD = '\n[[tenants.kauri.steps]]\nkind = "{kind}"\nname = "one-more"\ntitle = "One more"\n'
EMAIL = HEAD.format(kind="email_code")
REVIEW = HEAD.format(kind="review")
WEBAUTHN = HEAD.format(kind="webauthn")


class Moves(Step):
    """A kind from outside that allows it."""

    kind = "moves"
    movable = True


class Stays(Step):
    """A kind from outside that does not say."""

    kind = "stays"


MOVES, STAYS = (HEAD.format(kind=f"{__name__}.{each.__name__}") for each in (Moves, Stays))


def allowing(step: str, value: str = "true") -> str:
    """The step with the option, which stands beside its title."""
    assert step.count(TITLE) == 1
    return step.replace(TITLE, f"other_device = {value}\n{TITLE}")


def may(trial: Trial, step: str) -> list[bool]:
    """Whether each step of the issue's flow, and this one after it, may be done elsewhere."""
    (tenant,) = load(trial.write(more=step), ENVIRON).tenants.values()
    return [each.other_device for each in tenant.flow]


def refused(trial: Trial, step: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        load(trial.write(more=step), ENVIRON)
    return {mistake.key: mistake.problem for mistake in caught.value.mistakes}


def key_of_last(trial: Trial) -> str:
    """The key of the option in a step that stands after the issue's flow."""
    return KEY.format(number=len(may(trial, "")))


@pytest.mark.parametrize("step", [HANDOFF, MOVES], ids=["handoff", "of one’s own"])
@pytest.mark.parametrize(("value", "expected"), [("true", True), ("false", False), ("", False)])
def test_a_kind_that_allows_it_is_lent_where_the_issuer_says_so(
    trial: Trial, step: str, value: str, expected: bool
) -> None:
    *others, last = may(trial, allowing(step, value) if value else step)
    assert last is expected
    assert others
    assert not any(others)


def test_a_form_may_be_lent(trial: Trial) -> None:
    form = PROFILE.replace('name = "profile"', 'name = "more"').replace("pronouns", "more")
    assert may(trial, allowing(form))[-1] is True


REFUSED = {
    "totp": TOTP,
    "webauthn": WEBAUTHN,
    "recovery_codes": RECOVERY,
    "one_of": SECOND_FACTOR,
    "email_code": EMAIL,
    "review": REVIEW,
    "terms": TERMS.replace('name = "', 'name = "more-'),
    "notice": NOTICE.replace('name = "', 'name = "more-'),
    "of one’s own": STAYS,
}


@pytest.mark.parametrize("step", REFUSED.values(), ids=REFUSED.keys())
def test_any_other_kind_is_refused_in_a_sentence_that_says_why(trial: Trial, step: str) -> None:
    assert refused(trial, allowing(step))[key_of_last(trial)] == SENTENCE


@pytest.mark.parametrize("value", ['"perhaps"', "2", "[true]"])
def test_only_true_and_false_are_values(trial: Trial, value: str) -> None:
    assert list(refused(trial, allowing(HANDOFF, value))) == [key_of_last(trial)]


def test_a_method_of_one_of_has_no_such_option(trial: Trial) -> None:
    table = "[[tenants.kauri.steps.of]]\n"
    assert table in SECOND_FACTOR
    found = refused(trial, SECOND_FACTOR.replace(table, f"{table}other_device = true\n"))
    assert found
    assert all("of[" in key for key in found)

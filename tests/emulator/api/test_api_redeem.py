"""A pre-authorized code: good once, for three tries, under how many hands ever."""

from collections import Counter
from typing import Any

from hook.emulator.api import users
from hook.emulator.api.offers import Refused, redeem
from hook.emulator.state import PreAuthorized
from tests.support.crowd import Go
from tests.support.emulator_api import NOON, Api, at_once

CODE = "stukD6lg9c9tQ3jUCa32wVi1HI+QIVsFK/QPvC2CHRs="
RIGHT, WRONG = "402817", "402818"


def offer(api: Api, **members: Any) -> PreAuthorized:
    """Put an offer there that needs a transaction code, unless told otherwise."""
    user = users.new(api.tenant)
    known: dict[str, Any] = {
        "id": "0d1f",
        "code": CODE,
        "user_id": user["id"],
        "configurations": ("77aa",),
        "claims": {"name": "Ripeka", "email": "r@kauri.nz"},
        "expires": NOON + 300,
        "transaction_code": RIGHT,
    }
    made = PreAuthorized(**(known | members))
    return api.tenant.state.offers.put(made.id, made)


def verdict(api: Api, transaction_code: str = RIGHT, code: str = CODE) -> str:
    """Say what became of one try."""
    try:
        return redeem(api.tenant, code, transaction_code).user_id and "given"
    except Refused as refused:
        return refused.reason


def test_a_code_gives_its_offer_once(api: Api) -> None:
    made = offer(api)
    assert redeem(api.tenant, CODE, RIGHT) == made
    assert verdict(api) == "unknown"


def test_a_code_that_was_never_given_is_unknown(api: Api) -> None:
    offer(api)
    assert verdict(api, code=CODE.lower()) == "unknown"
    assert verdict(api) == "given"


def test_an_offer_is_good_until_it_expires_and_stays_expired(api: Api) -> None:
    offer(api)
    api.clock.time = NOON + 300
    assert [verdict(api), verdict(api)] == ["expired", "expired"]
    api.clock.time = NOON + 299
    assert verdict(api) == "given"


def test_two_wrong_transaction_codes_are_forgiven_and_the_third_is_not(api: Api) -> None:
    offer(api)
    assert [verdict(api, WRONG), verdict(api, WRONG), verdict(api)] == ["wrong-code"] * 2 + [
        "given"
    ]
    offer(api)
    assert [verdict(api, WRONG) for _ in range(3)] == ["wrong-code"] * 2 + ["ended"]
    assert verdict(api) == "unknown"


def test_a_code_that_is_missing_or_not_asked_for_is_no_try(api: Api) -> None:
    offer(api)
    assert [verdict(api, "") for _ in range(5)] == ["missing-code"] * 5
    assert verdict(api) == "given"
    offer(api, transaction_code="")
    assert [verdict(api) for _ in range(5)] == ["unexpected-code"] * 5
    assert verdict(api, "") == "given"


def test_wrong_tries_at_an_expired_offer_do_not_count(api: Api) -> None:
    offer(api)
    api.clock.time = NOON + 300
    assert [verdict(api, WRONG) for _ in range(5)] == ["expired"] * 5
    api.clock.time = NOON
    assert verdict(api) == "given"


def test_a_deleted_offer_is_unknown(api: Api) -> None:
    made = offer(api, id="c0ffee00-0000-4000-8000-000000000000")
    assert api.delete(f"/v1/openid/offers/pre-authorized/{made.id}").status_code == 204
    assert verdict(api) == "unknown"


def try_at_once(api: Api, codes: list[str]) -> Counter[str]:
    """Let each of many try one transaction code at the same moment."""

    def one(api: Api, number: int, go: Go) -> str:
        go()
        return verdict(api, codes[number])

    return Counter(at_once(api, len(codes), one))


def test_of_50_right_tries_at_once_one_gets_the_offer(api: Api) -> None:
    offer(api)
    assert try_at_once(api, [RIGHT] * 50) == {"given": 1, "unknown": 49}


def test_of_50_wrong_tries_at_once_three_are_judged(api: Api) -> None:
    offer(api)
    assert try_at_once(api, [WRONG] * 50) == {"wrong-code": 2, "ended": 1, "unknown": 47}


def test_right_and_wrong_tries_at_once_never_make_four_wrong_or_two_right(api: Api) -> None:
    offer(api)
    counted = try_at_once(api, [RIGHT, WRONG] * 25)
    assert counted["given"] + counted["ended"] == 1
    assert counted["wrong-code"] <= 2


def test_claims_are_stored_with_the_redemption_where_the_switch_says_so(api: Api) -> None:
    api.tenant.state.switches.turn("offer-claims-persisted", "at-token")
    made = offer(api, persist=("email",))
    path = f"/v1/users/{made.user_id}"
    assert verdict(api, WRONG) == "wrong-code"
    assert api.get(path).json["claims"] == {}
    assert verdict(api) == "given"
    assert api.get(path).json["claims"] == {"email": "r@kauri.nz"}


def test_an_offer_shown_in_a_log_hides_its_codes_and_claims(api: Api) -> None:
    shown = repr(offer(api))
    assert not [each for each in (CODE, RIGHT, "Ripeka") if each in shown]

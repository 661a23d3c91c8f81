"""One-time things under many hands: threads that all start at once."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from types import FrameType
from typing import Any

from hook import emulator
from tests.support.emulator_trip import GRANT, ServedTrip, Trip, query_of

HANDS = 50


OWN = str(Path(emulator.__path__[0]))


def at_once(act: Callable[[int], int], door: str) -> list[int]:
    """Do the same thing in many threads; gives the statuses.

    They wait for each other at the door, a function of the tenant's, and behind it let the others
    go first at every line: what is two acts is seen to be two, however quick they are.
    """
    barrier, statuses = Barrier(HANDS, timeout=60), [0] * HANDS

    def give_way(frame: FrameType, event: str, argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(OWN):
            return None
        if event == "call" and frame.f_code.co_name == door:
            barrier.wait()
        time.sleep(0)
        return give_way

    def hand(number: int) -> None:
        sys.settrace(give_way)
        statuses[number] = act(number)
        sys.settrace(None)

    threads = [Thread(target=hand, args=(number,)) for number in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_of_many_redemptions_of_a_code_one_gets_a_token(served: ServedTrip) -> None:
    form, address = GRANT | {"code": served.code()}, f"{served.settings.tenant_url}/v1/oauth/token"
    browsers = [served.app.test_client() for _ in range(HANDS)]
    statuses = at_once(lambda each: browsers[each].post(address, data=form).status_code, "_fits")
    assert sorted(statuses) == [200] + [400] * (HANDS - 1)
    assert len(served.tenant.state.access_tokens.all()) == 1


def test_of_many_answers_to_a_state_one_is_believed(trip: Trip) -> None:
    arrival = trip.arrival()
    tokens = [trip.sign(trip.answer(arrival, claims={"hand": each})) for each in range(HANDS)]
    browsers = [trip.app.test_client() for _ in range(HANDS)]

    def answer(each: int) -> int:
        address = f"{arrival['redirectUrl']}&session_token={tokens[each]}"
        return browsers[each].get(address).status_code

    statuses = at_once(answer, "_spend")
    assert sorted(statuses) == [302] + [400] * (HANDS - 1)
    assert trip.journey.hook_claims == {"hand": statuses.index(302)}


def test_of_many_returns_from_a_login_one_goes_on(elsewhere: Trip) -> None:
    asked = query_of(elsewhere.authorize().location)
    address = f"{elsewhere.settings.tenant_url}/v1/oauth/authentication/callback"
    query = f"{address}?code={asked['nonce']}&state={asked['state']}"
    browsers = [elsewhere.app.test_client() for _ in range(HANDS)]
    statuses = at_once(lambda each: browsers[each].get(query).status_code, "receive")
    assert sorted(statuses) == [302] + [400] * (HANDS - 1)

"""What the tenant remembers, for how long, and under how many hands."""

from concurrent.futures import ThreadPoolExecutor

from hook.emulator import jws
from hook.emulator.memory import Memory, Result, Visit


def visit(state: str) -> Visit:
    return Visit("good", jws.unsigned({"state": state}))


def test_of_many_answers_at_once_exactly_one_closes_the_state() -> None:
    memory = Memory()
    memory.remember(visit("kauri"))
    with ThreadPoolExecutor(32) as threads:
        verdicts = list(threads.map(memory.close, ["kauri"] * 200))
    assert verdicts.count(True) == 1


def test_the_oldest_visit_is_forgotten_first() -> None:
    memory = Memory(most=2)
    for state in ("rimu", "kauri", "totara"):
        memory.remember(visit(state))
    assert memory.visit("rimu") is None
    assert memory.visit("kauri") == visit("kauri")


def test_the_oldest_result_is_forgotten_first() -> None:
    memory = Memory(most=2)
    results = [Result(visit(state), jws.Token({}, {}), (), 0) for state in "abc"]
    codes = [memory.keep(result) for result in results]
    assert [memory.result(code) for code in codes] == [None, *results[1:]]


def test_a_token_sent_again_leaves_its_visit_as_it_was() -> None:
    memory = Memory()
    memory.remember(visit("kauri"))
    memory.remember(Visit("replay", visit("kauri").token))
    assert memory.visit("kauri") == visit("kauri")

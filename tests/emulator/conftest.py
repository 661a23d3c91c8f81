"""A stand-in tenant for each test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.emulator_trip import ServedTrip, Trip

Serve = Callable[..., ServedTrip]
"""Takes settings; gives a stand-in tenant on a port of its own, until the end of the test."""


@pytest.fixture
def trip() -> Trip:
    return Trip()


@pytest.fixture
def new_trip() -> Callable[..., Trip]:
    return Trip


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(ServedTrip(**settings))


@pytest.fixture
def served(serve: Serve) -> ServedTrip:
    """A stand-in tenant that can ask its own login provider."""
    return serve()

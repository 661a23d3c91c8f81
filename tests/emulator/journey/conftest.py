"""A login provider of another team, and a tenant whose people log in there."""

from collections.abc import Iterator

import pytest

from tests.support.emulator_trip import Trip
from tests.support.login_provider import LoginProvider


@pytest.fixture
def provider() -> Iterator[LoginProvider]:
    with LoginProvider() as provider:
        yield provider


@pytest.fixture
def elsewhere(trip: Trip, provider: LoginProvider) -> Trip:
    """A tenant that was told of that provider, and of no other."""
    trip.tenant.state.providers.clear()
    trip.tenant.state.providers.put("one", provider.settings())
    return trip

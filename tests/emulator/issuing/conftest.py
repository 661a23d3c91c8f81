"""A stand-in tenant with something to issue, and a wallet's key."""

from collections.abc import Callable

import pytest

from tests.support.issuing import Desk, Holder


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def new_desk() -> Callable[..., Desk]:
    """Makes tenants with settings of their own."""
    return Desk


@pytest.fixture
def holder() -> Holder:
    return Holder()

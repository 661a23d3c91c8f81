"""An API client at a stand-in tenant of its own."""

from collections.abc import Callable

import pytest

from tests.support.emulator_api import Api, built, shared


@pytest.fixture
def api() -> Api:
    return Api(shared(seed=True))


@pytest.fixture
def empty_api() -> Api:
    """A client of a tenant at which nothing is configured."""
    return Api(shared(seed=False))


@pytest.fixture
def new_api() -> Callable[..., Api]:
    """Makes clients of tenants with settings of their own."""
    return lambda **settings: Api(built(**settings))

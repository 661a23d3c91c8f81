"""A stand-in tenant for each test."""

from collections.abc import Callable

import pytest

from tests.support.emulator_trip import Trip


@pytest.fixture
def trip() -> Trip:
    return Trip()


@pytest.fixture
def new_trip() -> Callable[..., Trip]:
    return Trip

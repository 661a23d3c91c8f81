"""A person with the pretend wallet."""

import pytest

from tests.support.emulator_trip import ServedTrip
from tests.support.emulator_wallet import Holder


@pytest.fixture
def holder(served: ServedTrip) -> Holder:
    return Holder(served)

"""A configuration to try, and a stand-in tenant with somebody who manages it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.desk import API_SECRET, Desk
from tests.support.config_trial import Trial
from tests.support.emulator_trip import ServedTrip


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Somebody at a terminal; the tenant has a login and two credentials, and no hook yet."""
    with ServedTrip(secret="", api_client=f"cli-7:{API_SECRET}") as trip:
        yield Desk(trip, tmp_path)

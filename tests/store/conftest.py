"""A store on each kind of database, and a way to start more of them."""

from collections.abc import Callable, Iterator

import pytest

from hook.store import Store
from hook.vault import Vault

MakeStore = Callable[..., Store]
KEY = bytes(range(32))


@pytest.fixture
def make_store(database: str) -> Iterator[MakeStore]:
    """Start the store of one database, as often as asked."""
    made: list[Store] = []

    def make(*keys: bytes) -> Store:
        made.append(Store(database, Vault(keys or (KEY,))))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    """The store of an empty database."""
    return make_store()

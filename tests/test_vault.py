"""What is kept at rest: it opens with its key, in its place, unchanged, and not otherwise."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hook.errors import VaultError
from hook.vault import KEY_BYTES, Vault, new_key, read_key

OLD, NEW = (hashlib.sha256(name).digest() for name in (b"old", b"new"))
PLACE = ("journeys", "progress", "kauri", "j-1")
DATA = b'{"pronouns":"she/her"}'


@pytest.fixture
def vault() -> Vault:
    return Vault((OLD,))


@given(data=st.binary(max_size=4_096), words=st.lists(st.text(), max_size=6))
def test_whatever_is_sealed_opens_again_with_the_same_words(data: bytes, words: list[str]) -> None:
    vault = Vault((OLD,))
    sealed = vault.seal(data, *words)
    assert vault.open(sealed, *words) == data


@given(data=st.binary(min_size=8, max_size=512))
def test_nothing_of_the_data_shows_in_what_is_sealed(data: bytes) -> None:
    assert data not in Vault((OLD,)).seal(data, *PLACE)


@given(
    words=st.lists(st.text(max_size=8), max_size=5),
    others=st.lists(st.text(max_size=8), max_size=5),
)
def test_it_opens_with_the_same_words_and_no_others(words: list[str], others: list[str]) -> None:
    vault = Vault((OLD,))
    sealed = vault.seal(DATA, *words)
    if words == others:
        assert vault.open(sealed, *others) == DATA
    else:
        with pytest.raises(VaultError):
            vault.open(sealed, *others)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param(("journeys", "progress", "kauri", "j-2"), id="another row"),
        pytest.param(("journeys", "arrival", "kauri", "j-1"), id="another column"),
        pytest.param(("journeys", "progress", "rimu", "j-1"), id="another tenant"),
        pytest.param(("records", "progress", "kauri", "j-1"), id="another table"),
        pytest.param(("journeys", "progress", "kaur", "ij-1"), id="a border moved"),
        pytest.param(("journeys", "progress", "kauri"), id="a word left out"),
        pytest.param((*PLACE, ""), id="a word added"),
        pytest.param((), id="no words"),
    ],
)
def test_it_does_not_open_in_another_place(vault: Vault, others: tuple[str, ...]) -> None:
    sealed = vault.seal(DATA, *PLACE)
    assert vault.open(sealed, *PLACE) == DATA
    with pytest.raises(VaultError, match="another row"):
        vault.open(sealed, *others)


def test_one_changed_byte_anywhere_keeps_it_shut(vault: Vault) -> None:
    sealed = vault.seal(DATA, *PLACE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(VaultError):
            vault.open(bytes(changed), *PLACE)
    assert vault.open(sealed, *PLACE) == DATA


def test_a_part_of_it_or_more_than_it_does_not_open(vault: Vault) -> None:
    sealed = vault.seal(DATA, *PLACE)
    for length in range(len(sealed)):
        with pytest.raises(VaultError):
            vault.open(sealed[:length], *PLACE)
    with pytest.raises(VaultError):
        vault.open(sealed + b"\0", *PLACE)


def test_the_same_data_is_sealed_differently_each_time(vault: Vault) -> None:
    assert len({vault.seal(DATA, *PLACE) for _ in range(100)}) == 100


def test_after_a_rotation_the_first_key_seals_and_all_open() -> None:
    before, after = Vault((OLD,)), Vault((NEW, OLD))
    assert after.open(before.seal(DATA, *PLACE), *PLACE) == DATA
    sealed = after.seal(DATA, *PLACE)
    assert Vault((NEW,)).open(sealed, *PLACE) == DATA
    with pytest.raises(VaultError, match="not in vault_keys"):
        before.open(sealed, *PLACE)


def test_no_error_tells_the_data_or_the_words(vault: Vault) -> None:
    with pytest.raises(VaultError) as refused:
        vault.open(vault.seal(DATA, *PLACE), "records")
    assert not any(word in str(refused.value) for word in (*PLACE, "she/her"))
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_new_key_can_be_read_back_and_is_never_the_same() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert {len(read_key(key)) for key in keys} == {KEY_BYTES}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(base64.urlsafe_b64encode(OLD[:31]).decode(), id="31 bytes"),
        pytest.param(base64.urlsafe_b64encode(OLD + b"x").decode(), id="33 bytes"),
        pytest.param(base64.urlsafe_b64encode(OLD).decode().rstrip("="), id="without padding"),
        pytest.param(base64.b64encode(b"\xff" * 32).decode(), id="the other alphabet"),
        pytest.param(base64.urlsafe_b64encode(OLD).decode() + "\n", id="with a line break"),
        pytest.param("\uff4b" * 44, id="not ASCII"),
        pytest.param("", id="empty"),
    ],
)
def test_a_key_written_in_any_other_way_is_refused(text: str) -> None:
    assert read_key(base64.urlsafe_b64encode(OLD).decode()) == OLD
    with pytest.raises(ValueError):  # noqa: PT011 - the caller tells what would be right
        read_key(text)

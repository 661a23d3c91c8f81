"""API tokens: asked for as the platform wants it, kept as long as they last, and told nowhere."""

import json
from dataclasses import dataclass

import pytest

from hook.platform.errors import PlatformError
from tests.calls.servers import answer, silent
from tests.platform.played import CLIENT_SECRET, GIVEN, HOOK, TOKEN, TOKENS, Played, said

EMPTY = {HOOK: said(200)}
PATH = "/v1/openid/configuration"


@dataclass
class Clock:
    """Stands still until it is turned."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def refusal(tenant: Played) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        tenant.client().get(PATH)
    assert [word for word in (CLIENT_SECRET, TOKEN) if word in str(caught.value)] == []
    return caught.value


def test_a_token_is_asked_for_with_a_json_object_and_sent_along() -> None:
    with Played(EMPTY) as tenant:
        tenant.client().get(PATH)
        token, call = tenant.api.requests
        assert b"Content-Type: application/json\r\n" in token
        assert json.loads(token.partition(b"\r\n\r\n")[2]) == {
            "client_id": "cli-7",
            "client_secret": CLIENT_SECRET,
            "audience": f"{tenant.url}/audience",
            "grant_type": "client_credentials",
        }
        assert b"Authorization" not in token
        assert f"Authorization: Bearer {TOKEN}\r\n".encode() in call


@pytest.mark.parametrize("seconds", [300, 14_400, 86_400])
def test_a_token_is_kept_as_long_as_it_lasts(seconds: int) -> None:
    clock = Clock()
    with Played({**EMPTY, TOKENS: said(200, **(GIVEN | {"expires_in": seconds}))}) as tenant:
        client = tenant.client(clock)
        client.get(PATH)
        clock.now += seconds - 60
        client.get(PATH)
        assert tenant.taken.count(TOKENS) == 1
        clock.now += 60
        client.get(PATH)
        assert tenant.taken.count(TOKENS) == 2


def test_no_token_is_had_before_one_is_needed() -> None:
    with Played({"GET /.well-known/openid-credential-issuer": said(200)}) as tenant:
        tenant.client().public("/.well-known/openid-credential-issuer")
        assert tenant.taken == ["GET /.well-known/openid-credential-issuer"]


def test_a_client_that_is_refused_is_told_what_to_check() -> None:
    no = said(401, error="access_denied", error_description="Unauthorized")
    with Played({TOKENS: no}) as tenant:
        error = refusal(tenant)
        assert (error.status, error.code) == (401, "access_denied")
        assert "refuses this (401 access_denied, Unauthorized)" in str(error)
        assert "`client_id`, `client_secret` and `audience`" in str(error)
        assert tenant.asked == ["POST /oauth/token"]


@pytest.mark.parametrize(("echo", "told"), [(CLIENT_SECRET, "…"), ("cli-7", "cli-7")])
def test_no_client_secret_is_told_that_the_host_of_tokens_echoes(echo: str, told: str) -> None:
    no = said(401, error=echo, error_description=f"Wrong: {echo}")
    with Played({TOKENS: no}) as tenant:
        error = refusal(tenant)
        assert error.code == told
        assert f"(401 {told}, Wrong: {told})" in str(error)


@pytest.mark.parametrize(
    "odd",
    [
        answer(b"<p>"),
        said(200),
        said(200, **(GIVEN | {"token_type": "mac"})),
        said(200, **(GIVEN | {"access_token": "two words"})),
        said(200, **(GIVEN | {"expires_in": "soon"})),
    ],
)
def test_an_answer_without_a_usable_token_is_told_and_nothing_is_asked_with_it(odd: object) -> None:
    with Played({TOKENS: odd}) as tenant:  # type: ignore[dict-item]
        assert "makes no sense" in str(refusal(tenant))
        assert tenant.asked == ["POST /oauth/token"]


def test_a_host_of_tokens_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hook.platform.token.TIMEOUT", 1)
    with Played({TOKENS: silent}) as tenant:
        assert "it took too long" in str(refusal(tenant))

"""Requests to the management API: what goes out, what comes back, and where none goes."""

from typing import Any

import pytest

from hook.platform import api
from hook.platform.applying import apply
from hook.platform.client import Client
from hook.platform.errors import PlatformError
from hook.platform.models import Provider, Registration
from hook.tenant import Platform
from tests.calls.servers import Names, Script, answer
from tests.platform.played import CLIENT_SECRET, HOOK, Played, said

PATH = "/v1/openid/configuration"
KNOWN = {
    "url": "https://hook.example.org/kauri",
    "claims": ["email", "name"],
    "sessionTimeoutInSec": 600,
    "disabled": False,
    "secret": "mB7rCq0h1Vw3o5xZ2k8uJ4tYp6sLdNeFgHiKaQyXzTU=",
}


def read_hook(script: Script) -> Registration | None:
    with Played({HOOK: script}) as tenant:
        return api.registration(tenant.client())


def test_where_nobody_listens_is_told() -> None:
    with Played({}) as tenant:
        gone = tenant.platform
    with pytest.raises(PlatformError, match="cannot be asked: nothing answers there"):
        Client(gone, CLIENT_SECRET).get(PATH)


def test_a_name_that_leads_into_a_private_network_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = "https://kauri.vii.nz01.mattr.global"
    names = Names([["10.0.0.1"]]).install(monkeypatch)
    with pytest.raises(PlatformError, match="private network"):
        Client(Platform(url, url, url, "cli-7", ""), CLIENT_SECRET).get(PATH)
    assert names.reached == []


def test_no_token_is_sent_into_a_private_network(monkeypatch: pytest.MonkeyPatch) -> None:
    with Played({}) as tenant:
        url = "https://kauri.vii.nz01.mattr.global"
        names = Names([["127.0.0.1"], ["10.0.0.1"]]).answers_only(monkeypatch)
        client = Client(Platform(url, tenant.url, url, "cli-7", ""), CLIENT_SECRET)
        with pytest.raises(PlatformError, match="private network"):
            client.get(PATH)
        assert names.asked == ["localhost", "kauri.vii.nz01.mattr.global"]
        assert tenant.asked == ["POST /oauth/token"]


@pytest.mark.parametrize("url", ["http://login.example.org", "https://a b.example", "file:///etc"])
def test_a_url_that_a_tenant_names_and_nobody_may_ask_is_told(url: str) -> None:
    with (
        Played({}) as tenant,
        pytest.raises(PlatformError, match="The URL cannot be asked: it must"),
    ):
        tenant.client().elsewhere(url)


def test_only_a_tenant_on_this_machine_may_name_a_login_on_it() -> None:
    url = "https://kauri.vii.nz01.mattr.global"
    far = Client(Platform(url, url, url, "cli-7", ""), CLIENT_SECRET)
    with Played({"GET /idp/.well-known/openid-configuration": said(200, issuer="x")}) as tenant:
        login = Provider(url=f"{tenant.url}/idp")
        assert api.discovery(tenant.client(), login) == {"issuer": "x"}
        with pytest.raises(PlatformError, match="private network"):
            api.discovery(far, login)
        assert len(tenant.asked) == 1


def test_what_is_registered_is_read_with_its_secret_and_shows_none() -> None:
    found = read_hook(said(200, interactionHook=KNOWN))
    assert found is not None
    assert (found.url, found.claims) == (KNOWN["url"], ("email", "name"))
    assert (found.session_timeout_in_sec, found.disabled) == (600, False)
    assert found.key is not None
    assert len(found.key) == 32
    assert "mB7r" not in repr(found) + str(found.model_dump())


@pytest.mark.parametrize(
    "script",
    [
        said(200),
        said(200, interactionHook=None),
        said(200, interactionHook={}),
        said(404, code="NotFound", message="Resource Not Found"),
    ],
)
def test_a_tenant_without_a_hook_says_so_in_any_way(script: Script) -> None:
    assert read_hook(script) is None


@pytest.mark.parametrize("secret", [None, "", "not base64!", "abc"])
def test_a_secret_that_cannot_be_read_is_none(secret: str | None) -> None:
    found = read_hook(said(200, interactionHook=KNOWN | {"secret": secret}))
    assert found is not None
    assert found.key is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"url": None}, "url"),
        ({"claims": "email"}, "claims"),
        ({"sessionTimeoutInSec": "soon"}, "sessionTimeoutInSec"),
        ({"disabled": {}, "claims": [7]}, "claims, disabled"),
    ],
)
def test_what_is_not_as_documented_is_named(changes: Any, named: str) -> None:
    hook = {name: value for name, value in (KNOWN | changes).items() if value is not None}
    with pytest.raises(PlatformError, match=f"cannot be used: {named} is not as documented"):
        read_hook(said(200, interactionHook=hook))


def test_members_that_nobody_knows_are_passed_over() -> None:
    found = read_hook(said(200, interactionHook=KNOWN | {"method": "redirect"}, more=1))
    assert found == read_hook(said(200, interactionHook=KNOWN))


def test_a_registration_goes_out_as_documented_without_a_secret() -> None:
    wanted = Registration(url="https://hook.example.org/kauri", claims=("email",))
    given = said(200, interactionHook=KNOWN)
    with Played({"PUT /v1/openid/configuration": given}) as tenant:
        api.register(tenant.client(), wanted)
        assert tenant.bodies("PUT") == [
            {
                "interactionHook": {
                    "url": "https://hook.example.org/kauri",
                    "claims": ["email"],
                    "disabled": False,
                }
            }
        ]


@pytest.mark.parametrize(
    ("there", "shown"),
    [
        (said(200, interactionHook=KNOWN), ""),
        (said(200, interactionHook=KNOWN | {"claims": []}), "claims"),
        (said(200, interactionHook=KNOWN | {"disabled": True}), "disabled"),
        (said(200), "url, claims, disabled"),
    ],
)
def test_what_was_registered_is_read_back(there: Script, shown: str) -> None:
    wanted = Registration(url="https://hook.example.org/kauri", claims=("name", "email"))
    taken = said(200, interactionHook=KNOWN)
    with Played({"PUT /v1/openid/configuration": taken, HOOK: there}) as tenant:
        if not shown:
            assert apply(tenant.client(), wanted).key is not None
            return
        with pytest.raises(PlatformError, match=rf"then shows another {shown}\.$"):
            apply(tenant.client(), wanted)


@pytest.mark.parametrize("shown", [True, False])
def test_a_secret_that_only_the_put_shows_is_taken_from_there(shown: bool) -> None:
    later = KNOWN if shown else {n: v for n, v in KNOWN.items() if n != "secret"}
    routes = {
        "PUT /v1/openid/configuration": said(200, interactionHook=KNOWN),
        HOOK: said(200, interactionHook=later),
    }
    with Played(routes) as tenant:
        wanted = Registration(url="https://hook.example.org/kauri", claims=("name", "email"))
        assert (apply(tenant.client(), wanted).key is not None) is True


def test_a_tenant_that_takes_a_hook_and_answers_without_it_is_told() -> None:
    with (
        Played({"PUT /v1/openid/configuration": said(200)}) as tenant,
        pytest.raises(PlatformError, match="answers without it"),
    ):
        api.register(tenant.client(), Registration(url="https://hook.example.org/kauri"))


def test_a_list_is_read_to_its_end() -> None:
    pages = [
        said(200, data=[{"id": "a"}, {"id": "b"}], nextCursor="x y"),
        said(200, data=[{"id": "c"}], nextCursor="z"),
        said(200, data=[]),
    ]
    with Played({"GET /v1/claim-sources": pages}) as tenant:
        found = api.claim_sources(tenant.client())
        assert [each.id for each in found] == ["a", "b", "c"]
        assert tenant.asked[1:] == [
            "GET /v1/claim-sources?limit=100",
            "GET /v1/claim-sources?limit=100&cursor=x%20y",
            "GET /v1/claim-sources?limit=100&cursor=z",
        ]


@pytest.mark.parametrize(
    "script", [said(200), said(200, data="all"), said(200, data=[{"id": "a"}], nextCursor="a")]
)
def test_a_list_that_is_none_or_has_no_end_is_told(script: Script) -> None:
    with (
        Played({"GET /v1/claim-sources": script}) as tenant,
        pytest.raises(PlatformError, match="makes no sense"),
    ):
        api.claim_sources(tenant.client())


@pytest.mark.parametrize("ident", ["", ".", "../providers", "a/b", "a?b", "a%2Fb", "ā"])
def test_an_id_that_would_be_another_path_is_not_sent(ident: str) -> None:
    path = "/v1/openid/offers/pre-authorized/8241400f-de3b-42c5-ad7c-8a380039e796"
    with Played({f"DELETE {path}": answer(b"", "204 Gone")}) as tenant:
        client = tenant.client()
        api.delete_offer(client, path.rpartition("/")[2])
        assert tenant.asked[1:] == [f"DELETE {path}"]
        with pytest.raises(PlatformError, match="An id has letters"):
            api.delete_offer(client, ident)
        assert len(tenant.asked) == 2


def test_an_mdoc_has_its_name_from_its_branding_and_its_mappings_in_name_spaces() -> None:
    mdoc = {
        "id": "77aa",
        "type": "nz.kauri.student.1",
        "branding": {"name": "Student card"},
        "claimMappings": {
            "nz.kauri.1": {
                "name": {"mapFrom": "claims.name", "type": "string", "required": True},
                "level": {"defaultValue": "tertiary"},
            }
        },
        "expiresIn": {"months": 12},
    }
    routes = {
        "GET /v2/credentials/web-semantic/configurations": said(200, data=[]),
        "GET /v2/credentials/mobile/configurations": said(200, data=[mdoc]),
    }
    with Played(routes) as tenant:
        (found,) = api.configurations(tenant.client())
    assert (found.title, found.format) == ("Student card", "mDoc")
    assert [(each.target, each.map_from) for each in found.mappings()] == [
        ("nz.kauri.1.name", "claims.name"),
        ("nz.kauri.1.level", ""),
    ]
    assert [(each.required, each.has_default) for each in found.mappings()] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize(("code", "shown"), [(402817, "402817"), (817, "000817"), ("000817",) * 2])
def test_a_transaction_code_has_six_digits_though_a_number_lost_some(
    code: int | str, shown: str
) -> None:
    given = said(
        200, uri="openid-credential-offer://?credential_offer=%7B%7D", transactionCode=code
    )
    with Played({"POST /v1/openid/offers/pre-authorized": given}) as tenant:
        assert api.offer_pre_authorized(tenant.client(), {}).code == shown

"""Every endpoint of the platform that a journey needs is there, under each of its spellings."""

import re

import pytest

from tests.support.emulator_api import Api, shared

CRUD = ("POST {}", "GET {}", "GET {}/:id", "PUT {}/:id", "DELETE {}/:id")

#: Addresses of the API that issuers use; /core/… is the older spelling of each.
MANAGEMENT = [
    "PUT /v1/openid/configuration",
    "GET /v1/openid/configuration",
    "POST /v1/openid/offers",
    "POST /v1/openid/offers/pre-authorized",
    "DELETE /v1/openid/offers/pre-authorized/:id",
    "POST /v1/users/search",
    "GET /v1/users/:id/credentials",
    *(
        act.format(path)
        for path in (
            "/v1/users",
            "/v1/users/authentication-providers",
            "/v1/users/authenticationproviders",
            "/v1/claim-sources",
            "/v1/claimsources",
            "/v2/credentials/web-semantic/configurations",
            "/v2/credentials/mobile/configurations",
        )
        for act in CRUD
    ),
]

#: Addresses that wallets and browsers use; those below /v1 have the older spelling, too.
JOURNEY = [
    "GET /v1/oauth/authorize",
    "GET /v1/oauth/authentication/callback",
    "POST /v1/oauth/token",
    "POST /v1/openid/credential",
]

#: Addresses with one spelling.
PLAIN = [
    "POST /oauth/token",
    "GET /.well-known/openid-credential-issuer",
    "GET /.well-known/oauth-authorization-server",
    "POST /emulator/reset",
    "GET /emulator/switches",
    "PUT /emulator/switches",
    "GET /emulator/faults",
    "PUT /emulator/faults",
]

WITH_ALIAS = [
    each.replace(" /", f" {prefix}/") for each in MANAGEMENT + JOURNEY for prefix in ("", "/core")
]


@pytest.fixture(scope="module")
def served() -> set[str]:
    """What the tenant serves under its own host name, as `METHOD /path/:id`."""
    return {
        f"{method} {re.sub('<[^>]+>', ':id', rule.rule)}"
        for rule in shared(seed=True).url_map.iter_rules()
        if rule.host == "localhost:9000"
        for method in rule.methods or ()
    }


@pytest.mark.parametrize("endpoint", WITH_ALIAS + PLAIN)
def test_an_endpoint_of_the_platform_is_there(served: set[str], endpoint: str) -> None:
    assert endpoint in served


def test_the_management_api_has_no_address_that_needs_no_token(api: Api) -> None:
    api.headers = {}
    for endpoint in WITH_ALIAS:
        method, path = endpoint.split(" ")
        if endpoint.replace("/core", "") in MANAGEMENT:
            answer = api.ask(method, path.replace(":id", "x"), {})
            assert answer.status_code == 401, endpoint


def test_no_address_of_the_api_is_missing_in_the_table(served: set[str]) -> None:
    ours = {
        each
        for each in served
        if re.match(r"\w+ /(core/)?v[12]/(users|claim|cred|openid/[co])", each)
    }
    ours = {each for each in ours if each.split(" ")[0] not in ("HEAD", "OPTIONS")}
    assert ours <= set(WITH_ALIAS)

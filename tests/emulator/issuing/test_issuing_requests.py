"""POST /v1/openid/credential: the shapes of requests, and what each refusal says."""

from collections.abc import Callable
from typing import Any

import pytest

from hook.emulator.state import Configuration, Json
from tests.support.issuing import MOBILE, STUDENT, Desk, Holder, issued, refusal


def by_format(desk: Desk, holder: Holder) -> Json:
    proof = {"proof_type": "jwt", "jwt": holder.proof(desk.time)}
    return STUDENT | {"proof": proof}


def mobile_by_format(desk: Desk, holder: Holder) -> Json:
    proof = {"proof_type": "jwt", "jwt": holder.proof(desk.time)}
    return MOBILE | {"proof": proof}


def by_id(desk: Desk, holder: Holder) -> Json:
    proof = {"proof_type": "jwt", "jwt": holder.proof(desk.time)}
    return {"credential_configuration_id": desk.configuration(), "proof": proof}


def by_id_with_proofs(desk: Desk, holder: Holder) -> Json:
    proofs = {"jwt": [holder.proof(desk.time)]}
    return {"credential_configuration_id": desk.configuration(), "proofs": proofs}


def branding(desk: Desk, body: Json) -> Json:
    """How the configuration of a request wants its credentials to look."""
    found = desk.tenant.state.configurations.get(desk.configuration(body["format"]))
    assert found
    look: Json = found.body["branding" if body is MOBILE else "credentialBranding"]
    return look


Shape = Callable[[Desk, Holder], Json]
SHAPES = [by_format, mobile_by_format, by_id, by_id_with_proofs]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_credential_may_be_asked_for_in_every_shape(
    desk: Desk, holder: Holder, shape: Shape
) -> None:
    response = desk.asked(desk.granted(), shape(desk, holder))
    body = response.get_json()
    assert response.status_code == 200
    assert body["format"] == ("mso_mdoc" if shape is mobile_by_format else "ldp_vc")
    assert body["credentials"] == [{"credential": body["credential"]}]
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_switch_leaves_the_shape_that_is_documented(
    new_desk: Callable[..., Desk], holder: Holder, shape: Shape
) -> None:
    desk = new_desk(assume={"request-shape": "format"})
    response = desk.asked(desk.granted(), shape(desk, holder))
    if shape in (by_format, mobile_by_format):
        issued(response)
    else:
        assert refusal(response) == (400, "invalid_credential_request")


def test_a_credential_may_be_asked_for_at_the_older_address(desk: Desk, holder: Holder) -> None:
    response = desk.browser.post(
        f"{desk.settings.tenant_url}/core/v1/openid/credential",
        json=by_format(desk, holder),
        headers={"Authorization": f"Bearer {desk.granted()}"},
    )
    issued(response)


def test_one_token_is_good_for_all_that_was_granted(desk: Desk, holder: Holder) -> None:
    token = desk.granted()
    for shape in SHAPES:
        issued(desk.asked(token, shape(desk, holder)))
    assert len(desk.journey.issued) == len(SHAPES)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer nonsense", "Basic {token}", "Bearer {api}"]
)
def test_who_has_no_token_of_a_journey_gets_401(
    desk: Desk, holder: Holder, authorization: str
) -> None:
    client = {
        "client_id": "cli-7",
        "client_secret": "s3",
        "audience": desk.settings.tenant_url,
        "grant_type": "client_credentials",
    }
    asked = desk.browser.post(f"{desk.settings.tenant_url}/oauth/token", json=client)
    token, api = desk.granted(), asked.get_json()["access_token"]
    response = desk.browser.post(
        f"{desk.settings.tenant_url}/v1/openid/credential",
        json=by_format(desk, holder),
        headers={"Authorization": authorization.format(token=token, api=api)},
    )
    assert response.status_code == 401
    issued(desk.asked(token, by_format(desk, holder)))


def test_a_token_ends(desk: Desk) -> None:
    token = desk.granted()
    desk.time += 3599
    issued(desk.asked(token, by_format(desk, Holder())))
    desk.time += 1
    assert desk.asked(token, by_format(desk, Holder())).status_code == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"proof": None}, "invalid_proof"),
        ({"proof": "jwt"}, "invalid_proof"),
        ({"proof": {"proof_type": "jwt"}}, "invalid_proof"),
        ({"proof": {"proof_type": "cwt", "jwt": "a.b.c"}}, "invalid_proof"),
        ({"proof": {"proof_type": "jwt", "jwt": "a.b.c"}}, "invalid_proof"),
        ({"proofs": {"jwt": []}}, "invalid_proof"),
        ({"format": None}, "invalid_credential_request"),
        ({"format": "jwt_vc_json"}, "unsupported_credential_format"),
        ({"format": ["ldp_vc"]}, "unsupported_credential_format"),
        ({"credential_definition": None}, "unsupported_credential_type"),
        ({"credential_definition": {"type": "StudentCard"}}, "unsupported_credential_type"),
        ({"credential_definition": {"type": ["OtherCard"]}}, "unsupported_credential_type"),
        ({"credential_configuration_id": "nonsense"}, "unknown_credential_configuration"),
        ({"credential_configuration_id": ["x"]}, "unknown_credential_configuration"),
    ],
)
def test_a_request_that_cannot_be_met_says_why(
    desk: Desk, holder: Holder, changes: Json, error: str
) -> None:
    body = by_format(desk, holder)
    issued(desk.asked(desk.granted(), body))
    changed = {name: each for name, each in (body | changes).items() if each is not None}
    assert refusal(desk.asked(desk.granted(), changed)) == (400, error)
    assert desk.journey.issued == []


@pytest.mark.parametrize("body", [None, [], "text", 1, {}])
def test_what_is_no_request_at_all_is_refused(desk: Desk, body: Any) -> None:
    assert refusal(desk.asked(desk.granted(), body)) == (400, "invalid_credential_request")


def test_more_than_one_proof_is_refused(desk: Desk, holder: Holder) -> None:
    one, other = holder.proof(desk.time), Holder().proof(desk.time)
    body = by_id_with_proofs(desk, holder)
    for proofs in ({"jwt": [one, other]}, {"jwt": one}, {"cwt": [one]}):
        refused = desk.asked(desk.granted(), body | {"proofs": proofs})
        assert refusal(refused) == (400, "invalid_proof")
    both = body | {"proof": {"proof_type": "jwt", "jwt": one}}
    assert refusal(desk.asked(desk.granted(), both)) == (400, "invalid_proof")
    issued(desk.asked(desk.granted(), body | {"proofs": {"jwt": [one]}}))


@pytest.mark.parametrize("shape", [by_format, by_id])
def test_only_what_was_granted_is_issued(desk: Desk, holder: Holder, shape: Shape) -> None:
    body = shape(desk, holder)
    other = desk.granted(desk.configuration("mso_mdoc"))
    assert refusal(desk.asked(other, body)) == (400, "credential_request_denied")
    issued(desk.asked(desk.granted(desk.configuration("ldp_vc")), body))


@pytest.mark.parametrize("shape", [by_format, by_id])
@pytest.mark.parametrize("stands", ["refuse", "issue-none"])
def test_a_configuration_that_was_deleted_meanwhile(
    new_desk: Callable[..., Desk], holder: Holder, shape: Shape, stands: str
) -> None:
    desk = new_desk(assume={"deleted-configuration": stands})
    body, token = shape(desk, holder), desk.granted()
    desk.tenant.state.configurations.take(desk.configuration())
    response = desk.asked(token, body)
    if stands == "refuse":
        assert refusal(response) == (400, "unknown_credential_configuration")
    else:
        assert (response.status_code, response.get_json()) == (200, {"credentials": []})


@pytest.mark.parametrize(
    ("stands", "answer"),
    [
        ("credential-request-denied", (400, "credential_request_denied")),
        ("server-error", (500, "server_error")),
    ],
)
def test_a_required_claim_without_a_value_is_named(
    new_desk: Callable[..., Desk], stands: str, answer: tuple[int, str]
) -> None:
    desk = new_desk(assume={"missing-claim": stands})
    for body in (STUDENT, MOBILE):
        response = desk.wanted(body, login_claims={})
        assert refusal(response) == answer
        assert response.get_json()["error_description"].endswith(": name")
        assert desk.events == ["OPENID_CREDENTIAL_START", "OPENID_CREDENTIAL_FAIL"]
        assert not desk.hop.good
        issued(desk.wanted(body, login_claims={}, hook_claims={"name": "Mere"}))


def test_what_was_issued_is_kept_with_where_its_claims_are_from(desk: Desk) -> None:
    user = {"id": "u1", "claims": {"birth_date": "2001-02-03"}}
    desk.tenant.state.users.put("u1", user)
    known: Json = {
        "login_claims": {"name": "Ripeka Tamihana", "email": "ripeka@kauri.example"},
        "hook_claims": {"pronouns": "she/her", "email": "other@kauri.example"},
        "user_id": "u1",
    }
    for body in (STUDENT, MOBILE):
        credential = issued(desk.wanted(body, **known))
        assert desk.journey.issued == [{
            "configuration": desk.configuration(body["format"]),
            "format": body["format"],
            "name": "Student card",
            "issuer": "Kauri Polytechnic" if body is STUDENT else "localhost:9000",
            "branding": branding(desk, body),
            "credential": credential,
            "claims": {
                "name": "Ripeka Tamihana",
                "email": "other@kauri.example",
                "pronouns": "she/her",
                "birth_date": "2001-02-03",
            },
            "origins": {
                "name": "login",
                "email": "hook",
                "pronouns": "hook",
                "birth_date": "user",
            },
        }]  # fmt: skip
        assert desk.journey.issued[0]["branding"]["backgroundColor"]
        assert desk.events == ["OPENID_CREDENTIAL_START", "OPENID_CREDENTIAL_SUCCESS"]


def test_the_precedence_is_a_switch(new_desk: Callable[..., Desk]) -> None:
    known: Json = {"login_claims": {"name": "of the login"}, "hook_claims": {"name": "of the hook"}}
    issued(new_desk().wanted(STUDENT, **known))
    for stands, name in (
        ("source-hook-login-user", "of the hook"),
        ("login-hook-source-user", "of the login"),
    ):
        desk = new_desk(assume={"precedence": stands})
        assert issued(desk.wanted(STUDENT, **known))["credentialSubject"]["name"] == name


def test_claims_of_an_offer_are_used(desk: Desk) -> None:
    known: Json = {"login_claims": {}, "hook_claims": {}, "offer_claims": {"name": "Mere"}}
    issued(desk.wanted(MOBILE, **known))
    assert desk.journey.issued[0]["origins"] == {"name": "offer"}


@pytest.mark.parametrize("stands", ["keep", "drop"])
def test_whether_the_hooks_claims_may_be_objects_is_a_switch(
    new_desk: Callable[..., Desk], stands: str
) -> None:
    desk = new_desk(assume={"nested-claims": stands})
    known: Json = {"hook_claims": {"pronouns": {"written": "she/her"}, "preferred_name": "Rip"}}
    subject = issued(desk.wanted(STUDENT, **known))["credentialSubject"]
    assert subject["preferred_name"] == "Rip"
    assert subject.get("pronouns") == ({"written": "she/her"} if stands == "keep" else None)


def test_elements_of_one_name_in_two_namespaces_are_both_kept(desk: Desk) -> None:
    mappings = {"one": {"it": {"defaultValue": 1}}, "two": {"it": {"defaultValue": 2}}}
    body = {"type": "nz.kauri.any.1", "claimMappings": mappings}
    desk.tenant.state.configurations.put("any", Configuration("any", "mso_mdoc", body))
    issued(desk.wanted({"credential_configuration_id": "any"}))
    assert desk.journey.issued[0]["claims"] == {"it": 1, "two/it": 2}
    assert desk.journey.issued[0]["name"] == "nz.kauri.any.1"


def test_no_value_is_printed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    issued(desk.wanted(STUDENT))
    desk.wanted(STUDENT, login_claims={}, hook_claims={"pronouns": "she/her"})
    printed = capsys.readouterr()
    assert "OPENID_CREDENTIAL_SUCCESS" in printed.out
    for value in ("Ripeka", "she/her", "eyJ"):
        assert value not in printed.out + printed.err

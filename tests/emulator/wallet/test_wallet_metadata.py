"""What the wallet reads of an issuer."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from hook.emulator.wallet import metadata
from hook.emulator.wallet.metadata import BadIssuer, in_words
from tests.support.emulator_trip import ServedTrip

Publish = Callable[[dict[str, Any]], str]
"""Takes path → document (or text); gives the address of an issuer that has them."""


@pytest.fixture
def publish() -> Iterator[Publish]:
    documents: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = documents.get(self.path)
            body = found if isinstance(found, str) else json.dumps(found)
            self.send_response(200 if found is not None else 404)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"

    def published(given: dict[str, Any]) -> str:
        documents.update(given)
        return url

    yield published
    server.shutdown()
    thread.join()
    server.server_close()


ISSUER = "/.well-known/openid-credential-issuer"
SERVER = "/.well-known/oauth-authorization-server"


def endpoints(url: str = "https://kauri.example") -> dict[str, str]:
    """Where an issuer says that it is to be asked."""
    names = ("authorization_endpoint", "token_endpoint", "credential_endpoint")
    return {name: f"{url}/{name}" for name in names}


def test_the_stand_ins_metadata_of_today_and_of_old_say_the_same(served: ServedTrip) -> None:
    today = metadata.read(served.settings.tenant_url)
    served.tenant.state.switches.turn("metadata", "legacy")
    old = metadata.read(served.settings.tenant_url)
    assert len(today.kinds) == 2
    for key, kind in today.kinds.items():
        other = old.kinds[key]
        assert (kind.by_id, other.by_id) == (True, False)
        assert (kind.format, kind.type, kind.scope) == (other.format, other.type, other.scope)
        assert kind.request == other.request
    assert today.token_endpoint == old.token_endpoint
    assert today.authorization_endpoint == old.authorization_endpoint


def test_a_missing_document_about_authorization_is_made_up_for(served: ServedTrip) -> None:
    before = metadata.read(served.settings.tenant_url)
    served.tenant.state.switches.turn("authorization-server-metadata", "not-found")
    assert served.get(SERVER).status_code == 404
    assert metadata.read(served.settings.tenant_url) == before


def test_another_authorization_server_is_asked_where_it_is(publish: Publish) -> None:
    elsewhere = endpoints("https://login.example")
    url = publish({f"{SERVER}/login": elsewhere})
    publish({ISSUER: {**endpoints(), "authorization_servers": [f"{url}/login"]}})
    issuer = metadata.read(url)
    assert issuer.authorization_endpoint == "https://login.example/authorization_endpoint"
    assert issuer.credential_endpoint == "https://kauri.example/credential_endpoint"


def test_names_colours_and_the_order_of_claims_come_from_the_metadata(publish: Publish) -> None:
    claims = [
        {"path": ["credentialSubject", "family_name"], "display": [{"name": "Surname"}]},
        {"path": ["credentialSubject", "birth_date"]},
        {"path": []},
    ]
    display = [{"name": "Staff card", "background_color": "#00aaFF"}]
    entry = {
        "format": "ldp_vc",
        "credential_definition": {"type": ["VerifiableCredential", "StaffCard"]},
        "credential_metadata": {"display": display, "claims": claims},
    }
    document = {"display": [{"name": "Kauri"}], "credential_configurations_supported": {"a": entry}}
    issuer = metadata.read(publish({ISSUER: endpoints() | document}))
    kind = issuer.kinds["a"]
    assert (issuer.name, kind.name, kind.colour) == ("Kauri", "Staff card", "#00aaFF")
    assert list(kind.claims.items()) == [("family_name", "Surname"), ("birth_date", "Birth date")]


@pytest.mark.parametrize("colour", ["red", "#fff", "#00aaFF;}", 7])
def test_a_colour_that_is_none_is_not_used(publish: Publish, colour: object) -> None:
    display = [{"name": "Card", "background_color": colour}]
    entry = {"format": "mso_mdoc", "doctype": "a.b", "display": display}
    document = endpoints() | {"credential_configurations_supported": {"a": entry}}
    assert metadata.read(publish({ISSUER: document})).kinds["a"].colour == ""


@pytest.mark.parametrize(
    "entry",
    [7, {"credential_metadata": []}, {"credential_definition": {"type": "Card"}}, {"display": 7}],
)
def test_an_entry_that_makes_no_sense_takes_nothing_down(publish: Publish, entry: object) -> None:
    good = {"format": "mso_mdoc", "doctype": "a.b"}
    supported = {"a": entry, "b": good}
    url = publish({ISSUER: endpoints() | {"credential_configurations_supported": supported}})
    assert metadata.read(url).kinds["b"].type == "a.b"


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        ({}, "what it issues"),
        ({ISSUER: "<html>"}, "not JSON"),
        ({ISSUER: "[" * 100_000}, "not JSON"),
        ({ISSUER: ["a"]}, "what it issues"),
        ({ISSUER: endpoints() | {"credential_issuer": "https://a.example"}}, "another issuer"),
        ({ISSUER: endpoints() | {"token_endpoint": ""}}, "token_endpoint"),
        ({ISSUER: endpoints() | {"authorization_endpoint": "javascript:0"}}, "authorization_end"),
        ({ISSUER: endpoints() | {"nonce_endpoint": "file:///etc/hostname"}}, "nonce_endpoint"),
        ({ISSUER: endpoints() | {"nonce_endpoint": 7}}, "nonce_endpoint"),
        ({ISSUER: endpoints() | {"authorization_servers": ["ftp://a.example"]}}, "server is"),
        ({ISSUER: endpoints() | {"authorization_servers": ["file:///etc/"]}}, "server is"),
        ({ISSUER: endpoints() | {"authorization_servers": [7]}}, "server is"),
        ({ISSUER: endpoints(), SERVER: {"issuer": "https://a.example"}}, "another server"),
    ],
)
def test_an_issuer_that_cannot_be_used_is_refused_in_words(
    publish: Publish, documents: dict[str, Any], said: str
) -> None:
    url = publish(documents)
    with pytest.raises(BadIssuer, match=said):
        metadata.read(url)
    publish({
        ISSUER: endpoints() | {"nonce_endpoint": f"{url}/nonce", "authorization_servers": [url]},
        SERVER: {"issuer": url},
    })  # fmt: skip
    issuer = metadata.read(url)
    assert (issuer.nonce_endpoint, issuer.kinds) == (f"{url}/nonce", {})


def test_an_issuer_that_nobody_reaches_is_refused_in_words() -> None:
    with pytest.raises(BadIssuer, match="cannot be reached"):
        metadata.read("http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("preferred_name", "Preferred name"),
        ("StudentCard", "Student card"),
        ("birth-date", "Birth date"),
        ("ID", "ID"),
        ("", ""),
    ],
)
def test_names_of_programs_become_words(name: str, words: str) -> None:
    assert in_words(name) == words

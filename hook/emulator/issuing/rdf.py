"""JSON credentials as statements (JSON-LD to RDF) in their one canonical order: what is signed."""

import json
from collections import Counter, defaultdict
from typing import Any

from .refusals import Unsignable

try:
    import pyoxigraph as rdf
except ImportError as error:
    sentence = "The stand-in tenant needs packages that the hook does not: "
    raise ImportError(f"{sentence}install requirements-emulator.txt.") from error

Json = dict[str, Any]

CONTEXT = "https://www.w3.org/2018/credentials/v1"
VOCABULARY: Json = {"@vocab": "https://w3id.org/security/undefinedTerm#"}
"""Makes a statement of every claim: one whose name means nothing would not be signed."""

ALIKE_MOST = 8
"""How many objects may look the same: to bring n of them into an order takes up to n! tries."""

_CREDENTIALS = "https://www.w3.org/2018/credentials#"
_SECURITY = "https://w3id.org/security#"
_XSD_TIME = "http://www.w3.org/2001/XMLSchema#dateTime"

# What CONTEXT says of the terms in use. It is not fetched, so that nothing needs the network; a
# verifier that has it comes to the same statements.
_PLAIN: Json = {"id": "@id", "type": "@type"} | VOCABULARY
_CREDENTIAL: Json = _PLAIN | {
    "VerifiableCredential": f"{_CREDENTIALS}VerifiableCredential",
    "issuer": {"@id": f"{_CREDENTIALS}issuer", "@type": "@id"},
    "credentialSubject": {"@id": f"{_CREDENTIALS}credentialSubject", "@type": "@id"},
    "issuanceDate": {"@id": f"{_CREDENTIALS}issuanceDate", "@type": _XSD_TIME},
    "expirationDate": {"@id": f"{_CREDENTIALS}expirationDate", "@type": _XSD_TIME},
}
_PROOF: Json = {
    "type": "@type",
    "Ed25519Signature2018": f"{_SECURITY}Ed25519Signature2018",
    "created": {"@id": "http://purl.org/dc/terms/created", "@type": _XSD_TIME},
    "verificationMethod": {"@id": f"{_SECURITY}verificationMethod", "@type": "@id"},
    "proofPurpose": {"@id": f"{_SECURITY}proofPurpose", "@type": "@vocab"},
    "assertionMethod": f"{_SECURITY}assertionMethod",
}


def credential(document: Json) -> bytes:
    """Give the statements of a credential without its proof. Raises `Unsignable`."""
    # The terms of a credential mean nothing special inside of what it holds.
    inside = {"@context": [None, _PLAIN]}
    members = {
        name: inside | member if isinstance(member, dict) else member
        for name, member in document.items()
    }
    return _canonical(members | {"@context": _CREDENTIAL})


def proof(options: Json) -> bytes:
    """Give the statements of a proof without its signature."""
    return _canonical(options | {"@context": _PROOF})


def _canonical(document: Json) -> bytes:
    """Write N-Quads as RDF Dataset Canonicalization 1.0 does, which URDNA2015 became."""
    statements = rdf.Dataset(rdf.parse(json.dumps(document), rdf.RdfFormat.JSON_LD))
    if _alike(statements) > ALIKE_MOST:
        text = f"A JSON credential cannot hold more than {ALIKE_MOST} objects that look the same"
        raise Unsignable(text)
    statements.canonicalize(rdf.CanonicalizationAlgorithm.RDFC_1_0)
    written = rdf.serialize(statements, format=rdf.RdfFormat.N_QUADS) or b""
    return b"".join(sorted(written.splitlines(keepends=True)))


def _alike(statements: rdf.Dataset) -> int:
    """Count the objects that have another of their look (RDFC-1.0 section 4.6, the first hash).

    The look of an object is its statements, with other objects in them not looked into.
    """
    looks: dict[rdf.BlankNode, list[tuple[str, ...]]] = defaultdict(list)
    for each in statements:
        ends = (each.subject, each.object)
        for node in {end for end in ends if isinstance(end, rdf.BlankNode)}:
            looks[node].append((str(each.predicate), *(_seen(end, node) for end in ends)))
    counts = Counter(tuple(sorted(look)) for look in looks.values())
    return sum(count for count in counts.values() if count > 1)


def _seen(end: object, node: rdf.BlankNode) -> str:
    if end == node:
        return "itself"
    return "another" if isinstance(end, rdf.BlankNode) else str(end)

"""What a credential configuration may hold, as far as issuing needs it."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from .bodies import Body, Filled

MapFrom = Annotated[str, Field(pattern=r"^(claims|authenticationProvider)(\.[^.\s]+)+$")]
"""Where a value comes from: claims.address.formatted, authenticationProvider.subjectId."""
Part = Annotated[int, Field(ge=0)]


class Period(Body):
    """How long a credential is good for."""

    years: Part | None = None
    months: Part | None = None
    weeks: Part | None = None
    days: Part | None = None
    hours: Part | None = None
    minutes: Part | None = None
    seconds: Part | None = None

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if not any(self.json_object().values()):
            raise ValueError("Invalid value: it must be longer than nothing")
        return self


class Mapping(Body):
    """One claim of a credential: from where, or what it always is."""

    map_from: MapFrom | None = None
    required: bool | None = None
    default_value: Any = None

    @model_validator(mode="after")
    def _from_somewhere(self) -> Self:
        if self.map_from is None and self.default_value is None:
            raise ValueError("Invalid value: mapFrom or defaultValue is required")
        return self


class Element(Mapping):
    """One element of an mDoc."""

    type: Filled | None = None


class Date(Body):
    """A date of an mDoc that a claim gives."""

    map_from: MapFrom


class Issuer(Body):
    """Who issues, for people."""

    name: Filled
    logo_url: str | None = None
    icon_url: str | None = None


class Look(Body):
    """How a wallet shows a JSON credential."""

    background_color: str | None = None
    watermark_image_url: str | None = None


class Branding(Body):
    """How a wallet shows an mDoc."""

    name: Filled
    description: str | None = None
    background_color: str | None = None
    watermark_image: str | None = None
    issuer_logo: str | None = None
    issuer_icon: str | None = None


class JsonBody(Body):
    """A JSON credential (ldp_vc)."""

    name: Filled
    type: Filled
    issuer: Issuer
    description: str | None = None
    additional_types: tuple[Filled, ...] | None = None
    contexts: tuple[Filled, ...] | None = None
    proof_type: Annotated[str, Field(pattern=r"^(Ed25519Signature2018|BbsSignature\w+)$")] = (
        "Ed25519Signature2018"
    )
    credential_branding: Look | None = None
    claim_mappings: dict[Filled, Mapping] = Field(default_factory=dict)
    persist: bool = False
    revocable: bool = False
    claim_source_id: str | None = None
    expires_in: Period | None = None


def _some(namespaces: dict[str, dict[str, Element]]) -> dict[str, dict[str, Element]]:
    if not namespaces or not all(namespaces.values()):
        raise ValueError("Invalid value: a namespace with an element is required")
    return namespaces


class MobileBody(Body):
    """An mDoc (mso_mdoc)."""

    type: Filled
    expires_in: Period
    claim_mappings: Annotated[dict[Filled, dict[Filled, Element]], AfterValidator(_some)]
    claim_source_id: str | None = None
    valid_from: Date | None = None
    valid_until: Date | None = None
    branding: Branding | None = None
    include_status: bool = False

"""What a tenant says of itself, as far as it is looked at here; all else is passed over."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from hook.platform.errors import PlatformError


class Model(BaseModel):
    """An object of the platform's API; no value of it stands in an error."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        alias_generator=to_camel,
        populate_by_name=True,
    )


M = TypeVar("M", bound=Model)


class Registration(Model):
    """What the tenant knows of the hook: `interactionHook` of /v1/openid/configuration."""

    url: str
    claims: tuple[str, ...] = ()
    session_timeout_in_sec: int | None = None
    disabled: bool = False
    secret: SecretStr = Field(default=SecretStr(""), exclude=True)

    @property
    def key(self) -> bytes | None:
        """The shared secret as bytes; None where there is none that can be read."""
        try:
            return b64decode(self.secret.get_secret_value(), validate=True) or None
        except ValueError:
            return None


class Provider(Model):
    """The tenant's authentication provider; its secret is never looked at."""

    id: str = ""
    url: str = ""
    client_id: str = ""
    scope: tuple[str, ...] = ()
    token_endpoint_auth_method: str = ""
    static_request_parameters: dict[str, Any] = {}
    forwarded_request_parameters: tuple[str, ...] = ()
    claims_to_persist: tuple[str, ...] = ()
    redirect_url: str = ""


class ClaimSource(Model):
    """A system that the tenant asks for more claims when it issues."""

    id: str
    name: str = ""


@dataclass(frozen=True)
class Mapped:
    """Where one value of a credential comes from."""

    target: str
    map_from: str
    required: bool
    has_default: bool


class CredentialConfiguration(Model):
    """What the tenant issues, in which form, and out of which claims."""

    id: str
    type: str = ""
    name: str = ""
    claim_source_id: str = ""
    expires_in: dict[str, float] = {}
    claim_mappings: dict[str, Any] = {}
    is_mdoc: bool = False

    @property
    def format(self) -> str:
        """What it issues, as people call that."""
        return "mDoc" if self.is_mdoc else "JSON"

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.type or "without a name"

    def mappings(self) -> tuple[Mapped, ...]:
        """Give the mappings; those of an mDoc stand in name spaces."""
        return tuple(_mappings(self.claim_mappings, ""))


class Metadata(Model):
    """What wallets are told of the tenant as an issuer."""

    issuer: str = Field(default="", validation_alias=AliasChoices("credential_issuer", "issuer"))


class Offer(Model):
    """A credential offer; the last four are of pre-authorized ones."""

    uri: str
    id: str = ""
    user_id: str = ""
    expires_at: str = ""
    transaction_code: str | int = ""

    @property
    def code(self) -> str:
        """The transaction code: six digits, though a number has lost those in front."""
        code = self.transaction_code
        return f"{code:06d}" if isinstance(code, int) else code


def read(model: type[M], data: Mapping[str, Any], **more: Any) -> M:
    """Read an object of the API; members that are null are as good as none.

    Raises PlatformError that names the members that cannot be used.
    """
    try:
        return model.model_validate({k: v for k, v in {**data, **more}.items() if v is not None})
    except ValidationError as error:
        names = sorted({str(each["loc"][0]) for each in error.errors(include_input=False)})
        raise PlatformError(
            f"The tenant’s answer cannot be used: {', '.join(names)} is not as documented."
        ) from None


def _mappings(written: Mapping[str, Any], inside: str) -> Iterator[Mapped]:
    for name, value in written.items():
        if not isinstance(value, Mapping):
            continue
        if {"mapFrom", "defaultValue"} & value.keys():
            yield Mapped(
                target=inside + name,
                map_from=str(value.get("mapFrom") or ""),
                required=value.get("required") is True,
                has_default=value.get("defaultValue") is not None,
            )
        else:
            yield from _mappings(value, f"{inside}{name}.")

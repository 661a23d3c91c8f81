"""/v2/credentials/…/configurations: what can be issued, as JSON credentials and as mDocs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from hook.emulator.state import Configuration
from hook.emulator.tenant import Tenant

from .bodies import sent
from .configuration_bodies import JsonBody, MobileBody
from .problems import Detail, invalid
from .resources import Resource, asked


@dataclass(frozen=True)
class Kind:
    """One format of credentials."""

    format: str
    path: str
    event: str
    body: type[JsonBody] | type[MobileBody]

    def made(self, body: JsonBody | MobileBody, key: str) -> Configuration:
        """Make a configuration, with an id and the defaults."""
        return Configuration(key, self.format, {"id": key} | body.json_object())

    def resource(self) -> Resource[Configuration]:
        """Give it as the API has it."""
        return Resource(
            paths=(f"/v2/credentials/{self.path}/configurations",),
            event=self.event,
            shelf=lambda tenant: tenant.state.configurations,
            create=partial(_create, self),
            changed=partial(_changed, self),
            shown=lambda _, thing: thing.body,
            belongs=lambda thing: thing.format == self.format,
            wanted=lambda thing: asked("type") in ("", thing.type),
        )


JSON = Kind("ldp_vc", "web-semantic", "CREDENTIAL_WEB_SEMANTIC_CREDENTIAL_CONFIGURATION", JsonBody)
MOBILE = Kind("mso_mdoc", "mobile", "MOBILE_CREDENTIAL_CONFIGURATION", MobileBody)


def _create(kind: Kind, tenant: Tenant) -> Configuration:
    thing = kind.made(_body(kind, tenant), str(uuid4()))
    return tenant.state.configurations.put(thing.id, thing)


def _changed(
    kind: Kind, tenant: Tenant, _: Configuration
) -> Callable[[Configuration], Configuration]:
    body = _body(kind, tenant)
    return lambda old: kind.made(body, old.id)


def _body(kind: Kind, tenant: Tenant) -> JsonBody | MobileBody:
    body = sent(kind.body)
    source = body.claim_source_id
    if source is not None and tenant.state.claim_sources.get(source) is None:
        raise invalid(Detail("claimSourceId", "There is no claims source with this id"))
    return body


RESOURCES = (JSON.resource(), MOBILE.resource())

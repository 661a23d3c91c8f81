"""All that the tenant knows of a person when a credential is made, and where each claim is from."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

Json = dict[str, Any]

RANKS = {
    "source-hook-login-user": ("source", "hook", "login", "offer", "user"),
    "login-hook-source-user": ("login", "hook", "source", "offer", "user"),
}
"""How the switch stands → origins, the one that wins first."""


class Found(NamedTuple):
    """A value, and its origin: source, hook, login, offer, user or fixed."""

    value: Any
    origin: str


@dataclass(frozen=True)
class Known:
    """Claims by origin, and what is known of the login."""

    by_origin: dict[str, Json]
    precedence: str = "source-hook-login-user"
    """How the switch of this name stands."""
    provider: Json = field(default_factory=dict)
    """authenticationProvider of the user: providerId, url, subjectId."""
    configuration: Json = field(default_factory=dict)
    """The credential configuration."""

    def find(self, path: str) -> Found | None:
        """Find a value by the path of a mapFrom, such as claims.address.formatted."""
        root, _, rest = path.partition(".")
        if root == "claims":
            return self._claim(rest)
        places = {
            "authenticationProvider": Found(self.provider, "login"),
            "credentialConfiguration": Found(self.configuration, "fixed"),
        }
        return _inside(places[root], rest) if root in places else None

    def _claim(self, path: str) -> Found | None:
        """Of claims with one name one wins whole: what is inside of them is not merged."""
        origins = [name for name in RANKS[self.precedence] if name in self.by_origin]
        # A name may have dots itself, as the URLs do that some login providers use for names.
        for name in (path, path.partition(".")[0]):
            for origin in origins:
                claims = self.by_origin[origin]
                if claims.get(name) is not None:
                    rest = path[len(name) + 1 :]
                    return _inside(Found(claims[name], origin), rest)
        return None


def _inside(place: Found, path: str) -> Found | None:
    """Follow a path into a value; null is as good as nothing there."""
    value, rest = place.value, path
    while rest and isinstance(value, dict):
        name, _, rest = (rest, "", "") if rest in value else rest.partition(".")
        value = value.get(name)
    return None if rest or value is None else Found(value, place.origin)

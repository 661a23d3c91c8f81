"""A person with the pretend wallet in their browser, at a stand-in tenant on a port of its own."""

import html
import json
import re
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from hook.emulator.api import offers
from tests.support.emulator_trip import ServedTrip


def shown(page: str, element: str) -> Any:
    """Read the JSON that a page shows in the element with this id."""
    match = re.search(rf'<pre [^>]*id="{element}"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert match
    return json.loads(html.unescape(match[1]))


class Holder:
    """Goes from an offer to a card, or to what comes instead."""

    def __init__(self, trip: ServedTrip) -> None:
        self.trip = trip
        self.url = trip.settings.wallet_url

    def ids(self, *formats: str) -> tuple[str, ...]:
        """The ids of the tenant's configurations of these formats; of all without any."""
        every = self.trip.tenant.state.configurations.all()
        return tuple(each.id for each in every if not formats or each.format in formats)

    def offer(self, *formats: str, **parameters: str) -> str:
        """Make an offer with a login."""
        return offers.offer(self.trip.tenant, self.ids(*formats), parameters or None)

    def pre_authorized(self, **changes: Any) -> dict[str, Any]:
        """Make a pre-authorized offer with a transaction code; gives what the API answers."""
        body = {
            "credentials": self.ids("mso_mdoc"),
            "claims": {"name": "Ripeka Tamihana"},
            "transactionCodeConfiguration": {},
        }
        wanted = offers.PreAuthorizedBody.model_validate(body | changes)
        return offers.pre_authorized_offer(self.trip.tenant, wanted)

    def get(self, path: str) -> TestResponse:
        """Open a page of the wallet."""
        return self.trip.get(path if "://" in path else self.url + path)

    def post(self, path: str, **form: str) -> TestResponse:
        """Press a button of the wallet."""
        return self.trip.browser.post(self.url + path, data=form)

    def look(self, uri: str) -> TestResponse:
        """Paste an offer."""
        return self.get(f"/?{urlencode({'offer': uri})}")

    def accept(self, uri: str, **form: str) -> TestResponse:
        """Look at an offer, and say yes."""
        page = self.look(uri).text
        match = re.search(r'name="offer" value="([^"]*)"', page)
        assert match, page
        return self.post("/accept", offer=html.unescape(match[1]), **form)

    def log_in(self, uri: str) -> dict[str, Any]:
        """Say yes and log in; gives what the hook is told."""
        away = self.accept(uri)
        return self.trip.arrived(self.trip.log_in(self.get(away.location).location).location)

    def come_back(self, uri: str, **changes: object) -> TestResponse:
        """Go to the hook, which answers with these changes, and come back to the wallet."""
        return self.get(self.trip.answered(self.log_in(uri), **changes).location)

    def walk(self, uri: str, **changes: object) -> TestResponse:
        """Go the whole way, to the page that the wallet shows at the end."""
        back = self.come_back(uri, **changes)
        assert back.status_code == 303, back.text
        return self.get(back.location)

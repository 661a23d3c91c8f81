"""The form of every page: its token, and what was sent as plain values."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import ValidationError
from wtforms.csrf.core import CSRF

from hook.errors import RequestRefused
from hook.steps.base import Form
from hook.web.browser import Browser

TOKEN_FIELD = "_csrf"
BACK = "_back"
"""The button that leads to the page before."""
LEND = "_lend"
"""The buttons that let another device do the step, and that end this: yes or no."""
_OURS = (TOKEN_FIELD, BACK, LEND)
_VALUES_MOST = 200


class _JourneyToken(CSRF):  # type: ignore[misc]
    """A token bound to the journey and the browser: no session, good as long as the journey."""

    def setup_form(self, form: Any) -> Any:
        self._browser, self._key, self._journey_id = form.meta.csrf_context
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        browser: Browser = self._browser
        return browser.form_token(self._key, self._journey_id)

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        browser: Browser = self._browser
        if not browser.is_form_token(field.data or "", self._key, self._journey_id):
            raise ValidationError("form_expired")


class JourneyForm(FlaskForm):  # type: ignore[misc]
    """A form of one journey; its fields belong to the step."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How the form gets its token."""

        csrf = True
        csrf_class = _JourneyToken
        csrf_field_name = TOKEN_FIELD


def new_form(browser: Browser, key: str, journey_id: str) -> JourneyForm:
    """Make the form for a page of this journey, filled with what was sent to it."""
    return JourneyForm(meta={"csrf_context": (browser, key, journey_id)})


def sent_form(browser: Browser, key: str, journey_id: str) -> Form:
    """Give what was sent, once its token is checked. Raises RequestRefused."""
    if sum(len(values) for values in request.form.listvalues()) > _VALUES_MOST:
        raise RequestRefused("form_malformed")
    if len(request.form.getlist(TOKEN_FIELD)) > 1:
        raise RequestRefused("parameter_repeated")
    if not new_form(browser, key, journey_id).validate():
        raise RequestRefused("form_expired")
    return plain(request.form)


def plain(values: "MultiDict[str, str]") -> Form:
    """Give the values of a form or a query without what is not the step's."""
    own = ((name, sent) for name, sent in values.lists() if name not in _OURS)
    return Form({name: tuple(sent) for name, sent in own})

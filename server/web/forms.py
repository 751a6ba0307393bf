"""Forms: the CSRF token every form carries, and the fields our pages share.

A field's errors are message ids or already words: the template says them either way. Never here:
rules of the fleet.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp_session
from aiohttp import web
from multidict import MultiDict, MultiDictProxy
from wtforms import Field, Form, SelectField, ValidationError
from wtforms.csrf.session import SessionCSRF
from wtforms.form import BaseForm
from wtforms.utils import unset_value
from wtforms.widgets import TextInput
from yarl import URL

from server.actions.accounts import SESSION_S
from server.app_keys import AGENT, CLOCK
from server.fleet.inputs import one_line
from server.web.drafts import DRAFT, DRAFTS
from server.web.i18n import N_, Words, words_of
from server.web.localtime import (
    FIRST_YEAR,
    LAST_YEAR,
    NoSuchLocalTime,
    NotATime,
    is_ambiguous,
    parse_local_date,
    parse_local_time,
    to_input,
    to_local,
)
from server.web.security import CSRF_SECRET


class StalePage(web.HTTPForbidden):
    """The form's token is missing, too old or of another session; nothing was done."""


FormType = TypeVar("FormType", bound=Form)
_MARK = "##"  # between the parts of a token, as wtforms has it
_NOT_OFFERED = N_("Choose from the list.")


class PersonalCSRF(SessionCSRF):
    """A session's token, which also names, under our seal, whom the form was shown."""

    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        """Return the token."""
        token: str = super().generate_csrf_token(csrf_token_field)
        agent_id: int | None = self.form_meta.agent_id
        if agent_id is None:
            return token
        secret = self.form_meta.csrf_secret
        assert secret is not None, "without one there is no token"
        return f"{token}{_MARK}{agent_id}{_MARK}{_seal(secret, token, agent_id)}"

    def validate_csrf_token(self, form: BaseForm, field: Any) -> None:
        """Raise ValidationError when it is missing, too old or another session's."""
        given = field.data
        field.data = _MARK.join((given or "").split(_MARK)[:2])
        try:
            super().validate_csrf_token(form, field)
        finally:
            field.data = given


def whose(token: str, secret: bytes) -> int | None:
    """Return the id of the agent whom a form with this token was shown; None where it is not ours.

    Its session may have ended long ago.
    """
    *parts, agent_id, seal = ["", *token.split(_MARK)]
    if not (agent_id.isdecimal() and len(agent_id) <= 18 and agent_id.isascii()):
        return None
    expected = _seal(secret, _MARK.join(parts[1:]), int(agent_id))
    return int(agent_id) if hmac.compare_digest(seal.encode(), expected.encode()) else None


def _seal(secret: bytes, token: str, agent_id: int) -> str:
    named = f"whose {token}{_MARK}{agent_id}".encode()
    return hmac.digest(secret, named, hashlib.sha256).hex()


class PageForm(Form):
    """A form whose `meta.words` speaks the person's language."""

    class Meta:
        """Every form has a token; it lives as long as the session it is tied to."""

        csrf = True
        csrf_class = PersonalCSRF
        csrf_time_limit = timedelta(seconds=SESSION_S)


async def form_of(
    form_class: type[FormType], request: web.Request, data: Any = None, **prefilled: Any
) -> FormType:
    """Build a form for this person's session, filled with `data` (form data) or `prefilled`.

    Without `data` it is what this person had typed here when their session had ended, if any.
    """
    return await form_in(words_of(request), form_class, request, data, **prefilled)


async def form_in(
    words: Words, form_class: type[FormType], request: web.Request, data: Any, **prefilled: Any
) -> FormType:
    """Build a form as `form_of`, in whose words its hours are those of a site."""
    if data is None and form_class is not PageForm:  # which has no field
        data = request.get(DRAFT)
    meta = {
        "agent_id": request[AGENT].agent_id if AGENT in request else None,
        "csrf_context": await aiohttp_session.get_session(request),
        "csrf_secret": request.app[CSRF_SECRET],
        "words": words,
    }
    return form_class(data, meta=meta, **prefilled)


async def sent_form(
    form_class: type[FormType], request: web.Request, words: Words | None = None
) -> FormType:
    """Read the form a person sent; its token is checked at once. `words` as for `form_in`.

    Raises:
        HTTPUnsupportedMediaType, HTTPBadRequest: it is no plain UTF-8 form.
        StalePage: the token is missing, too old or not this session's.
    """
    form = await form_in(words or words_of(request), form_class, request, await posted(request))
    token = form["csrf_token"]
    if not token.validate(form):
        raise StalePage
    return form


def page_of(request: web.Request) -> str:
    """Return the page that was asked for, or whose form was sent."""
    resource = request.match_info.route.resource
    if request.method == "GET" or any(route.method == "GET" for route in resource or ()):
        return request.path_qs
    sender = URL(request.headers.get("Referer", ""))
    return sender.path_qs if sender.authority == request.host else "/"


async def keep_draft(request: web.Request) -> int | None:
    """Keep what was typed for its page, and return the id of the agent who may have it.

    None: it is nobody's that can be told from its token, or not to be kept.
    """
    try:
        fields = MultiDict(await posted(request))
    except web.HTTPException:
        return None
    agent_id = whose(fields.popone("csrf_token", ""), request.app[CSRF_SECRET])
    if agent_id is None:
        return None
    path, now_s = URL(page_of(request)).path, request.app[CLOCK].now_s()
    kept = request.app[DRAFTS].keep(agent_id, path, MultiDictProxy(fields), now_s)
    return agent_id if kept else None


async def posted(request: web.Request) -> MultiDictProxy[str]:
    """Return the fields a person sent; of a repeated one the last.

    Raises:
        HTTPUnsupportedMediaType, HTTPBadRequest: it is no plain UTF-8 form.
    """
    # Other encodings can smuggle in characters that are no characters (lone surrogates).
    if (
        request.content_type != "application/x-www-form-urlencoded"
        or (request.charset or "utf-8").lower() != "utf-8"
    ):
        raise web.HTTPUnsupportedMediaType
    try:
        posted = await request.post()
    except ValueError as error:
        raise web.HTTPBadRequest from error
    return MultiDictProxy(MultiDict({k: v for k, v in posted.items() if isinstance(v, str)}))


def number_or_none(text: str | None) -> int | None:
    """Read what a list offers; its first choice stands for nothing chosen."""
    return int(text) if text else None


class ChoiceField(SelectField):
    """A list to choose from, whose refusals are in our words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the choice."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_NOT_OFFERED) from error

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what was not offered."""
        try:
            super().pre_validate(form)
        except ValueError as error:
            raise ValidationError(_NOT_OFFERED) from error


class TicksField(Field):
    """Boxes to tick, each under a name of its own: `data` is what was ticked, sorted.

    A repeated name counts once in our forms, so `name-VALUE` is the box of VALUE.
    """

    data: tuple[str, ...]

    def process(self, formdata: Any, data: Any = (), extra_filters: Any = None) -> None:
        """Take what was ticked, else `data`."""
        super().process(None, data)
        if formdata is not None:
            prefix = f"{self.name}-"
            ticked = (name for name in formdata if name.startswith(prefix))
            self.data = tuple(sorted({name.removeprefix(prefix) for name in ticked}))


class LocalTimeField(Field):
    """<input type="datetime-local">: `data` is the instant in Unix seconds, or None.

    A local time that exists twice is, untouched, the one that was proposed: a hidden field beside
    it has that instant. Typed, it is the first one, or what `after` makes of it; `again_s` is then
    the second one.
    """

    widget = TextInput()
    data: int | None
    again_s: int | None = None

    def _value(self) -> str:
        if self.raw_data:
            return str(one_line(self.raw_data[0]))
        return "" if self.data is None else to_input(self.data, self._words.timezone)

    @property
    def proposed(self) -> tuple[str, int] | None:
        """Return the name and the value of the field beside it, where one is needed."""
        if self.data is None or not is_ambiguous(to_local(self.data, self._words.timezone)):
            return None
        return f"{self.name}-instant", self.data

    def after(self, at_s: int) -> None:
        """Of a time that exists twice, mean the second one if the first one is too early."""
        if self.again_s is not None and self.data is not None and self.data <= at_s:
            self.data = self.again_s

    @property
    def which_of_two(self) -> str | None:
        """Say which one was taken of a time that exists twice; None: it does not."""
        if self.again_s is None or self.data is None:
            return None
        message = N_("%(time)s exists twice that night; the first one was taken.")
        if self.data == self.again_s:
            message = N_("%(time)s exists twice that night; the second one was taken.")
        return self._words.say(message, time=self._words.moment(self.data))

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read what was typed, and the instant it stands for if it is as it was proposed."""
        super().process(formdata, data, extra_filters)
        name, again = f"{self.name}-instant", str(self.again_s)
        if formdata is not None and name in formdata and formdata.getlist(name) == [again]:
            self.data = self.again_s

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed; ValueError carries the message to show beside the field."""
        self.data = None
        if not valuelist or not valuelist[0]:
            return
        words = self._words
        try:
            instant = parse_local_time(valuelist[0], words.timezone)
        except NoSuchLocalTime as gap:
            message = N_(
                "This time does not exist: that night the clock jumps forward. Try %(time)s."
            )
            after = to_local(gap.next_s, words.timezone).strftime("%H:%M")
            raise ValueError(words.say(message, time=after)) from gap
        except NotATime as error:
            message = N_("Give a day and a time, for instance %(example)s.")
            raise ValueError(words.say(message, example="23/11/2026 08:30")) from error
        self.data, self.again_s = instant.at_s, instant.again_s

    @property
    def _words(self) -> Words:
        words: Words = self.meta.words
        return words


class LocalDateField(Field):
    """<input type="date">: `data` is the instant the day begins, or None."""

    widget = TextInput()
    data: int | None

    def _value(self) -> str:
        if self.raw_data:
            return str(one_line(self.raw_data[0]))
        words: Words = self.meta.words
        return "" if self.data is None else to_input(self.data, words.timezone)[:10]

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed; ValueError carries the message to show beside the field."""
        self.data = None
        if not valuelist or not valuelist[0]:
            return
        words: Words = self.meta.words
        try:
            self.data = parse_local_date(valuelist[0], words.timezone)
        except NotATime as error:
            message = N_("Give a day between %(first)s and %(last)s.")
            raise ValueError(words.say(message, first=FIRST_YEAR, last=LAST_YEAR)) from error

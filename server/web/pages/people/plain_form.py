"""A form of a few plain fields on a page of its own, and what was refused beside them.

Never here: which form, what it asks for.
"""

from dataclasses import dataclass

from aiohttp import web

from server.fleet.refusals import Refused
from server.web.forms import PageForm
from server.web.refused import show_on
from server.web.render import page


@dataclass(frozen=True, slots=True)
class Plain:
    """What stands around the fields: message ids, but for `back_label`, which is ready words.

    `fields` are (name, HTML type, hint or none); `note` is said below them.
    """

    title: str
    back: str
    back_label: str
    button: str
    fields: tuple[tuple[str, str, str | None], ...]
    note: str | None = None


async def plain_page(
    request: web.Request, plain: Plain, form: PageForm, refused: Refused | None = None
) -> web.Response:
    """Show a form, with what was refused beside its fields.

    Raises:
        Refused: what was refused is about none of its fields.
    """
    status = 200
    if refused is not None:
        if any(each.field not in form for each in refused.refusals):
            raise refused
        status = show_on(form, refused, {}, 0)
    return await page(request, "people/form.html", status=status, form=form, plain=plain)

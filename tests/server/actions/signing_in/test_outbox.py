"""Who sees which mails: those to people whom they may give a code."""

import pytest

from server.actions import Actions, Operator
from server.actions.signing_in import outbox
from server.actions.signing_in.outbox import OneMail
from server.fleet.accounts.mail import Letter, NewMail
from server.fleet.refusals import Reason, Refused
from server.fleet.roles import WHOLE, Role, RoleGrant, Scope
from server.store import Store
from tests.fleet import MARIE, NOW_S, PAUL
from tests.server.actions.people import someone


async def test_a_manager_of_a_directorate_sees_no_letter_to_an_administrator_there(
    store: Store, actions: Actions
) -> None:
    (ddt,) = [unit for unit in await store.directorates.all() if unit.code == "DDT"]
    for agent_id in (MARIE, PAUL):
        mail = NewMail(agent_id, "reset", "x@ddt.example", Letter("", "", ""), NOW_S + 9_000)
        await store.links.make(f"{agent_id}", NOW_S + 9_000, mail, NOW_S)
    await store.roles.give(MARIE, RoleGrant(0, Role.ADMINISTRATOR, WHOLE, NOW_S), None, "Essai")
    there = someone(Role.MANAGER, Scope(frozenset({ddt.directorate_id})))
    assert await outbox.log(there, 9, None, actions) == []
    with pytest.raises(Refused) as refused:
        await outbox.drop(there, OneMail(mail_id=1), actions)
    assert refused.value.first.reason is Reason.NO_SUCH_MAIL
    for who in (someone(Role.MANAGER), Operator()):
        assert len(await outbox.log(who, 9, None, actions)) == 2

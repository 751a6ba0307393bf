"""What a person or a program can do: one plain async function and one request type for each thing.

    booking = await bookings.extend(actor, bookings.Extend(booking_id=7, ends_at_s=...), actions)

Pages, JSON API, command line, fleet file and demonstration all come through here, so a rule has one
answer. An action asks the rules (fleet/), has the store commit, and wakes the boxes concerned; it
raises Refused (fleet/refusals.py) when it does not do what was asked. Never here: HTTP, forms, SQL,
words in a language.
"""

from server.actions.actor import Actor, Operator, Person, acting, manager_only
from server.actions.tools import Actions

__all__ = ["Actions", "Actor", "Operator", "Person", "acting", "manager_only"]

"""The pages, one file for each thing people come for; each file ends with its routes.

Thin: a page reads a form into a request, asks an action, shows what it said. Never here: rules.
"""

from server.web.pages import (
    accessibility,
    badges,
    bookings,
    boxes,
    doubtful_trips,
    ending,
    enrolment,
    feedback,
    password_codes,
    people,
    pool,
    profile,
    rebooking,
    refusals,
    roles,
    sign_in,
    signing_in,
    tables,
    theft,
    to_do,
    trips,
)

ROUTES = (
    *accessibility.ROUTES,
    *sign_in.ROUTES,
    *bookings.ROUTES,
    *rebooking.ROUTES,
    *trips.ROUTES,
    *ending.ROUTES,
    *feedback.ROUTES,
    *refusals.ROUTES,
    *enrolment.ROUTES,
    *badges.ROUTES,
    *boxes.ROUTES,
    *to_do.ROUTES,
    *doubtful_trips.ROUTES,
    *theft.ROUTES,
    *profile.ROUTES,
    *password_codes.ROUTES,
    *pool.ROUTES,
    *people.ROUTES,
    *roles.ROUTES,
    *tables.ROUTES,
    *signing_in.ROUTES,
)

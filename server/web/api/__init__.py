"""The JSON API, with the pages' session cookie, roles and rules; each file ends with its routes.

Instants are integer UTC seconds, distances integer metres. An error is
`{"error": code, "message": words, "field": name or null}` with a 4xx status; of what is no JSON at
all, `field` is the line and column. Writing needs a JSON body or a method that no other site's page
can send unasked (see security.same_origin).
"""

from server.web.api import bookings, boxes, cars, session, trips

ROUTES = (
    *session.ROUTES,
    *bookings.ROUTES,
    *trips.ROUTES,
    *cars.ROUTES,
    *boxes.ROUTES,
)

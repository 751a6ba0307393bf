"""The pages and the JSON API: `setup(app)` reads as a table of contents.

Expects STORE, CLOCK, CONFIG and NOTIFY in the application. Never here: SQL, sockets, rules.
"""

from pathlib import Path

from aiohttp import web

from server.app_keys import CONFIG
from server.web import (
    api,
    auth,
    badges,
    bookings,
    boxes,
    ending,
    feedback,
    pages,
    rebooking,
    refusals,
    security,
    trips,
)
from server.web.i18n import WORDS, load_words
from server.web.throttle import Throttle

_STATIC = Path(__file__).parent / "static"


def setup(app: web.Application) -> None:
    """Add every page to the application."""
    app[WORDS] = load_words(app[CONFIG].timezone)
    app[auth.THROTTLE] = Throttle()
    pages.setup(app)
    session = security.setup(app)
    # Outermost first: an error page, too, needs the session.
    app.middlewares.extend((session, pages.error_pages, security.same_origin, auth.load_agent))
    app.add_routes(
        [
            web.get("/", auth.home),
            web.get("/connexion", auth.show_sign_in),
            web.post("/connexion", auth.sign_in),
            web.post("/deconnexion", auth.sign_out),
            web.post("/langue", pages.choose_language),
            web.get("/reservations", bookings.show_list),
            web.get("/reservations/nouvelle", bookings.show_form),
            web.post("/reservations/nouvelle", bookings.create),
            web.get("/reservations/{id:[0-9]{1,18}}/annuler", bookings.show_cancel),
            web.post("/reservations/{id:[0-9]{1,18}}/annuler", bookings.cancel),
            web.get("/reservations/{id:[0-9]{1,18}}/voiture", rebooking.show_cars),
            web.post("/reservations/{id:[0-9]{1,18}}/voiture", rebooking.move),
            web.get("/reservations/{id:[0-9]{1,18}}/prolonger", rebooking.show_extend),
            web.post("/reservations/{id:[0-9]{1,18}}/prolonger", rebooking.extend),
            web.get("/trajets", trips.show_log),
            web.get("/trajets/{id:[0-9]{1,18}}", trips.show_trip),
            web.get("/trajets/{id:[0-9]{1,18}}/terminer", ending.show_form),
            web.post("/trajets/{id:[0-9]{1,18}}/terminer", ending.end),
            web.get("/trajets/{id:[0-9]{1,18}}/avis", feedback.show_form),
            web.post("/trajets/{id:[0-9]{1,18}}/avis", feedback.send),
            web.get("/avis", feedback.show_list),
            web.get("/avis/{id:[0-9]{1,18}}", feedback.show_answer),
            web.post("/avis/{id:[0-9]{1,18}}", feedback.send_answer),
            web.get("/badges-refuses", refusals.show_list),
            web.get("/badges", badges.show_list),
            web.get("/badges/{id:[0-9]{1,18}}/bloquer", badges.show_block),
            web.post("/badges/{id:[0-9]{1,18}}/bloquer", badges.block),
            web.get("/boitiers", boxes.show_list),
            web.get("/api/trips", api.list_trips),
            web.get("/api/trips/{id:[0-9]{1,18}}", api.show_trip),
            web.post("/api/trips/{id:[0-9]{1,18}}/feedback", api.give_feedback),
            web.get("/api/feedback", api.list_feedback),
            web.post("/api/feedback/{id:[0-9]{1,18}}/answer", api.answer_feedback),
            web.get("/api/vehicles", api.list_vehicles),
            web.get("/api/equipment", api.list_equipment),
            web.get("/api/bookings", api.list_bookings),
            web.post("/api/bookings", api.create_booking),
            web.delete("/api/bookings/{id:[0-9]{1,18}}", api.cancel_booking),
            web.post("/api/bookings/{id:[0-9]{1,18}}/vehicle", api.move_booking),
            web.post("/api/bookings/{id:[0-9]{1,18}}/end", api.extend_booking),
            web.get("/api/refusals", api.list_refusals),
            web.static("/static", _STATIC),
        ]
    )

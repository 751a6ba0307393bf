"""What people do at the server with their phones: a function for each of the scenario's words.

Never looks at the car; never waits.
"""

from simulator.errors import SimulatorError
from simulator.phone import Phone


def book(phone: Phone, plate: str, begins_s: int, ends_s: int) -> None:
    """Book a car, in Unix seconds; Refused when it is taken (409) or the rules say no."""
    cars = {car["plate"]: car["vehicle_id"] for car in phone.get("/api/vehicles")["vehicles"]}
    wanted = {"vehicle_id": cars[plate], "starts_at_s": begins_s, "ends_at_s": ends_s}
    phone.post("/api/bookings", wanted | {"purpose": "Simulation"})


def cancel(phone: Phone) -> None:
    """Cancel the booking this person made last, cancelled already or not; Refused when it is over.

    Raises:
        SimulatorError: there is none.
    """
    booked = [booking["booking_id"] for booking in phone.get("/api/bookings")["bookings"]]
    if not booked:
        raise SimulatorError("nothing is booked that could be cancelled")
    phone.delete(f"/api/bookings/{max(booked)}")

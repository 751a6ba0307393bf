"""The boxes' side of the server: sockets <-> Session, and the pipeline a record goes through.

`setup(app)` adds it to the application. Never here: SQL, pages, the rules of the fleet.
"""

from server.gateway.listener import LISTENER, Listener, setup

__all__ = ["LISTENER", "Listener", "setup"]

"""`python -m tests.server.roles` writes docs/roles.md anew."""

from tests.server.roles.table import write

write()

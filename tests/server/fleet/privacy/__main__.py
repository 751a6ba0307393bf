"""`python -m tests.server.fleet.privacy` writes docs/personal-data.md anew."""

from tests.server.fleet.privacy.table import write

write()

"""The settings of a server, read from one TOML file; `packaging/voiturier.toml` explains each.

Never here: what is typed on the command line (server/commands/), what a setting does.
"""

from server.settings.reading import SECRETS, Mistake, SettingsError, read

__all__ = ["SECRETS", "Mistake", "SettingsError", "read"]

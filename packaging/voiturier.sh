#!/bin/sh
# /usr/local/bin/voiturier: the command under the server's own user, also when root types it. Files
# of root among the server's would stop it; files that it is to read must be readable by its group.
set -eu
installed=/opt/voiturier/current/.venv/bin/voiturier
[ "$(id -u)" = 0 ] || exec "$installed" "$@"
exec runuser -u voiturier -- "$installed" "$@"

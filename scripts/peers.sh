#!/bin/sh
# Fetches the strangers that judge us (design.md, "Proof"): gpsd, libnfc, gammu, ModemManager, nginx,
# Caddy, a Debian of its own, a browser, a fuzzer. What needs root and has none is named, and the
# tests that need it skip.
set -eu
cd "$(dirname "$0")/.."

# program:package
missing=
for pair in gpsd:gpsd gpspipe:gpsd-clients nfc-list:libnfc-bin gammu:gammu \
    ModemManager:modemmanager dbus-daemon:dbus chromium:chromium nginx:nginx caddy:caddy \
    openssl:openssl systemd-analyze:systemd mmdebstrap:mmdebstrap; do
    command -v "${pair%%:*}" >/dev/null || [ -x "/usr/sbin/${pair%%:*}" ] || missing="$missing ${pair##*:}"
done
if [ -z "$missing" ]; then
    :
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "peers: installing$missing"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing; } \
        >/dev/null 2>&1 || echo "peers: apt-get could not install$missing; the tests that need them will skip" >&2
else
    echo "peers: missing$missing; the tests that need them will skip (as root: apt-get install$missing)" >&2
fi

if ! .venv/bin/python -c 'import atheris' 2>/dev/null; then
    echo "peers: installing atheris"
    # Built packages only: compiling it takes a whole LLVM.
    .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
        -r requirements/fuzz.txt 2>/dev/null ||
        echo "peers: PyPI has no atheris built for this machine; fuzzing will skip" >&2
fi

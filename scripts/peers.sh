#!/bin/sh
# Fetches the strangers that judge us (design.md, "Proof"): gpsd and a browser.
# As root they are installed; otherwise it says what is missing and the tests that need it skip.
set -eu
missing=
for pair in gpsd:gpsd gpspipe:gpsd-clients chromium:chromium; do
    command -v "${pair%%:*}" >/dev/null || [ -x "/usr/sbin/${pair%%:*}" ] || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "peers: installing$missing"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing; } \
        >/dev/null 2>&1 || echo "peers: apt-get could not install$missing; the tests that need them will skip" >&2
else
    echo "peers: missing$missing; the tests that need them will skip (as root: apt-get install$missing)" >&2
fi

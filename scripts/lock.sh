#!/bin/sh
# Writes requirements/*.txt and package-lock.json anew: versions and hashes, never an address.
# Run it by hand when a dependency changes; nothing else calls it.
set -eu
cd "$(dirname "$0")/.."
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet pip-tools
for set in run flash dev node fuzz; do
    "$venv/bin/pip-compile" --quiet --generate-hashes --allow-unsafe --strip-extras \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
        --output-file "requirements/$set.txt" "requirements/$set.in"
done
npm install --package-lock-only --ignore-scripts
# npm copies its packages' funding addresses into the lock; installing needs none of them.
node -e '
const fs = require("fs");
const lock = JSON.parse(fs.readFileSync("package-lock.json"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
fs.writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n");
'

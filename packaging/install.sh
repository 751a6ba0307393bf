#!/bin/sh
# Prepares one version beside the others, from a release's own packages: no internet, no index.
#
#   packaging/install.sh WHEELS    from where the release's archive was unpacked
#
# Changes nothing that runs: /opt/voiturier/current says which version does (docs/operating.en.md).
set -eu
umask 022 # the server reads it, as another user than root
wheels=$(cd "${1:?install: which folder of wheels?}" && pwd)
cd "$(dirname "$0")/.."
rm -rf .venv
python3 -m venv .venv
pip="$PWD/.venv/bin/pip install --quiet --disable-pip-version-check --no-index"
$pip --find-links "$wheels" --require-hashes -r requirements/run.txt
$pip --no-build-isolation --no-deps --editable .
.venv/bin/python -m compileall -q server shared_protocol # the server itself may not write here
.venv/bin/voiturier --version

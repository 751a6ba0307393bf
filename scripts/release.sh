#!/bin/sh
# Makes a release of the commit that is checked out, in dist/voiturier-VERSION/:
#
#   voiturier-VERSION.tar.gz   the source, with the pages' assets and texts made: needs no npm
#   wheels/                    the Python packages, as requirements/run.txt locks them, for this kind
#                              of machine and this Python: a server installs without the internet
#   sbom.cdx.json              what it is all made of (CycloneDX)
#   SHA256SUMS                 of all of these
#
# scripts/release.sh [--without-wheels]. The same commit gives the same bytes. The version is that of
# pyproject.toml. Publishes nothing and sets no tag.
set -eu
cd "$(dirname "$0")/.."
case "${1:-}" in
-h | --help)
    sed -n '2,/^set/{/^set/d; s/^# \{0,1\}//; p;}' "$0"
    exit
    ;;
"" | --without-wheels) ;;
*) echo "release: no option $1 (see --help)" >&2; exit 2 ;;
esac
[ -z "$(git status --porcelain)" ] || {
    echo "release: something here is not committed, so nobody could make this release again" >&2
    exit 2
}
scripts/setup.sh dev >&2
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
name=voiturier-$version
at_s=$(git log -1 --format=%ct) # all times of the release are its commit's
release=dist/$name
rm -rf "$release"
mkdir -p "$release"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git archive --prefix="$name/" HEAD | tar -x -C "$work"
cp -R server/web/static/vendor "$work/$name/server/web/static/"
for made in $(git ls-files --others --ignored --exclude-standard -- '*.mo'); do
    cp "$made" "$work/$name/$made"
done
tar -c -C "$work" --sort=name --mtime="@$at_s" --owner=0 --group=0 --numeric-owner \
    --mode=u=rwX,go=rX "$name" | gzip -n -9 >"$release/$name.tar.gz"

if [ "${1:-}" != --without-wheels ]; then
    .venv/bin/pip download --quiet --disable-pip-version-check --require-hashes --no-deps \
        --dest "$release/wheels" --requirement requirements/run.txt
fi
.venv/bin/python scripts/sbom.py "$version" "$at_s" >"$release/sbom.cdx.json"
(cd "$release" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | sed 's|^\./||' |
    xargs sha256sum >"$work/sums" && mv "$work/sums" SHA256SUMS)
echo "$release: $(du -sh "$release" | cut -f1), $(wc -l <"$release/SHA256SUMS") files"

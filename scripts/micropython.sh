#!/bin/sh
# Puts a MicroPython >= 1.24 for this host at .tools/micropython/micropython: with 32-bit words, as
# the box's chip has them, where the machine can run such a program; else with its own words.
# Takes the first of: a copy cached by an earlier set-up; Debian 13's i386 packages, unpacked
# privately (no root needed, nothing of the system is changed); one on PATH; Debian 13's packages
# of the machine's own kind. The last is also put at .tools/micropython/micropython-64, when
# asked for with `--both`: to compare what the two kinds of words cost.
set -eu
cd "$(dirname "$0")/.."
target=.tools/micropython
cache=${XDG_CACHE_HOME:-$HOME/.cache}/voiturier/micropython
mkdir -p "$target"

works() {
    "$1" -c 'import sys; from vfs import VfsLfs2; assert sys.implementation[1] >= (1, 24)' \
        >/dev/null 2>&1
}
say() { echo "MicroPython: $*"; }

# The machine's own mirror, so that no host is written down. Security mirrors come with the same
# label but have no such suite: the main repository's address names no "security".
mirror() {
    found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
        grep -v security | sort -u | head -n 1)
    [ -n "$found" ] || found=$(sed -n 's/^URIs: *//p; s/^deb  *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\).*/\2/p' \
        /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null |
        grep -v security | head -n 1)
    echo "$found"
}

# fetch ARCHITECTURE: Debian 13's packages of it, unpacked in the cache. False when it cannot.
fetch() {
    [ -d "$cache/$1" ] && return
    for tool in apt-get dpkg-deb; do
        command -v $tool >/dev/null || { say "$tool, which would fetch Debian's, is missing" >&2; return 1; }
    done
    from=$(mirror)
    [ -n "$from" ] || { say "this machine's apt names no Debian mirror" >&2; return 1; }
    say "fetching Debian 13's packages ($1) ..."
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/fetch.XXXXXX")
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keyring] $from trixie main" >"$work/sources.list"
    cat >"$work/apt.conf" <<CONF
APT::Architecture "$1";
APT::Architectures {"$1";};
Dir::State "$work/state";
Dir::State::status "/dev/null";
Dir::Cache "$work/cache";
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
APT::Sandbox::User "";
CONF
    packages="micropython libc6 libffi8 libmbedtls21 libmbedcrypto16 libmbedx509-7"
    [ "$1" = i386 ] && packages="$packages libgcc-s1"
    # Shown only when it failed: a machine's own clean-up hooks complain without root.
    if (
        cd "$work"
        export APT_CONFIG="$work/apt.conf"
        apt-get -qq update && apt-get -qq download $packages
        for deb in *.deb; do dpkg-deb -x "$deb" root; done
    ) >"$work/log" 2>&1; then
        mv -T "$work/root" "$cache/$1"
        rm -rf "$work"
    else
        cat "$work/log" >&2
        rm -rf "$work"
        return 1
    fi
}

# launcher ARCHITECTURE FILE: a program that starts it. The newer libraries stay private: it is
# started through its own loader. False when it does not run here.
launcher() {
    libraries=$(dirname "$(find "$cache/$1" -name 'libc.so.6' | head -n 1)")
    loader=$(find "$cache/$1" -name 'ld-linux*.so.*' | head -n 1)
    cat >"$2.new" <<RUN
#!/bin/sh
exec "$loader" --library-path "$libraries" "$cache/$1/usr/bin/micropython" "\$@"
RUN
    chmod +x "$2.new"
    works "$2.new" && mv "$2.new" "$2" || { rm "$2.new"; return 1; }
}

chosen() {
    say "$("$target/micropython" -c 'import sys
print(sys.version.split("; ")[1], "with words of", 64 if sys.maxsize >> 32 else 32, "bits")')"
}

native=$(dpkg --print-architecture 2>/dev/null || echo none)
if [ "${1:-}" = --both ] && ! works "$target/micropython-64"; then
    fetch "$native" && launcher "$native" "$target/micropython-64" ||
        { say "there is none of this machine's own words" >&2; exit 1; }
fi
[ -x "$target/micropython" ] && works "$target/micropython" && exit 0
rm -f "$target/micropython"
if [ "$native" = amd64 ] && fetch i386 && launcher i386 "$target/micropython"; then
    :
elif on_path=$(command -v micropython) && works "$on_path"; then
    ln -s "$on_path" "$target/micropython"
elif fetch "$native" && launcher "$native" "$target/micropython"; then
    :
else
    say "1.24 or newer is missing. Install micropython so that it is on PATH." >&2
    exit 1
fi
chosen

#!/bin/sh
# Puts a MicroPython >= 1.24 for this host at .tools/micropython/micropython.
# Takes the first of: one on PATH; a copy cached by an earlier set-up; Debian 13's packages,
# unpacked privately (no root needed, nothing of the system is changed).
set -eu
cd "$(dirname "$0")/.."
target=.tools/micropython
cache=${XDG_CACHE_HOME:-$HOME/.cache}/voiturier/micropython
packages="micropython libc6 libffi8 libmbedtls21 libmbedcrypto16 libmbedx509-7"

works() {
    "$1" -c 'import sys; from vfs import VfsLfs2; assert sys.implementation[1] >= (1, 24)' \
        >/dev/null 2>&1
}

[ -x "$target/micropython" ] && works "$target/micropython" && exit 0
rm -rf "$target"
mkdir -p "$target"

if on_path=$(command -v micropython) && works "$on_path"; then
    ln -s "$on_path" "$target/micropython"
    echo "MicroPython: $on_path"
    exit 0
fi

if ! [ -d "$cache/root" ]; then
    for tool in apt-get dpkg-deb; do
        command -v $tool >/dev/null || {
            echo "MicroPython 1.24 or newer is missing, and $tool, which would fetch Debian's," \
                "is missing too. Install micropython so that it is on PATH." >&2
            exit 1
        }
    done
    echo "MicroPython: fetching Debian 13's packages (16 MB) ..."
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root"
    # The mirror is the machine's own, so that no host is written down. Security mirrors come
    # with the same label but have no such suite: the main repository's address names no "security".
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
        grep -v security | sort -u | head -n 1)
    [ -n "$mirror" ] || mirror=$(sed -n 's/^URIs: *//p; s/^deb  *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\).*/\2/p' \
        /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null |
        grep -v security | head -n 1)
    [ -n "$mirror" ] || { echo "MicroPython: this machine's apt names no Debian mirror." >&2; exit 1; }
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keyring] $mirror trixie main" >"$work/sources.list"
    cat >"$work/apt.conf" <<CONF
Dir::State "$work/state";
Dir::State::status "/dev/null";
Dir::Cache "$work/cache";
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
APT::Sandbox::User "";
CONF
    # Shown only when it failed: a machine's own clean-up hooks complain without root.
    (
        cd "$work"
        export APT_CONFIG="$work/apt.conf"
        apt-get -qq update && apt-get -qq download $packages
    ) >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    for deb in "$work"/*.deb; do
        dpkg-deb -x "$deb" "$work/root"
    done
    mv -T "$work/root" "$cache/root"
fi

# The newer libraries stay private: the program is started through its own loader.
libraries=$(dirname "$(find "$cache/root" -name 'libc.so.6' | head -n 1)")
loader=$(find "$cache/root" -name 'ld-linux-*.so.*' -path '*/lib/*' | head -n 1)
cat >"$target/micropython" <<RUN
#!/bin/sh
exec "$loader" --library-path "$libraries" "$cache/root/usr/bin/micropython" "\$@"
RUN
chmod +x "$target/micropython"
works "$target/micropython" || { echo "MicroPython was unpacked but does not start." >&2; exit 1; }
echo "MicroPython: $("$target/micropython" -c 'import sys; print(sys.version)')"

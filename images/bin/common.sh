# Shared by the steps of the recipe; sourced, never run.
# shellcheck shell=sh

set -eu

images=$(cd "$(dirname "$0")/.." && pwd)
checkout=$(cd "$images/.." && pwd)
# Gigabytes that outlive one build stay outside the checkout.
cache=${MADOGUCHI_CACHE:-$HOME/.cache/madoguchi}
build_root=$cache/build-root
out=$cache/image

# The Debian release of the terminal, and of the tools that make it.
release=trixie
# The one after it, where something is needed that the release does not have.
next_release=forky

say() {
    printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >&2
}

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

need_root() {
    [ "$(id -u)" -eq 0 ] || die 'run it as root: `sudo make image`, with the variables that you set behind sudo'
}

# Where this machine gets Debian from: `main`, then `security`. No address stands in the
# recipe; a machine behind a mirror builds from its mirror.
debian_mirror() {
    case $1 in
    main) wanted='-v security' ;;
    security) wanted='security' ;;
    esac
    # shellcheck disable=SC2086
    uri=$(apt-get indextargets --format '$(ORIGIN)|$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
        sed -n 's/^Debian|//p' | sort -u | grep ${wanted} | head -n 1 | cut -d' ' -f1)
    [ -n "$uri" ] || die "apt of this machine knows no Debian $1 archive; add one to its sources"
    printf '%s\n' "$uri"
}

# What mmdebstrap reads as sources.list: $1 = components.
debian_sources() {
    printf 'deb %s %s %s\n' "$(debian_mirror main)" "$release" "$1"
    printf 'deb %s %s-security %s\n' "$(debian_mirror security)" "$release" "$1"
}

# Apt for arm64 packages of another suite, with lists of its own, so that the machine's stay as they
# are: SUITE FOLDER. Afterwards `with_apt` runs apt's programs so, and packages lie in FOLDER/packages.
apt_of() {
    apt=$2
    rm -rf "$apt"
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/packages"
    printf 'deb [signed-by=%s] %s %s main\n' /usr/share/keyrings/debian-archive-keyring.gpg \
        "$(debian_mirror main)" "$1" >"$apt/sources.list"
    : >"$apt/status"
    with_apt apt-get update
}

with_apt() {
    program=$1
    shift
    "$program" -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
        -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
        -o APT::Sandbox::User=root "$@"
}

# Name, version and licence of a package file.
PACKAGE_ROW='${Package}\t${Version}\t/usr/share/doc/${Package}/copyright\n'

# Runs a command inside the build root, with the checkout, the cache and cargo's registry at
# the same places as outside. The mounts end with the command. With `in_place=exec` the caller
# becomes the command, so that whoever kills the one kills the other.
in_build_root() {
    registry=${CARGO_HOME:-$HOME/.cargo}/registry
    mkdir -p "$build_root$checkout" "$build_root$cache" "$build_root$registry"
    ${in_place:-} unshare --mount --pid --fork --kill-child sh -eu -c '
        root=$1 checkout=$2 cache=$3 registry=$4
        shift 4
        for place in "$checkout" "$cache" "$registry"; do
            mount --rbind "$place" "$root$place"
        done
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" /usr/bin/env -i \
            HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
            CARGO_HOME="${registry%/registry}" "$@"
    ' sh "$build_root" "$checkout" "$cache" "$registry" "$@"
}

# For parts.sh.
tool() {
    in_build_root "$@"
}

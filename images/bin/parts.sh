# What the recipe and the boot check of `make test` make in the same way; sourced, never run.
# shellcheck shell=sh
#
# Whoever sources it has `images`, `die`, and a function `tool` that runs a command of Debian
# wherever such commands are.

# The folder of an initrd with our init and busybox: WORK BUSYBOX
initrd_folder() {
    rm -rf "$1"
    mkdir -p "$1/bin" "$1/lib" "$1/etc" "$1/modules" "$1/proc" "$1/sys" "$1/dev" "$1/run" \
        "$1/sysroot" "$1/tmp" "$1/usr/share/madoguchi"
    install -m 755 "$images/initrd/init" "$1/init"
    install -m 755 "$2" "$1/bin/busybox"
    for applet in sh mount umount cat grep sed cut tr insmod sleep reboot mkdir chown chmod sync switch_root echo; do
        ln -s busybox "$1/bin/$applet"
    done
}

# Programs with the libraries that they name, and the ones that those name.
# WORK READELF LIBRARIES PROGRAM…
initrd_programs() {
    to=$1 readelf=$2 libraries=$3
    shift 3
    for program in "$@"; do
        install -m 755 "$program" "$to/bin/"
        take_libraries "$program"
    done
    # glibc opens it when a thread is cancelled; nobody names it.
    cp -L "$libraries/libgcc_s.so.1" "$to/lib/" 2>/dev/null || true
}

take_libraries() {
    for library in $(tool "$readelf" -d "$1" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
        [ -e "$to/lib/$library" ] && continue
        found=$(find -L "$libraries" -maxdepth 1 -name "$library" | head -n 1)
        [ -n "$found" ] || die "the initrd misses $library"
        cp -L "$found" "$to/lib/$library"
        take_libraries "$found"
    done
}

# Names of the modules of a kernel, as modules name each other: ROOT KERNEL
module_names() {
    tool sh -euc '
        find "$1/lib/modules/$2/kernel" -name "*.ko*" | sed "s#.*/##; s#\.ko.*##" | tr - _ | sort -u
    ' sh "$1" "$2"
}

# What modules cannot be loaded without, and what they say has to be there first (of which some are
# names of other things): MODINFO-ARGUMENT…
modules_needed() {
    tool modinfo -F depends "$@" | tr ',-' ' _'
}
modules_wanted() {
    tool modinfo -F softdep "$@" | sed -n 's/^pre: *//p' | tr - _
}

# Ends the build when a module, or one that it needs or wants, is not there: ROOT KERNEL ALL MODULE
# ALL names the kernel's modules before some were taken away. `modprobe` says nothing of a module
# that is needed and missing.
loadable() {
    known=$(module_names "$1" "$2" | tr '\n' ' ') all=$3
    asked=' '
    case " $known " in *" $4 "*) ;; *) die "the kernel $2 has no module $4" ;; esac
    needs_loadable "$1" "$2" "$4"
}

needs_loadable() {
    for need in $(modules_needed -b "$1" -k "$2" "$3"; modules_wanted -b "$1" -k "$2" "$3"); do
        case $asked in *" $need "*) continue ;; esac
        asked="$asked$need "
        case " $known " in
        *" $need "*) needs_loadable "$1" "$2" "$need" ;;
        *)
            case " $all " in *" $need "*) die "the module $3 of $2 needs $need, which was taken away" ;; esac
            ;;
        esac
    done
}

# Modules in the order in which they can be loaded, unpacked so that busybox can.
# WORK LIST ROOT KERNEL MODULE…
initrd_modules() {
    to=$1 list=$2 root=$3 kernel=$4
    shift 4
    for module in "$@"; do
        tool modprobe -d "$root" -S "$kernel" --show-depends --ignore-install "$module" 2>/dev/null |
            sed -n 's/^insmod \([^ ]*\).*/\1/p'
    done | awk '!seen[$0]++' | while read -r path; do
        name=$(basename "$path" .xz)
        case $path in
        *.xz) xz -dc "$path" >"$to/modules/$name" ;;
        *) cp "$path" "$to/modules/$name" ;;
        esac
        echo "$name"
    done >"$to/modules/$list"
    have=$(find "$to/modules" -name '*.ko' -exec basename {} .ko \; | tr '-' '_' | tr '\n' ' ')
    all=$(module_names "$root" "$kernel" | tr '\n' ' ')
    for need in $(modules_needed "$to"/modules/*.ko; modules_wanted "$to"/modules/*.ko); do
        case " $have " in *" $need "*) continue ;; esac
        case " $all " in *" $need "*) die "a module of the initrd needs $need, which is not in it" ;; esac
    done
}

# Packs a folder as the kernel reads an initrd: FOLDER TO
pack() {
    tool sh -eu -c '
        cd "$1"
        find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 >"$2"
    ' sh "$1" "$2"
}

# Packs a root file system read-only, with a tree of hashes behind it; the top of the tree
# goes into TOP, for the initrd. FOLDER IMAGE TOP OPTION…
seal() {
    folder=$1 image=$2 top=$3
    shift 3
    rm -f "$image"
    tool mkfs.erofs --quiet -zlz4hc -C65536 "$@" "$image" "$folder"
    size=$(stat -c %s "$image")
    hash=$(tool veritysetup format "$image" "$image" --hash-offset="$size" |
        sed -n 's/^Root hash:[[:space:]]*//p')
    [ -n "$hash" ] || die 'veritysetup gave no root hash'
    printf 'root_hash=%s\nhash_offset=%s\n' "$hash" "$size" >"$top"
}

# An empty disk with our partitions; only what is written takes room: DISK
empty_disk() {
    rm -f "$1"
    truncate -s 6922M "$1"
    tool sfdisk --quiet "$1" <"$images/disk.table"
}

# Where a partition begins, in MiB: NUMBER
partition_start() {
    sed -n 's/^start=\([0-9]*\)MiB.*/\1/p' "$images/disk.table" | sed -n "$1p"
}

# Writes into a partition what is not zero: DISK NUMBER FROM
place() {
    dd if="$3" of="$1" bs=1M seek="$(partition_start "$2")" conv=notrunc,sparse status=none
}

#!/usr/bin/env bash
# test_installed.sh BUILD SOURCE CMAKE: installs BUILD into a folder of its own and builds the example
# against it, in each of the ways there are.
set -euo pipefail
build=$1 source=$2 cmake=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix=$scratch/prefix

"$cmake" --install "$build" --prefix "$prefix" >"$scratch/log"
libdir=$(dirname "$(find "$prefix" -name libtrainreel.a)")

run() {
    local name=$1 program=$2
    mkdir "$scratch/$name"
    (cd "$scratch/$name" && LD_LIBRARY_PATH="$libdir" "$program")
    test -s "$scratch/$name/out/neuron.mp4"
    cmp "$scratch/$name/out/neuron.mp4" "$scratch/first.mp4" 2>/dev/null ||
        { test ! -e "$scratch/first.mp4" && cp "$scratch/$name/out/neuron.mp4" "$scratch/first.mp4"; }
}

for static in OFF ON; do
    "$cmake" -S "$source/project" -B "$scratch/build-$static" -DCMAKE_PREFIX_PATH="$prefix" \
        -DTRAINREEL_USE_STATIC=$static >"$scratch/log"
    "$cmake" --build "$scratch/build-$static" >"$scratch/log"
    run "cmake-$static" "$scratch/build-$static/example"
done

export PKG_CONFIG_PATH=$libdir/pkgconfig
read -ra flags <<<"${CFLAGS:-} $(pkg-config --define-variable=prefix="$prefix" --cflags --libs trainreel)"
"${CC:-cc}" "$source/example.c" -o "$scratch/shared" "${flags[@]}"
run pkg-config-shared "$scratch/shared"
read -ra flags <<<"${CFLAGS:-} $(pkg-config --define-variable=prefix="$prefix" --static --cflags --libs trainreel)"
"${CC:-cc}" "$source/example.c" -o "$scratch/static" "${flags[@]/-ltrainreel/$libdir/libtrainreel.a}"
run pkg-config-static "$scratch/static"

"$prefix/bin/trainreel" --version
echo "installed, found and used in four ways"

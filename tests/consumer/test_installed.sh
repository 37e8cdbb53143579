#!/usr/bin/env bash
# test_installed.sh BUILD SOURCE CMAKE: installs BUILD into a folder of its own and builds the examples
# against it, in each of the ways there are.
set -euo pipefail
build=$1 source=$2 cmake=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix=$scratch/prefix

"$cmake" --install "$build" --prefix "$prefix" >"$scratch/log"
libdir=$(dirname "$(find "$prefix" -name libtrainreel.a)")

# run NAME EXAMPLE VIDEO PROGRAM: the example's video is the same in whichever way it was built.
run() {
    local folder=$scratch/$1-$2 first=$scratch/first-$3.mp4
    mkdir "$folder"
    (cd "$folder" && LD_LIBRARY_PATH="$libdir" "$4")
    test -s "$folder/out/$3.mp4"
    test -e "$first" || cp "$folder/out/$3.mp4" "$first"
    cmp "$folder/out/$3.mp4" "$first"
}

for static in OFF ON; do
    "$cmake" -S "$source/project" -B "$scratch/build-$static" -DCMAKE_PREFIX_PATH="$prefix" \
        -DTRAINREEL_USE_STATIC=$static >"$scratch/log"
    "$cmake" --build "$scratch/build-$static" >"$scratch/log"
    run "cmake-$static" example neuron "$scratch/build-$static/example"
    run "cmake-$static" example_loop sine "$scratch/build-$static/example_loop"
done

export PKG_CONFIG_PATH=$libdir/pkgconfig
flags() {
    pkg-config "$@" --cflags --libs trainreel
}
read -ra shared <<<"${CFLAGS:-} $(flags) -lm"
read -ra static <<<"${CFLAGS:-} $(flags --static)"
for example in example:neuron example_loop:sine; do
    name=${example%:*} video=${example#*:}
    "${CC:-cc}" "$source/$name.c" -o "$scratch/$name-shared" "${shared[@]}"
    run pkg-config-shared "$name" "$video" "$scratch/$name-shared"
    "${CC:-cc}" "$source/$name.c" -o "$scratch/$name-static" \
        "${static[@]/-ltrainreel/$libdir/libtrainreel.a}"
    run pkg-config-static "$name" "$video" "$scratch/$name-static"
done

"$prefix/bin/trainreel" --version
echo "installed, found and used in four ways"

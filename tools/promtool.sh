#!/bin/sh
# Puts promtool, the judge of monitoring/, into .tools/bin and prints its path.
# Taken from the Prometheus image where Docker has it (the version that Compose starts), else from the distribution's package.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
target="$root/.tools/bin/promtool"
image=prom/prometheus:v3.5.0

if [ -x "$target" ]; then
    echo "$target"
    exit 0
fi
mkdir -p "$root/.tools/bin"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

from_image() {
    docker image inspect "$image" >/dev/null 2>&1 || return 1
    container=$(docker create "$image") || return 1
    docker cp -L "$container:/bin/promtool" "$work/promtool" >/dev/null 2>&1 ||
        docker cp -L "$container:/usr/bin/promtool" "$work/promtool" >/dev/null 2>&1 || true
    docker rm "$container" >/dev/null
    [ -s "$work/promtool" ]
}

from_package() {
    command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || return 1
    (cd "$work" && apt-get download -qq prometheus >/dev/null 2>&1 && dpkg-deb -x prometheus_*.deb unpacked) || return 1
    mv "$work/unpacked/usr/bin/promtool" "$work/promtool"
}

if ! from_image && ! from_package; then
    echo "promtool.sh: neither the image $image nor the Debian package prometheus can be had; install promtool by hand" >&2
    exit 1
fi
chmod 755 "$work/promtool"
"$work/promtool" --version >/dev/null
mv "$work/promtool" "$target"
echo "$target"

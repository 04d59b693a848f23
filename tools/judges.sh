#!/bin/sh
# Installs the judges of rendered trees below .tools/: each set in an environment of its own. Does nothing when they are there.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-"$root/.venv/bin/python"}
[ -x "$python" ] || python=python3

install() {
    environment="$root/.tools/$1"
    requirements="$root/tests/golden/judges/$2"
    if [ -f "$environment/installed.txt" ] && cmp -s "$requirements" "$environment/installed.txt"; then
        return
    fi
    "$python" -m venv --clear "$environment"
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$environment/installed.txt"
}

install judges requirements.txt
install checkov requirements-checkov.txt
"$root/tools/promtool.sh"

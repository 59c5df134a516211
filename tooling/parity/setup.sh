#!/bin/sh
# Makes the virtual environment of the parity scripts, outside the repository. Safe to run twice, and by two processes at once.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${MMGEO_CACHE:-$HOME/.cache/mmgeo}
mkdir -p "$cache"
exec 9>"$cache/parity-venv.lock"
flock 9
[ -f "$cache/parity-venv/.complete" ] && exit 0
python3 -m venv "$cache/parity-venv"
"$cache/parity-venv/bin/pip" install --quiet -r "$here/requirements.txt"
touch "$cache/parity-venv/.complete"

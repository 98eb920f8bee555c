#!/usr/bin/env bash
# Stops with one clear sentence when Python or Node.js is missing or too old.
set -euo pipefail

stop() {
    echo "$1" >&2
    exit 1
}

check_python() {
    local python="${PYTHON:-python3}"
    command -v "$python" >/dev/null ||
        stop "$python was not found: install Python 3.10 or newer, or name one with PYTHON=."
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        stop "$("$python" --version) is too old: Python 3.10 or newer is needed; name one with PYTHON=."
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        stop "$python cannot make virtual environments: install its venv module (Debian: apt-get install python3-venv)."
}

check_node() {
    command -v node >/dev/null && command -v npm >/dev/null ||
        stop "Node.js was not found: install version 20.19 or newer with npm, which builds and tests the panel."
    node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)
    ' || stop "Node.js $(node --version) is too old: version 20.19 or newer is needed."
}

for tool in "${@:-all}"; do
    case "$tool" in
    python) check_python ;;
    node) check_node ;;
    all) check_python && check_node ;;
    esac
done

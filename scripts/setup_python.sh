#!/usr/bin/env bash
# Installs the project, editable and with the extras named, into .venv.
#   scripts/setup_python.sh EXTRA[,EXTRA...]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/check_tools.sh python
if ! .venv/bin/python -c '' 2>/dev/null; then
    "${PYTHON:-python3}" -m venv --clear .venv
fi
.venv/bin/python -m pip install --quiet --upgrade pip
# Python compiles what it uses when it uses it
.venv/bin/python -m pip install --no-compile --editable ".[$1]"

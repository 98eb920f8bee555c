#!/usr/bin/env bash
# Installs what the panel is built and tested with.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/check_tools.sh node
if [[ -f js/package-lock.json ]]; then
    npm --prefix js ci --no-audit --no-fund
fi

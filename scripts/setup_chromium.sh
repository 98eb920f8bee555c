#!/usr/bin/env bash
# Makes sure that a Chromium for the browser tests is here.
set -euo pipefail
cd "$(dirname "$0")/.."

found() {
    .venv/bin/python - <<'PYTHON'
import os, shutil, sys
named = os.environ.get("CHROMIUM")
names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
sys.exit(not any(shutil.which(name) for name in names))
PYTHON
}

playwright_has_one() {
    .venv/bin/python - <<'PYTHON'
import os, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not os.path.exists(playwright.chromium.executable_path))
PYTHON
}

if [[ -n "${CHROMIUM:-}" ]] && ! found; then
    echo "CHROMIUM=$CHROMIUM is no program." >&2
    exit 1
fi
if found || playwright_has_one; then
    exit 0
fi
if [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
    echo "Installing Chromium with apt-get."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null || true
fi
if ! found; then
    echo "Installing Chromium with Playwright."
    .venv/bin/python -m playwright install chromium || true
fi
if ! found && ! playwright_has_one; then
    echo "No Chromium here: install one and name it in CHROMIUM." >&2
    exit 1
fi

#!/usr/bin/env bash
# Type checks the library, the demo and the plugin.
#
# The plugin is the package that the repository's root itself is, whatever the folder is
# called; a link gives it the name `plugin`, as tests/harness/plugin_finder.py does.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p .cache/mypy
ln -sfn ../.. .cache/mypy/plugin
packages=()
for package in fiftyone_milvus demo; do
    [[ -d "$package" ]] && packages+=(-p "$package")
done
for package in app operators panels; do
    [[ -d "$package" ]] && packages+=(-p "plugin.$package")
done
MYPYPATH=".cache/mypy:." .venv/bin/python -m mypy "${packages[@]}"

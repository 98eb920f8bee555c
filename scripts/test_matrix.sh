#!/usr/bin/env bash
# Runs the backend's contract on the embedded Milvus with the lowest and the highest
# versions that pyproject.toml allows, each in an environment of its own below
# .cache/matrix. docs/compatibility.md says what was run.
#   scripts/test_matrix.sh [NAME...]
set -euo pipefail
cd "$(dirname "$0")/.."

# name Python fiftyone fiftyone-brain pymilvus milvus-lite
ENVIRONMENTS="
lowest  3.10 1.22.0 0.25.0 2.6.11 3.2.2
middle  3.12 1.22.1 0.25.0 2.6.17 3.2.2
highest 3.13 1.22.1 0.25.0 3.0.2  3.2.2
"
# What else these tests import; no model is loaded, so there is no torch.
# strawberry-graphql, which FiftyOne needs, doesn't import with graphql-core 3.3
OTHERS="cachetools click filelock psutil pyarrow scipy graphql-core<3.3
hypothesis pytest pytest-instafail pytest-timeout pytest-xdist"
SUITE="tests/unit/test_internals.py tests/integration/test_contract.py
tests/integration/test_embedded_search.py"

interpreter() {
    local version
    if "python$1" -c '' 2>/dev/null; then
        command -v "python$1"
    elif version="$(pyenv versions --bare 2>/dev/null | grep "^${1//./\\.}\\." | tail -n 1)"; then
        echo "$(pyenv root)/versions/$version/bin/python"
    fi
}

run() {
    local name="$1" python folder=".cache/matrix/$1"
    python="$(interpreter "$2")"
    if [[ -z "$python" ]]; then
        echo "$name: not run, there is no Python $2 here"
        return
    fi
    echo "$name: Python $2, fiftyone $3, fiftyone-brain $4, pymilvus $5, milvus-lite $6"
    [[ -x "$folder/bin/python" ]] || "$python" -m venv "$folder"
    # shellcheck disable=SC2086
    "$folder/bin/python" -m pip install --quiet --no-compile \
        "fiftyone==$3" "fiftyone-brain==$4" "pymilvus==$5" "milvus-lite==$6" $OTHERS
    # FiftyOne's mongod of the tests, where the package brought none
    # shellcheck disable=SC2086
    PATH="$mongod:$PATH" PYTHONPATH=. "$folder/bin/python" -m pytest -q $SUITE \
        -m "not standalone and not cluster"
}

mongod="$(.venv/bin/python -c '
import importlib.util
print(importlib.util.find_spec("fiftyone").submodule_search_locations[0])
')/db/bin"
while read -r name rest; do
    [[ -n "$name" && (" $* " == *" $name "* || $# == 0) ]] || continue
    # shellcheck disable=SC2086
    run "$name" $rest </dev/null
done <<<"$ENVIRONMENTS"

#!/usr/bin/env bash
# Installs a real Milvus server (Standalone 2.3.5) into .tools/, for the tests.
#
# It gets an environment of its own, and its programs are unpacked once (440 MB) for
# all the servers that the tests start.
set -euo pipefail
cd "$(dirname "$0")/.."

version=2.3.5
folder=".tools/milvus-$version"

scripts/check_tools.sh python
"${PYTHON:-python3}" -m venv --clear "$folder"
if ! "$folder/bin/python" -m pip install --quiet "milvus==$version"; then
    echo "Milvus $version has no package for this machine: run make test SKIP_STANDALONE=1." >&2
    exit 1
fi
"$folder/bin/milvus-server" --help >/dev/null
"$folder/bin/python" -c '
import sys
import milvus
milvus._initialize_data_files(sys.argv[1])
' "$folder/server"
echo "Milvus Standalone $version is in $folder"

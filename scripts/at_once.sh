#!/usr/bin/env bash
# Runs two commands at once: scripts/at_once.sh "make one" "make other". What the second
# prints is shown as it comes, what the first printed when both have ended. Each is a job
# with a process group of its own, so that Ctrl-C ends all of both.
set -m

log="$(mktemp)"
bash -c "$1" </dev/null >"$log" 2>&1 &
first=$!
bash -c "$2" </dev/null &
second=$!
trap 'kill -INT -- "-$first" "-$second"' INT TERM

wait "$second"
code=$?
wait "$first" || code=$?
cat "$log"
rm "$log"
exit "$code"

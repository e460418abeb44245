#!/usr/bin/env bash
# Runs the checks, the Python tests and jest in parallel, since most tests wait for other processes: tools/test-all.sh [JEST-OPTION...]
# The output of the checks and the Python tests follows jest's.
set -uo pipefail
cd "$(dirname "$0")/.."
mkdir -p dist
make --no-print-directory checks >dist/checks.log 2>&1 &
checks=$!
tools/test-python.sh >dist/python-tests.log 2>&1 &
python=$!
status=0
npm run --silent test -- "$@" || status=1
wait "$python" || status=1
cat dist/python-tests.log
wait "$checks" || status=1
cat dist/checks.log
exit "$status"

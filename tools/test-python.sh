#!/usr/bin/env bash
# Runs the tests of the Python package: tools/test-python.sh [PYTEST-ARGUMENT...]
# Writes the results to dist/python-test-results.xml, for tools/test-summary.ts.
set -euo pipefail
cd "$(dirname "$0")/.."
# As in tools/setup.sh.
python=$(tools/python.sh boto3 psycopg2 pytest pytest_timeout redis setuptools wheel --optional opentelemetry)
results=$PWD/dist/python-test-results.xml
rm -f "$results"
export PATH="$PWD/node_modules/.bin:$PATH" PYTHONDONTWRITEBYTECODE=1
cd clients/python
exec "$python" -m pytest -q --junitxml="$results" "$@"

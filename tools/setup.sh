#!/usr/bin/env bash
# Installs what a fresh clone needs: always the npm packages with Node 24, and the parts named as arguments:
# `redis` (a Redis or Valkey server), `python` (an interpreter for the Python package and its tests),
# `postgresql` (the server of those tests), `aws` (AWS CLI 2, for the commands of the runbook),
# `chromium` (a browser, for the tests of the console), `curl` (for the commands of docs/health.md and docs/registry.md),
# `spin` (the model checker and its C compiler).
# Prints each installation; prints nothing if everything is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
# npm must not run on the node inside node_modules while it replaces that folder.
PATH=${PATH//"$PWD/node_modules/.bin:"/}

# A copy of the lock file that node_modules was installed from: a checkout changes dates, not contents.
installed_lock=node_modules/.installed-package-lock.json

log() { echo "setup: $*" >&2; }
fail() {
  echo "error: $*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# Prints every three seconds how many packages npm has unpacked; npm itself prints nothing before its end.
show_npm_progress() {
  local all unpacked
  shopt -s nullglob
  all=$(node -p 'Object.entries(require("./package-lock.json").packages ?? {}).filter(([path, { link, os, cpu }]) =>
    path.includes("node_modules/") && !link && (os ?? process.platform).includes(process.platform) && (cpu ?? process.arch).includes(process.arch)).length' 2>/dev/null)
  # A process in the background ignores Ctrl-C. The last sleep must not keep the caller's pipes open.
  while sleep 3 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
    unpacked=(node_modules/{,@*/}*/package.json node_modules/{,@*/}*/node_modules/{,@*/}*/package.json)
    log "${#unpacked[@]} of about $all npm packages unpacked"
  done
}

install_npm_packages() {
  # npm ci would empty the link's target, which another clone may use.
  [ ! -L node_modules ] || fail "node_modules is a link to $(readlink node_modules), whose packages do not match package-lock.json: run make setup there"
  has node && has npm || fail 'node and npm are needed: install Node.js 20 or newer, which brings npm'
  local version
  version=$(node --version)
  [ "$(cut -d. -f1 <<<"${version#v}")" -ge 20 ] || fail "Node.js 20 or newer is needed, $(command -v node) is $version"
  log 'installing the npm packages (npm ci), once for each change of package-lock.json'
  show_npm_progress &
  local progress=$! status=0
  npm ci --no-audit --no-fund --no-progress --loglevel=error >&2 || status=$?
  kill "$progress" 2>/dev/null || true
  wait "$progress" 2>/dev/null || true
  [ "$status" = 0 ] || fail "npm ci failed with exit code $status, for the reason that it prints above"
  version=$(node_modules/.bin/node --version 2>/dev/null) ||
    fail 'npm ci left no working node_modules/.bin/node: the npm package `node` fetches it in its preinstall script; check that "npm config get ignore-scripts" prints false and that Node.js 24 supports this platform'
  cp package-lock.json "$installed_lock"
  log "npm packages installed, with Node.js $version"
}

install_redis() {
  tools/system-package.sh 'redis-server valkey-server' 'valkey redis' 'redis valkey' ||
    fail 'a Redis server is needed: put redis-server or valkey-server (7.0 or newer, with TLS) on the PATH'
  # Debian's package starts a server on port 6379, which is not needed.
  if has systemctl && systemctl is-active --quiet redis-server 2>/dev/null; then
    log 'stopping the redis-server service that the package started'
    if [ "$(id -u)" = 0 ]; then systemctl disable --quiet --now redis-server; else sudo systemctl disable --quiet --now redis-server; fi
  fi
}

# Version 1 may come first on the PATH.
has_aws_cli_2() {
  local each
  for each in $(type -ap aws); do
    case $("$each" --version 2>/dev/null) in aws-cli/2.*) return 0 ;; esac
  done
  return 1
}

install_aws_cli() {
  tools/system-package.sh awscli awscli2 awscli ||
    fail 'AWS CLI 2 is needed for the tests of docs/runbook.md: install it from AWS and put `aws` on the PATH'
}

has_postgresql() {
  local folder
  # Debian keeps the server's programs off the PATH, a folder for each version.
  for folder in ${PATH//:/ } /usr/lib/postgresql/*/bin; do [ ! -x "$folder/initdb" ] || return 0; done
  return 1
}

install_postgresql() {
  tools/system-package.sh postgresql postgresql-server postgresql ||
    fail 'a PostgreSQL server is needed for the tests of the Python package: put initdb and postgres (12 or newer) on the PATH'
  # As with Redis, the package starts a server.
  if has systemctl && systemctl is-active --quiet postgresql 2>/dev/null; then
    log 'stopping the postgresql service that the package started'
    if [ "$(id -u)" = 0 ]; then systemctl disable --quiet --now postgresql; else sudo systemctl disable --quiet --now postgresql; fi
  fi
}

# The names that dev/local/chromium.ts looks for.
has_chromium() {
  has chromium-headless-shell || has chromium || has chromium-browser || has google-chrome-stable || has google-chrome
}

install_chromium() {
  # Ubuntu's package chromium-browser only installs a snap, which does not run in containers.
  if grep -qs '^ID=ubuntu' /etc/os-release; then
    fail "Chromium is needed for the tests of the console: run snap install chromium, or put Google Chrome on the PATH"
  fi
  tools/system-package.sh 'chromium-headless-shell chromium' 'chromium' 'chromium' && has_chromium ||
    fail 'Chromium is needed for the tests of the console: put chromium or google-chrome on the PATH'
}

install_curl() {
  tools/system-package.sh curl curl curl || fail 'curl is needed for the tests of the documentation: put it on the PATH'
}

install_spin() {
  has gcc || tools/system-package.sh build-essential gcc gcc || fail 'a C compiler is needed for make verify: put gcc on the PATH'
  has spin || tools/system-package.sh spin spin spin ||
    fail 'the model checker spin is needed for make verify: put spin (6.5 or newer, https://spinroot.com) on the PATH'
}

cmp -s package-lock.json "$installed_lock" || install_npm_packages
for part in "$@"; do
  case $part in
    redis) has redis-server || has valkey-server || install_redis ;;
    # As in tools/test-python.sh.
    python) tools/python.sh boto3 psycopg2 pytest pytest_timeout redis setuptools wheel --optional opentelemetry >/dev/null ;;
    postgresql) has_postgresql || install_postgresql ;;
    aws) has_aws_cli_2 || install_aws_cli ;;
    chromium) has_chromium || install_chromium ;;
    curl) has curl || install_curl ;;
    spin) install_spin ;;
    *) fail "unknown part \"$part\". Available parts: redis, python, postgresql, aws, chromium, curl, spin" ;;
  esac
done

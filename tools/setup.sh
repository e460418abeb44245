#!/usr/bin/env bash
# Installs what a fresh clone lacks, once, and says so: the npm packages with Node 24 always, and what the arguments
# name besides: `redis` (a Redis or Valkey server), `python` (an interpreter for the tests of the Python clients).
# Says nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
# npm must not run on the node inside node_modules while it replaces that folder.
PATH=${PATH//"$PWD/node_modules/.bin:"/}

# A copy of the lock file that node_modules was installed from: contents say more than dates after a checkout.
installed_lock=node_modules/.installed-package-lock.json

say() { echo "setup: $*" >&2; }
fail() {
  say "$*"
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

install_npm_packages() {
  has node && has npm || fail 'node and npm are needed: install Node.js 20 or newer, which brings npm'
  local version
  version=$(node --version)
  [ "$(cut -d. -f1 <<<"${version#v}")" -ge 20 ] || fail "Node.js 20 or newer is needed, $(command -v node) is $version"
  say 'installing the npm packages (npm ci), once for each change of package-lock.json'
  npm ci --no-audit --no-fund --loglevel=error >&2
  version=$(node_modules/.bin/node --version 2>/dev/null) ||
    fail 'npm ci left no working node_modules/.bin/node: the npm package `node` fetches it in its preinstall script; see that "npm config get ignore-scripts" says false and that this platform is one Node.js 24 is built for'
  cp package-lock.json "$installed_lock"
  say "npm packages are there, with Node.js $version"
}

install_redis() {
  tools/system-package.sh 'redis-server valkey-server' 'valkey redis' 'redis valkey' ||
    fail 'a Redis server is needed: put redis-server or valkey-server (7.0 or newer, with TLS) on the PATH'
  # Debian's package starts a server on port 6379; nobody asked for one.
  if has systemctl && systemctl is-active --quiet redis-server 2>/dev/null; then
    say 'stopping the redis-server service that the package started'
    if [ "$(id -u)" = 0 ]; then systemctl disable --quiet --now redis-server; else sudo systemctl disable --quiet --now redis-server; fi
  fi
}

cmp -s package-lock.json "$installed_lock" || install_npm_packages
for part in "$@"; do
  case $part in
    redis) has redis-server || has valkey-server || install_redis ;;
    python) tools/python.sh redis boto3 >/dev/null ;;
    *) fail "there is nothing called $part to set up (redis, python)" ;;
  esac
done

#!/usr/bin/env bash
# Installs a package of the operating system: system-package.sh "APT names" "DNF names" "BREW names"
# Each list holds alternatives; the first one that installs is used. Exits with 1 and an error on stderr if none does.
set -euo pipefail

log() { echo "setup: $*" >&2; }
print_error() { echo "error: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has sudo; then
    sudo "$@"
  else
    print_error "this needs root and there is no sudo; run as root: $*"
    return 1
  fi
}

# Prints the output of a command only if it fails.
quietly() {
  local output
  output=$("$@" 2>&1) && return 0
  [ -z "$output" ] || echo "$output" >&2
  return 1
}

first_that_installs() {
  local package
  for package in $names; do
    log "installing $package with $manager (once)"
    if quietly "$@" "$package"; then exit 0; fi
  done
}

names=''
manager='a package manager'
if has apt-get; then
  manager=apt-get names=$1
  # A fresh machine has no package lists; an old list may name files that no longer exist.
  quietly as_root apt-get update -qq || log 'apt-get update failed: continuing with the existing package lists'
  first_that_installs as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends
elif has dnf; then
  manager=dnf names=$2
  first_that_installs as_root dnf install -y -q
elif has brew; then
  manager=brew names=$3
  first_that_installs brew install -q
fi
print_error "could not install one of [$1] with $manager: install it yourself and try again"
exit 1

#!/usr/bin/env bash
# Installs a package of the operating system: system-package.sh "APT names" "DNF names" "BREW names"
# Each list holds alternatives; the first one that the package manager knows is taken.
# Exit code 1, and one sentence on stderr, where it cannot be done.
set -euo pipefail

say() { echo "setup: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has sudo; then
    sudo "$@"
  else
    say "this needs root and there is no sudo; run as root: $*"
    return 1
  fi
}

# What a package manager says matters only where it failed.
quietly() {
  local output
  output=$("$@" 2>&1) && return 0
  [ -z "$output" ] || echo "$output" >&2
  return 1
}

first_that_installs() {
  local package
  for package in $names; do
    say "installing $package with $manager (once)"
    if quietly "$@" "$package"; then exit 0; fi
  done
}

names=''
manager='a package manager'
if has apt-get; then
  manager=apt-get names=$1
  # A fresh machine has no package lists; an old list may name files that are gone.
  quietly as_root apt-get update -qq || say 'apt-get update failed; trying with the package lists that are there'
  first_that_installs as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends
elif has dnf; then
  manager=dnf names=$2
  first_that_installs as_root dnf install -y -q
elif has brew; then
  manager=brew names=$3
  first_that_installs brew install -q
fi
say "could not install one of [$1] with $manager: install it yourself and try again"
exit 1

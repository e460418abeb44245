#!/usr/bin/env bash
# Runs a command with the redis-server of an engine first on the PATH: tools/on-engine.sh redis-7.0|redis-8|valkey-8|'' COMMAND [ARGUMENT...]
# Uses the installed server if it is that engine. Otherwise unpacks Debian's packages of the server and its libraries into
# ~/.cache/model-events/engines, once, and installs nothing.
# '' selects Valkey 8, which is deployed; if it is not available, prints the reason and uses the installed server.
# Progress and errors go to stderr. Exit codes: 2 unknown engine, 3 engine not available, otherwise the command's.
set -euo pipefail
shopt -s nullglob

log() { echo "setup: $*" >&2; }
fail() {
  echo "error: $2" >&2
  exit "$1"
}
has() { command -v "$1" >/dev/null 2>&1; }

[ $# -ge 2 ] || fail 2 'usage: tools/on-engine.sh ENGINE COMMAND [ARGUMENT...]'
engine=${1:-valkey-8}
case $engine in
  redis-7.0) version='Redis server v=7.0.' package=redis-server suites=bookworm ;;
  redis-8) version='Redis server v=8.' package=redis-server suites=trixie ;;
  valkey-8) version='Valkey server v=8.' package=valkey-server suites='bookworm bookworm-backports' ;;
  *) fail 2 "unknown engine \"$engine\". Available engines: redis-7.0, redis-8, valkey-8" ;;
esac
folder=${XDG_CACHE_HOME:-~/.cache}/model-events/engines/$engine

# As dev/local/redis-server.ts finds it.
installed_version() { { redis-server --version || valkey-server --version; } 2>/dev/null; }

# Runs a command; if it fails, prints why: apt's first error, or the last line of the output.
or_reason() {
  local output
  output=$("$@" 2>&1) && return 0
  grep -m 1 '^E: ' <<<"$output" || tail -n 1 <<<"$output"
  return 1
}

# Makes bin/ and root/ in folder $1; if it cannot, prints the reason.
unpack() {
  local root=$1/root apt=$1/apt mirror suite deb loaders loader libraries name
  has apt-get && has dpkg || { echo 'this machine has no apt-get' && return 1; }
  mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m 1 '/debian/$') ||
    { echo 'the package sources of this machine contain no mirror of Debian' && return 1; }
  mkdir -p "$root" "$1/bin" "$apt/lists/partial" "$apt/archives/partial"
  for suite in $suites; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
  done >"$apt/sources.list"
  # An empty status: nothing counts as installed, so apt downloads the libraries as well.
  touch "$apt/status"
  local options=(-q -y -oAPT::Sandbox::User=root -oAPT::Update::Error-Mode=any -oAcquire::Retries=1 -oAcquire::http::Timeout=20
    -oDir::Etc::SourceList="$apt/sources.list" -oDir::Etc::SourceParts=/dev/null -oDir::State="$apt"
    -oDir::State::Status="$apt/status" -oDir::Cache="$apt" -oDebug::NoLocking=true)
  or_reason apt-get "${options[@]}" update || return 1
  or_reason apt-get "${options[@]}" install --download-only --no-install-recommends "$package" || return 1
  for deb in "$apt"/archives/{lib,zlib,"${package%-server}"}*.deb; do or_reason dpkg -x "$deb" "$root" || return 1; done
  rm -r "$apt"
  # Libraries of another suite work only with its loader.
  loaders=("$root"/{,usr/}lib/*/ld-linux-*.so.*)
  [ ${#loaders[@]} -gt 0 ] || { echo 'the packages contain no loader' && return 1; }
  loader=${loaders[0]#"$root"/} && libraries=${loader#usr/} && libraries=${libraries%/*}
  for name in server cli benchmark; do
    cat >"$1/bin/redis-$name" <<EOF
#!/bin/sh
root=\${0%/*}/../root
exec "\$root/$loader" --library-path "\$root/$libraries:\$root/usr/$libraries" "\$root/usr/bin/${package%server}$name" "\$@"
EOF
    chmod +x "$1/bin/redis-$name"
  done
  or_reason "$1/bin/redis-server" --version
}

# Fills the cache; if it cannot, prints the reason.
download() {
  local new
  new=$(mkdir -p "${folder%/*}" 2>&1 && mktemp -d "$folder.XXXXXX" 2>&1) || { echo "$new" && return 1; }
  log "unpacking $package of Debian ${suites##* } into $folder (once)"
  if unpack "$new"; then
    # A concurrent run may have been faster.
    mv -T "$new" "$folder" 2>/dev/null || rm -rf "$new"
  else
    rm -rf "$new"
    return 1
  fi
}

if [[ $(installed_version) != "$version"* ]]; then
  if [ -d "$folder" ] || reason=$(download); then
    PATH=$folder/bin:$PATH
    [[ $(installed_version) = "$version"* ]] || fail 3 "the server in $folder does not start: remove this folder and try again"
  elif [ -n "$1" ] || ! installed_version >/dev/null; then
    fail 3 "$engine is not available: $reason"
  else
    log "$engine is not available: $reason; continuing with the installed server"
  fi
fi
log "engine: $(installed_version | sed 's/ server v=\([^ ]*\).*/ \1/')"
shift
exec "$@"

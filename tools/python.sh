#!/usr/bin/env bash
# Prints the path of a Python interpreter that has the named modules: tools/python.sh redis boto3 [--optional opentelemetry]
# Uses an installed interpreter; otherwise installs the modules into .venv with pip, or as packages of the operating system
# (which has none for cfnlint). It installs optional modules together with the others if pip can. Progress and errors go to stderr.
set -euo pipefail
cd "$(dirname "$0")/.."

log() { echo "setup: $*" >&2; }
print_error() { echo "error: $*" >&2; }

# Finds the modules without importing them: importing boto3 takes longer than the rest of this script.
has_modules() {
  local python=$1
  shift
  "$python" -c 'import importlib.util, sys; sys.exit(any(importlib.util.find_spec(m) is None for m in sys.argv[1:]))' "$@" 2>/dev/null
}

# The emulator (dev/emulators/moto) uses moto's internals: it supports the versions from Debian 13's to the one that pip installs.
oldest_moto=5.1.1

# Prints the version of an interpreter's moto if it is older.
old_moto() {
  "$1" - "$oldest_moto" 2>/dev/null <<'EOF'
import importlib.metadata, sys
number = lambda text: [int(part) for part in text.split(".")[:3] if part.isdigit()]
try:
    version = importlib.metadata.version("moto")
except importlib.metadata.PackageNotFoundError:
    sys.exit(1)
if number(version) >= number(sys.argv[1]):
    sys.exit(1)
print(version)
EOF
}

# The name of a module's package on PyPI.
package_of() {
  case $1 in
    moto) echo 'moto[server]==5.2.1' ;;
    flask_cors) echo flask-cors ;;
    cfnlint) echo cfn-lint ;;
    opentelemetry) echo 'opentelemetry-api>=1.27,<2' ;;
    # The package psycopg2 needs a compiler.
    psycopg2) echo psycopg2-binary ;;
    *) echo "$1" ;;
  esac
}

in_system_packages() {
  local module
  for module in "$@"; do
    case $module in cfnlint) return 1 ;; esac
  done
}

try() {
  if has_modules "$@"; then
    local version
    if [[ " $* " = *' moto '* ]] && version=$(old_moto "$1"); then
      log "$1 has moto $version, which is too old: $oldest_moto or newer is needed"
      return
    fi
    "$1" -c 'import sys; print(sys.executable)'
    exit 0
  fi
}

# On Debian, venv needs the package python3-venv; python3 -m venv fails without it.
make_venv() {
  python3 -m venv .venv >/dev/null 2>&1 && return 0
  rm -rf .venv
  has_modules python3 ensurepip || tools/system-package.sh python3-venv python3-pip '' || return 1
  python3 -m venv .venv >/dev/null 2>&1 && return 0
  rm -rf .venv
  return 1
}

install_in_venv() {
  local made=no
  if [ ! -x .venv/bin/python ]; then
    made=yes
    make_venv || return 1
  fi
  local output
  output=$(.venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 --timeout 10 "$@" 2>&1) && return 0
  print_error "pip failed: $(tail -n 1 <<<"$output")"
  if [ $made = yes ]; then rm -rf .venv; fi
  return 1
}

modules=()
while [ $# -gt 0 ] && [ "$1" != --optional ]; do modules+=("$1") && shift; done
optional_packages=
for module in "${@:2}"; do optional_packages+=" $(package_of "$module")"; done
[ ${#modules[@]} -gt 0 ] || { print_error 'usage: tools/python.sh MODULE... [--optional MODULE...]' && exit 2; }
set -- "${modules[@]}"

# pip's moto[server] installs these; Debian's package only recommends them.
case " $* " in *' moto '*) modules+=(jsonpath_ng openapi_spec_validator) ;; esac

for python in "$PWD/.venv/bin/python" python3 /usr/bin/python3; do try "$python" "${modules[@]}"; done

packages=()
for module in "$@"; do packages+=("$(package_of "$module")"); done

log "no installed python3 has the modules $*: installing them into .venv (once)"
if install_in_venv "${packages[@]}"; then
  for package in $optional_packages; do
    install_in_venv "$package" || log "continuing without the optional package $package: tests that need it are skipped"
  done
  try "$PWD/.venv/bin/python" "${modules[@]}"
fi

if in_system_packages "$@"; then
  log 'pip could not install the modules: trying the packages of the operating system'
  for module in "${modules[@]}"; do
    package=python3-${module//_/-}
    has_modules /usr/bin/python3 "$module" || tools/system-package.sh "$package" "$package" '' || break
  done
  try /usr/bin/python3 "${modules[@]}"
fi

print_error "no Python interpreter has the modules $*: run python3 -m pip install ${packages[*]} with the python3 on the PATH, then try again"
exit 1

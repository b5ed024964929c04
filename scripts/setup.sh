#!/usr/bin/env bash
# Installs the Debian packages given as arguments that are missing; where it may not, says exactly what to run.
set -euo pipefail

missing=()
for package in "$@"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    echo "all packages are installed"
    exit 0
fi

install="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" = 0 ]; then
    prefix=""
elif sudo -n true 2>/dev/null; then
    prefix="sudo "
else
    echo "missing: ${missing[*]}"
    echo "run: sudo apt-get update && sudo $install"
    exit 1
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
${prefix}apt-get update -qq
${prefix}$install -qq >/dev/null

#!/usr/bin/env bash
# Installs what drives a browser over its DevTools protocol, at a pinned version, into .browser-tools/ (git-ignored). Does
# nothing when it is there. The browser itself is the Debian package chromium (`make setup`).
set -euo pipefail
cd "$(dirname "$0")/.."

readonly FOLDER=.browser-tools
readonly WANTED=(websockets==15.0.1)

if [ "$(cat "$FOLDER/installed" 2>/dev/null)" = "${WANTED[*]}" ]; then
    echo "the browser tools are installed"
    exit 0
fi
command -v python3 >/dev/null || {
    echo "python3 is missing. Install it with its venv module, then run this again." >&2
    exit 1
}
echo "installing into $FOLDER: ${WANTED[*]}"
rm -rf "$FOLDER"
python3 -m venv "$FOLDER"
"$FOLDER/bin/pip" install --quiet --disable-pip-version-check "${WANTED[@]}"
echo "${WANTED[*]}" >"$FOLDER/installed"

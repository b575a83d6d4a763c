#!/bin/sh
# Installs loadctl from LOADCTL_PACKAGE (a tarball or its address) into LOADCTL_HOME, and says which k6 there is.
set -eu
npm install --prefix "$LOADCTL_HOME" --no-audit --no-fund "$LOADCTL_PACKAGE"
PATH="$LOADCTL_HOME/node_modules/.bin:$PATH"
if [ -n "${GITHUB_PATH:-}" ]; then echo "$LOADCTL_HOME/node_modules/.bin" >> "$GITHUB_PATH"; fi
loadctl --version
k6 version

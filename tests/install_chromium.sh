#!/bin/sh
# Installs Debian's Chromium for the browser tests if this user is allowed to. Without it those tests are skipped with a
# message; in CI a missing browser is an error.
if command -v chromium >/dev/null 2>&1; then exit 0; fi
sudo=""
if [ "$(id -u)" != 0 ]; then sudo="sudo -n"; fi
if command -v apt-get >/dev/null 2>&1 && { [ -z "$sudo" ] || sudo -n true 2>/dev/null; }; then
  echo "Installing Chromium for the browser tests …"
  { $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >/dev/null 2>&1
fi
if command -v chromium >/dev/null 2>&1; then exit 0; fi
echo "*** Chromium is not here and could not be installed: the browser tests will be SKIPPED. ***"
[ "${CI:-}" != true ]

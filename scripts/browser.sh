#!/usr/bin/env bash
# Chromium and a CJK font for the browser tests: installed from Debian when root or sudo allows, else one sentence.
set -euo pipefail
need=()
command -v chromium-headless-shell >/dev/null || need+=(chromium-headless-shell)
command -v fc-list >/dev/null || need+=(fontconfig)
if ! command -v fc-list >/dev/null || [ -z "$(fc-list :lang=zh family 2>/dev/null)" ]; then need+=(fonts-noto-cjk); fi
[ ${#need[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then as_root=(env); elif sudo -n true 2>/dev/null; then as_root=(sudo); else
  echo "The browser tests need Debian's packages ${need[*]}: install them with 'apt-get install ${need[*]}' and run 'make test' again." >&2
  exit 1
fi
echo "Installing ${need[*]} for the browser tests …"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null

#!/usr/bin/env bash
# Makes the condition of every alert and sees it fire, by Prometheus' own tool: the one on PATH, or Debian's, unpacked aside.
set -euo pipefail
cd "$(dirname "$0")/.."

promtool=$(command -v promtool || true)
if [ -z "$promtool" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  chmod 755 "$work" # as root, apt downloads as a user of its own
  fetch() { (cd "$work" && apt-get -qq download prometheus > /dev/null 2>&1); }
  if ! fetch && ! { apt-get -qq update > /dev/null 2>&1 && fetch; }; then
    echo 'alerts: NOT CHECKED, there is no promtool here and no way to get it'
    exit 0
  fi
  dpkg-deb --extract "$work"/prometheus_*.deb "$work/prometheus"
  promtool=$work/prometheus/usr/bin/promtool
fi

"$promtool" check rules helm/alerts/rules.yaml
for tests in test/alerts/*.yaml; do "$promtool" test rules "$tests"; done
echo "alerts: $(cat test/alerts/*.yaml | grep -c "^  - name:") passed, 0 failed"

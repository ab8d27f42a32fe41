#!/usr/bin/env bash
# Holds the Helm chart against the tools of others: helm itself, and the schemas of the Kubernetes API.
set -euo pipefail
cd "$(dirname "$0")/.."

kubernetes=1.31
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

GOBIN="$work" go install helm.sh/helm/v3/cmd/helm@v3.19.0
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'kubernetes-validate==1.37.0'
render() { "$work/helm" template maskplane helm --namespace voice --kube-version "$kubernetes.0" "$@"; }

passed=0
for values in helm/ci/*-values.yaml; do
  name=$(basename "$values" .yaml)
  "$work/helm" lint --quiet --strict helm --values "$values"
  render --values "$values" > "$work/$name.yaml"
  render --values "$values" | diff - "$work/$name.yaml"
  "$work/venv/bin/kubernetes-validate" --quiet --strict -k "$kubernetes" "$work/$name.yaml"
  passed=$((passed + 1))
done

# What would start and not work, or says nothing to us, is refused.
refused() {
  if render --values helm/ci/minimal-values.yaml "$@" > /dev/null 2>&1; then
    echo "The chart takes: $*" >&2
    exit 1
  fi
  passed=$((passed + 1))
}
refused --set publicUrl=
refused --set publicUrl=masking.example.com
refused --set masterKey.existingSecret=
refused --set postgres.existingSecret=
refused --set redis.existingSecret=
refused --set api.replicsa=3
refused --set config.logLevel=loud
refused --set config.databaseConnections=1
refused --set trial.postgres.enabled=true --set trial.postgres.password=x
refused --set trial.postgres.enabled=true --set migrate.mode=initContainer
refused --set ingress.enabled=true
refused --set gateway.enabled=true
echo "chart: $passed passed, 0 failed"

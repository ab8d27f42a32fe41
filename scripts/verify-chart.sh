#!/usr/bin/env bash
# Holds the Helm chart against the tools of others: helm itself, the schemas of the Kubernetes API, helm-unittest, kube-score.
set -euo pipefail
cd "$(dirname "$0")/.."

kubernetes=1.31
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

GOBIN="$work" go install helm.sh/helm/v3/cmd/helm@v3.19.0
GOBIN="$work" go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0
# A module that replaces another is built in its own folder only, and that of the cache may not be written.
unittest=$(go mod download -json github.com/helm-unittest/helm-unittest@v1.0.3 | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
cp -r "$unittest" "$work/unittest"
chmod -R u+w "$work/unittest"
(cd "$work/unittest" && go build -o "$work/helm-unittest" ./cmd/helm-unittest)
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

"$work/helm-unittest" --strict helm
passed=$((passed + 1))

# Not asked for: a limit of CPU (a throttled pod answers callers late), limits of a disk that nothing is written to, pulling an
# image anew that its tag names for ever, and another user than the image's own. The trial's servers promise nothing.
unscored=container-resources,container-ephemeral-storage-request-and-limit,container-image-pull-policy,container-security-context-user-group-id
for name in minimal full scaling; do
  "$work/kube-score" score --ignore-test "$unscored" --output-format ci "$work/$name-values.yaml" > "$work/score" || {
    grep CRITICAL "$work/score" >&2
    exit 1
  }
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
refused --set monitoring.serviceMonitor.enabled=true
refused --set monitoring.rules.runbookBase=docs/operations.md
refused --set tracing.endpoint=collector:4318
refused --set tracing.percent=0
refused --set api.autoscaling.targetRequestsPerSecond=-1
echo "chart: $passed passed, 0 failed"

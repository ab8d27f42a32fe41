#!/usr/bin/env bash
# Has schemathesis (PyPI) hold the running service against openapi.yaml: examples, edges and random requests for every
# operation. Fails on a 5xx, on a reply that the document does not know, and on nonsense that is accepted.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

work=$(mktemp -d)
chmod 711 "$work"
port=$((20000 + RANDOM % 20000))
key="mp_op_$(node -p "require('crypto').randomBytes(24).toString('hex')")"
base="http://localhost:$port"

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'schemathesis==4.32.5'

env PORT="$port" DATA_DIR="$work/data" LOG_LEVEL=warn OPERATOR_API_KEY="$key" RATE_LIMIT_PER_MINUTE=10000000 \
  node --import tsx src/main.ts > "$work/service.log" 2>&1 &
service=$!
trap 'kill -INT $service 2>/dev/null || true; wait $service 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 300); do
  curl --silent --fail --output /dev/null "$base/readyz" && break
  sleep 0.2
done

post() { curl --silent --fail "$base$1" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d "$2"; }
field() { node -pe "JSON.parse(require('fs').readFileSync(0)).$1"; }
tenant=$(post /v1/tenants '{"name":"Verified"}' | field id)
tenant_key=$(post "/v1/tenants/$tenant/api_keys" '{"name":"all scopes"}' | field token)

# What Vobiz would have to answer, where nobody asks it.
elsewhere=(--exclude-operation-id listAccountNumbers --exclude-operation-id importAccountNumbers --exclude-operation-id hangUpCall
  --exclude-operation-id createSessionCall)

verify() { # who, key, which paths
  printf '\n-- as %s\n' "$1"
  (cd "$work" && venv/bin/st run "$root/openapi.yaml" --url "$base" -H "Authorization: Bearer $2" --include-path-regex "$3" \
    "${elsewhere[@]}" \
    --phases examples,coverage,fuzzing --max-examples 40 --workers 2 --no-color \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection \
  ) > "$work/report.txt" 2>&1 || { cat "$work/report.txt"; tail -20 "$work/service.log"; exit 1; }
  grep -E 'Tested:|generated|Seed:' "$work/report.txt"
}
verify tenant "$tenant_key" '^/v1/(api_keys|dids|pools|capacity|provider_accounts|sessions|calls|routes)'
verify operator "$key" '^/v1/(tenants|provider_accounts)'

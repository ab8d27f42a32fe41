{{- define "maskplane.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 52 characters: Kubernetes allows 63, and the longest ending is "-migrate-abcde". */}}
{{- define "maskplane.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "maskplane.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "maskplane.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "maskplane.selectorLabels" -}}
app.kubernetes.io/name: {{ include "maskplane.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "maskplane.labels" -}}
{{ include "maskplane.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "maskplane.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "maskplane.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "maskplane.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}

{{/* The release's own secret. A hook runs before the release's objects are there, and so has a copy. {root, role} */}}
{{- define "maskplane.ownSecret" -}}
{{ include "maskplane.fullname" .root }}-{{ if and (eq .role "migrate") (eq .root.Values.migrate.mode "hook") }}migrate-{{ end }}addresses
{{- end -}}

{{/* Where an address comes from: a secret of the operator's, or our own. {root, role, server, key, ownKey} */}}
{{- define "maskplane.address" -}}
{{- if .server.existingSecret -}}
secretKeyRef: { name: {{ .server.existingSecret | quote }}, key: {{ .key | quote }} }
{{- else -}}
secretKeyRef: { name: {{ include "maskplane.ownSecret" . | quote }}, key: {{ .ownKey }} }
{{- end -}}
{{- end -}}

{{/* What our own secret holds: addresses from the values, or of the trial servers. */}}
{{- define "maskplane.addresses" -}}
{{- if not .Values.postgres.existingSecret }}
{{- $host := printf "%s-trial-postgres:5432/maskplane" (include "maskplane.fullname" .) }}
{{- $password := urlquery .Values.trial.postgres.password }}
{{- if .Values.trial.postgres.enabled }}
database-url: {{ printf "postgres://maskplane:%s@%s" $password $host | quote }}
migration-database-url: {{ printf "postgres://postgres:%s@%s" $password $host | quote }}
{{- else }}
database-url: {{ .Values.postgres.url | quote }}
migration-database-url: {{ default .Values.postgres.url .Values.postgres.migrationUrl | quote }}
{{- end }}
{{- end }}
{{- if not .Values.redis.existingSecret }}
{{- if .Values.trial.redis.enabled }}
redis-url: {{ printf "redis://%s-trial-redis:6379" (include "maskplane.fullname" .) | quote }}
{{- else }}
redis-url: {{ .Values.redis.url | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The environment of a role. {root, role} */}}
{{- define "maskplane.env" -}}
- { name: ROLE, value: {{ .role | quote }} }
- { name: PUBLIC_URL, value: {{ .root.Values.publicUrl | quote }} }
- { name: LOG_LEVEL, value: {{ .root.Values.config.logLevel | quote }} }
{{- $postgres := dict "root" .root "role" .role "server" .root.Values.postgres }}
{{- $redis := dict "root" .root "role" .role "server" .root.Values.redis }}
- name: DATABASE_URL
  valueFrom:
    {{- include "maskplane.address" (merge (dict "key" .root.Values.postgres.urlKey "ownKey" "database-url") $postgres) | nindent 4 }}
- name: REDIS_URL
  valueFrom:
    {{- include "maskplane.address" (merge (dict "key" .root.Values.redis.urlKey "ownKey" "redis-url") $redis) | nindent 4 }}
- name: MASTER_KEY
  valueFrom:
    secretKeyRef: { name: {{ .root.Values.masterKey.existingSecret | quote }}, key: {{ .root.Values.masterKey.key | quote }} }
{{- if eq .role "migrate" }}
- name: MIGRATION_DATABASE_URL
  valueFrom:
    {{- include "maskplane.address" (merge (dict "key" .root.Values.postgres.migrationUrlKey "ownKey" "migration-database-url") $postgres) | nindent 4 }}
{{- else }}
- { name: METRICS_PORT, value: "9464" }
- { name: DATABASE_CONNECTIONS, value: {{ .root.Values.config.databaseConnections | quote }} }
- { name: RATE_LIMIT_PER_MINUTE, value: {{ .root.Values.config.rateLimitPerMinute | int | quote }} }
- { name: TRUSTED_PROXIES, value: {{ .root.Values.config.trustedProxies | quote }} }
{{- with .root.Values.config.outboundAllowedNetworks }}
- { name: OUTBOUND_ALLOWED_NETWORKS, value: {{ join "," . | quote }} }
{{- end }}
{{- with .root.Values.tracing }}
{{- if .endpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ .endpoint | quote }} }
- { name: TRACE_PERCENT, value: {{ .percent | quote }} }
{{- end }}
{{- end }}
{{- if .root.Values.operatorApiKey.existingSecret }}
- name: OPERATOR_API_KEY
  valueFrom:
    secretKeyRef: { name: {{ .root.Values.operatorApiKey.existingSecret | quote }}, key: {{ .root.Values.operatorApiKey.key | quote }} }
{{- end }}
{{- end }}
{{- with .root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "maskplane.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "maskplane.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* What all our pods have in common. {root, component} */}}
{{- define "maskplane.podBase" -}}
{{- if eq .component "migrate" }}
# Of its own right: a hook runs before the release's service account is there.
serviceAccountName: default
{{- else }}
serviceAccountName: {{ include "maskplane.serviceAccountName" .root }}
{{- end }}
automountServiceAccountToken: false
# Kubernetes would add variables that begin with the name of the service, MASKPLANE_PORT among them.
enableServiceLinks: false
securityContext:
  {{- include "maskplane.podSecurityContext" .root | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A container of our image. {root, role, name, resources} */}}
{{- define "maskplane.container" -}}
name: {{ .name }}
image: {{ include "maskplane.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- include "maskplane.containerSecurityContext" .root | nindent 2 }}
env:
  {{- include "maskplane.env" . | nindent 2 }}
{{- with .root.Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml .resources | nindent 2 }}
{{- end -}}

{{- define "maskplane.initContainers" -}}
{{- if eq .Values.migrate.mode "initContainer" }}
initContainers:
  # Pods that start together wait for one another on an advisory lock; the second finds nothing to do.
  - {{ include "maskplane.container" (dict "root" . "role" "migrate" "name" "migrate" "resources" .Values.migrate.resources) | nindent 4 | trim }}
{{- end }}
{{- end -}}

{{/* Refuses what would start and not work. */}}
{{- define "maskplane.check" -}}
{{- if not .Values.publicUrl }}{{ fail "publicUrl is required: the https base that Vobiz is given and signs" }}{{ end -}}
{{- if not .Values.masterKey.existingSecret }}{{ fail "masterKey.existingSecret is required: a secret with the key that seals all numbers" }}{{ end -}}
{{- if not (or .Values.postgres.existingSecret .Values.postgres.url .Values.trial.postgres.enabled) }}{{ fail "Postgres is required: postgres.existingSecret, postgres.url or trial.postgres.enabled" }}{{ end -}}
{{- if not (or .Values.redis.existingSecret .Values.redis.url .Values.trial.redis.enabled) }}{{ fail "Redis is required: redis.existingSecret, redis.url or trial.redis.enabled" }}{{ end -}}
{{- if and .Values.trial.postgres.enabled (not .Values.trial.postgres.password) }}{{ fail "trial.postgres.password is required with trial.postgres.enabled" }}{{ end -}}
{{- if and .Values.trial.postgres.enabled (eq .Values.migrate.mode "hook") }}{{ fail "trial.postgres needs migrate.mode=initContainer: a hook runs before the trial Postgres is there" }}{{ end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) }}{{ fail "ingress.host is required with ingress.enabled" }}{{ end -}}
{{- if and .Values.monitoring.serviceMonitor.enabled .Values.networkPolicy.enabled (not .Values.networkPolicy.metricsFrom) }}{{ fail "networkPolicy.metricsFrom is required with monitoring.serviceMonitor.enabled: the Prometheus must reach the pods" }}{{ end -}}
{{- if and .Values.gateway.enabled (not .Values.gateway.parentRefs) }}{{ fail "gateway.parentRefs is required with gateway.enabled" }}{{ end -}}
{{- end -}}

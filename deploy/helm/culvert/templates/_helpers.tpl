{{- define "culvert.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "culvert.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "culvert.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "culvert.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "culvert.selectorLabels" -}}
app.kubernetes.io/name: {{ include "culvert.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: relay
{{- end -}}

{{- define "culvert.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "culvert.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "culvert.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "culvert.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "culvert.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "culvert.tlsSecret" -}}
{{- default (printf "%s-tls" (include "culvert.fullname" .)) .Values.tls.secretName -}}
{{- end -}}

{{/* The first domain: agents dial it, and databases get their names under it. */}}
{{- define "culvert.domain" -}}
{{- first .Values.config.domains -}}
{{- end -}}

{{/* What the chart says about the configuration, under what the values say. */}}
{{- define "culvert.config" -}}
{{- $d := .Values.drain -}}
{{- $drain := dict "delay" (printf "%ds" (int $d.delaySeconds)) "spread" (printf "%ds" (int $d.spreadSeconds)) "idleWait" (printf "%ds" (int $d.idleWaitSeconds)) "deadline" (printf "%ds" (int $d.deadlineSeconds)) -}}
{{- $config := dict "bind" "0.0.0.0" "postgres" (dict "port" 5432) "https" (dict "port" 8443) "tls" (dict "certificates" (list "/etc/culvert/tls/tls.crt") "keys" (list "/etc/culvert/tls/tls.key")) "drain" $drain "log" (dict "format" .Values.log.format) -}}
{{- with .Values.postgres.proxyProtocol -}}
{{- if .enabled -}}
{{- $_ := set $config "proxyProtocol" (dict "mode" .mode "trusted" .trusted) -}}
{{- end -}}
{{- end -}}
{{- if .Values.access.tokensSecret -}}
{{- $_ := set $config "access" (dict "tokens" (printf "/etc/culvert/access/%s" .Values.access.tokensKey)) -}}
{{- end -}}
{{- if .Values.admin.enabled -}}
{{- $_ := set $config "admin" (dict "bind" "0.0.0.0" "port" .Values.admin.port) -}}
{{- end -}}
{{- mergeOverwrite $config (deepCopy .Values.config) | toYaml -}}
{{- end -}}

{{/*
What of the configuration takes a restart, a line for each value: the relay itself takes over the settings that
live-settings.txt names, within the minute or two that a ConfigMap takes to arrive.
*/}}
{{- define "culvert.restartConfig" -}}
{{- $live := splitList "\n" (.Files.Get "live-settings.txt" | trim) -}}
{{- include "culvert.lines" (dict "prefix" "" "values" (include "culvert.config" . | fromYaml) "without" $live) -}}
{{- end -}}

{{- define "culvert.lines" -}}
{{- range $key, $value := .values -}}
{{- $path := print $.prefix $key -}}
{{- if kindIs "map" $value -}}
{{- include "culvert.lines" (dict "prefix" (print $path ".") "values" $value "without" $.without) -}}
{{- else if not (has $path $.without) -}}
{{- printf "%s=%s\n" $path (toJson $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Annotations that make a load balancer say where clients are. */}}
{{- define "culvert.proxyProtocolAnnotations" -}}
{{- with .Values.postgres.proxyProtocol -}}
{{- if .enabled -}}
{{- if eq .provider "aws" }}
service.beta.kubernetes.io/aws-load-balancer-type: external
service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip
service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing
service.beta.kubernetes.io/aws-load-balancer-proxy-protocol: "*"
{{- else if eq .provider "digitalocean" }}
service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol: "true"
{{- else if eq .provider "hetzner" }}
load-balancer.hetzner.cloud/uses-proxyprotocol: "true"
{{- else if eq .provider "linode" }}
service.beta.kubernetes.io/linode-loadbalancer-default-proxy-protocol: v2
{{- else if eq .provider "openstack" }}
loadbalancer.openstack.org/proxy-protocol: v2
{{- else if eq .provider "scaleway" }}
service.beta.kubernetes.io/scw-loadbalancer-proxy-protocol-v2: "true"
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What the restricted Pod Security Standard asks for. */}}
{{- define "culvert.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "culvert.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Combinations that cannot work are refused, and say why. */}}
{{- define "culvert.check" -}}
{{- if and (or .Values.autoscaling.enabled (gt (int .Values.replicaCount) 1)) (not .Values.independentRelays) -}}
{{- fail "Several relays do not know of each other's tunnels: a client that reaches another relay than its agent gets 57P03. Keep replicaCount at 1 with autoscaling off, or set independentRelays=true when something in front of them leads clients to the right one." -}}
{{- end -}}
{{- if and .Values.postgres.proxyProtocol.enabled (not .Values.postgres.proxyProtocol.trusted) -}}
{{- fail "postgres.proxyProtocol.enabled needs postgres.proxyProtocol.trusted: the addresses of the load balancer." -}}
{{- end -}}
{{- if and .Values.tls.certManager.enabled (not .Values.tls.certManager.issuerRef.name) -}}
{{- fail "tls.certManager.enabled needs tls.certManager.issuerRef.name: an issuer that answers DNS-01." -}}
{{- end -}}
{{- if and .Values.tls.certificate (or .Values.tls.certManager.enabled .Values.tls.secretName) -}}
{{- fail "tls.certificate, tls.secretName and tls.certManager.enabled: a relay has its certificate from one of them (cert-manager may write to secretName)." -}}
{{- end -}}
{{- if ne (empty .Values.tls.certificate) (empty .Values.tls.key) -}}
{{- fail "tls.certificate and tls.key belong together." -}}
{{- end -}}
{{- if not (or .Values.tls.certificate .Values.tls.certManager.enabled .Values.tls.secretName) -}}
{{- fail "The relay needs a certificate for its domain: set tls.secretName, tls.certManager.enabled, or tls.certificate with tls.key." -}}
{{- end -}}
{{- if and (not .Values.admin.enabled) (or .Values.monitoring.serviceMonitor.enabled .Values.monitoring.prometheusRule.enabled .Values.autoscaling.enabled) -}}
{{- fail "serviceMonitor, prometheusRule and autoscaling need the relay's metrics: set admin.enabled=true." -}}
{{- end -}}
{{- with .Values.podDisruptionBudget -}}
{{- if and .enabled (eq (kindIs "invalid" .minAvailable) (kindIs "invalid" .maxUnavailable)) -}}
{{- fail "podDisruptionBudget needs one of minAvailable and maxUnavailable; set the other to null." -}}
{{- end -}}
{{- end -}}
{{- if ge (add .Values.drain.delaySeconds .Values.drain.spreadSeconds .Values.drain.idleWaitSeconds) (int .Values.drain.deadlineSeconds) -}}
{{- fail "drain.deadlineSeconds must be longer than delaySeconds, spreadSeconds and idleWaitSeconds together: it cuts off what is left." -}}
{{- end -}}
{{- end -}}

{{- define "agent.name" -}}{{ .Release.Name }}-docker-agent{{- end -}}

package scan_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rehearse-dev/rehearse/harness/scan"
)

const (
	manifests    = 10_000
	mostSeconds  = 10
	mostMebibyte = 300
)

// BenchmarkScan measures ten thousand manifests, in time and in the memory that
// the process holds at its peak.
func BenchmarkScan(b *testing.B) {
	if os.Getenv("REHEARSE_BENCH") == "" {
		b.Skip("writes 10,000 files: set REHEARSE_BENCH=1, or use make bench")
	}
	dir := b.TempDir()
	for i := range manifests {
		folder := filepath.Join(dir, strconv.Itoa(i/100))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("m%d.yaml", i)), []byte(manifest(i)), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	b.ReportAllocs()
	for b.Loop() {
		started := cpuTime(b)
		report, err := new(scan.Scanner).Run(b.Context(), []string{dir})
		if err != nil {
			b.Fatal(err)
		}
		if len(report.Findings) != manifests/10*3 || report.Files != manifests {
			b.Errorf("%d findings in %d files, want %d in %d", len(report.Findings), report.Files, manifests/10*3, manifests)
		}
		// Of two cores, which others may need as well.
		if used := cpuTime(b) - started; used > 2*mostSeconds*time.Second {
			b.Errorf("it used %s of processor time, want at most %d s on each of two cores", used, mostSeconds)
		} else {
			b.ReportMetric(used.Seconds(), "cpu-s")
		}
	}
	peak := peakMebibytes(b)
	b.ReportMetric(float64(peak), "MiB-peak")
	b.ReportMetric(float64(manifests)*float64(b.N)/b.Elapsed().Seconds(), "manifests/s")
	if peak > mostMebibyte {
		b.Errorf("it held %d MiB, want at most %d", peak, mostMebibyte)
	}
}

// manifest is a deployment of the usual size with its service and its settings;
// each tenth one has three things to find.
func manifest(i int) string {
	command, path, env := "serve", "/srv/data", "http://api:8080"
	if i%10 == 0 {
		command, path, env = "docker ps", "/var/run/docker.sock", "tcp://10.0.0.1:2375"
	}
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-%[1]d
  namespace: team-%[2]d
  labels: {app.kubernetes.io/name: app-%[1]d, app.kubernetes.io/part-of: docker-shop}
  annotations: {about: "Application number %[1]d, from docker.io/team/app"}
spec:
  replicas: 3
  selector: {matchLabels: {app.kubernetes.io/name: app-%[1]d}}
  template:
    metadata:
      labels: {app.kubernetes.io/name: app-%[1]d}
    spec:
      serviceAccountName: app-%[1]d
      containers:
        - name: app
          image: registry.example.com/team/app:%[1]d
          command: [/bin/sh, -c]
          args: ["%[3]s"]
          env:
            - {name: DOCKER_HOST_ALIAS, value: none}
            - {name: UPSTREAM, value: "%[5]s"}
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 5}
          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
          volumeMounts: [{name: data, mountPath: /data}]
      volumes:
        - name: data
          hostPath: {path: %[4]s}
---
apiVersion: v1
kind: Service
metadata: {name: app-%[1]d, namespace: team-%[2]d}
spec:
  selector: {app.kubernetes.io/name: app-%[1]d}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app-%[1]d, namespace: team-%[2]d}
data:
  app.yaml: |
    server: {port: 8080}
    cache: {size: 64, ttl: 5m}
`, i, i/100, command, path, env)
}

// cpuTime is what the process has used of all processors so far.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// peakMebibytes is the largest resident set that the process has had.
func peakMebibytes(b *testing.B) int {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skipf("no peak of memory: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kibibytes, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				b.Fatal(err)
			}
			return kibibytes >> 10
		}
	}
	return 0
}

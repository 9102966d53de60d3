package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/rehearse-dev/rehearse/harness"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// TestLiveScan looks at a cluster with Docker, with the rights that are shipped
// and nothing more: everything planted is found, and no decoy.
func TestLiveScan(t *testing.T) {
	requireE2E(t)
	clean := nothingLeft(t)
	out := t.TempDir()
	if got := rehearse(t, nil, "up", "hello", "--out", out); got.code != 0 {
		t.Fatalf("rehearse up: exit code %d", got.code)
	}
	pair := latest(t, out)
	t.Cleanup(func() {
		rehearse(t, nil, "down", pair)
		clean()
	})
	c := plant(t, pair)
	t.Run("with the rights that are shipped", c.expectPlanted)
	t.Run("with rights withdrawn", c.expectGap)
	t.Run("with the nodes", c.expectNodes)
	t.Run("interrupted", c.expectRemoved)
	t.Run("a kubeconfig without an account", c.expectRefused)
}

// scanned is a cluster to look at.
type scanned struct {
	node string
	// kubeconfig has the rights that are shipped.
	admin, kubeconfig string
}

// plant puts everything there is to find onto the baseline of a pair.
func plant(t *testing.T, pair string) *scanned {
	t.Helper()
	var run harness.Folder
	if err := json.Unmarshal(read(t, filepath.Join(pair, "rehearsal.json")), &run.Rehearsal); err != nil {
		t.Fatal(err)
	}
	c := &scanned{admin: filepath.Join(pair, "clusters/baseline/kubeconfig"), node: run.Rehearsal.Pair + "-baseline-control-plane"}
	c.kubectl(t, rehearse(t, nil, "scan", "--print-rbac").stdout, "apply", "-f", "-")
	for _, file := range []string{"planted.yaml", "decoys.yaml"} {
		c.kubectl(t, string(read(t, filepath.Join("testdata/scan", file))), "apply", "-f", "-")
	}
	c.kubectl(t, "", "wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
	c.kubectl(t, string(read(t, "testdata/scan/custom.yaml")), "apply", "-f", "-")
	owned := string(read(t, "testdata/scan/owned.yaml"))
	owned = strings.Replace(owned, "UID-OF-ROLLOUT", c.kubectl(t, "", "get", "rollout", "owns", "-n", "ops", "-o", "jsonpath={.metadata.uid}"), 1)
	owned = strings.Replace(owned, "UID-OF-WIDGET", c.kubectl(t, "", "get", "widget", "unread", "-n", "ops", "-o", "jsonpath={.metadata.uid}"), 1)
	c.kubectl(t, owned, "apply", "-f", "-")
	c.kubectl(t, "", "annotate", "node", c.node, "--overwrite", "kubeadm.alpha.kubernetes.io/cri-socket=unix:///run/cri-dockerd.sock")
	docker(t, "exec", c.node, "docker", "tag", "rehearse.dev/toolbox:1", "planted/local:1")
	c.file(t, "/etc/kubernetes/manifests/planted.yaml", staticPod)
	c.kubeconfig = c.account(t)
	c.settle(t)
	return c
}

const staticPod = `apiVersion: v1
kind: Pod
metadata: {name: planted, namespace: kube-system}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: "rehearse.dev/toolbox:1", volumeMounts: [{name: s, mountPath: /s}]}]
  volumes: [{name: s, hostPath: {path: /run/docker.sock}}]
`

// kubectl runs the node's own kubectl.
func (c *scanned) kubectl(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	argv := append([]string{"exec", "-i", c.node, "kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"}, args...)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "docker", argv...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(raw)
}

func (c *scanned) file(t *testing.T, path, content string) {
	t.Helper()
	local := filepath.Join(t.TempDir(), "file")
	write(t, local, content)
	docker(t, "cp", "--quiet", local, c.node+":"+path)
}

// account is a kubeconfig of the shipped account.
func (c *scanned) account(t *testing.T) string {
	t.Helper()
	config, err := clientcmd.LoadFromFile(c.admin)
	if err != nil {
		t.Fatal(err)
	}
	token := c.kubectl(t, "", "create", "token", "rehearse-scan", "-n", "rehearse", "--duration=2h")
	for name := range config.AuthInfos {
		config.AuthInfos[name] = &api.AuthInfo{Token: token}
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		t.Fatal(err)
	}
	return file
}

// settle waits until what is planted shows: the pod that admission changes, the
// static pod, and the image among those that the node tells of.
func (c *scanned) settle(t *testing.T) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 2*time.Second, 7*time.Minute, true, func(context.Context) (bool, error) {
		pods := c.kubectl(t, "", "get", "pods", "-A", "-o", "name")
		images := c.kubectl(t, "", "get", "node", c.node, "-o", "jsonpath={.status.images[*].names}")
		return strings.Contains(pods, "pod/plain-") && strings.Contains(pods, "pod/planted-") &&
			strings.Contains(pods, "pod/owned-") && strings.Contains(images, "planted/local:1"), nil
	})
	if err != nil {
		t.Fatalf("waiting for what was planted: %v", err)
	}
}

// scan looks at the cluster with the shipped account.
func (c *scanned) scan(t *testing.T, args ...string) (*finding.Report, outcome) {
	t.Helper()
	got := rehearse(t, nil, append([]string{"scan", "--kubeconfig", c.kubeconfig, "--format", "json"}, args...)...)
	var report finding.Report
	if err := json.Unmarshal([]byte(got.stdout), &report); err != nil {
		t.Fatalf("reading the report: %v\n%s", err, got.stdout)
	}
	return &report, got
}

// planted is everything that has to be found by the API: place, rule, and a part
// of the message or of the object.
func (c *scanned) planted() [][3]string {
	return [][3]string{
		{"ops/DaemonSet/agent", finding.SocketParent, ""},
		{"ops/DaemonSet/agent", finding.DockerData, ""},
		{"ops/Deployment/asleep", finding.DockerHost, "no replicas"},
		{"ops/CronJob/suspended", finding.DockerCommand, "suspended"},
		{"ops/CronJob/never", finding.DockerService, "never run"},
		{"PersistentVolume/planted-host", finding.DockerData, ""},
		{"PersistentVolume/planted-local", finding.DockerData, ""},
		{"ops/ConfigMap/scripts", finding.DockerCommand, "clean.sh"},
		{"ops/ConfigMap/scripts", finding.LogParser, "fluent-bit.conf"},
		{"ops/Rollout/embeds", finding.DockerCommand, ""},
		{"ops/Rollout/owns", finding.DockerSocket, "Deployment owned"},
		{"ops/Widget/unread", finding.DockerSocket, "Deployment of-widget"},
		{"ops/PrometheusRule/engine", finding.DockerMetric, "EngineDown"},
		{"injected/Deployment/plain", finding.DockerSocket, "found on its pods only"},
		{"kube-system/Pod/planted-" + c.node, finding.DockerSocket, "a static pod, whose manifest lies on node " + c.node},
		{"node/" + c.node, finding.DockerNode, ""},
		{"node/" + c.node, finding.CRISocket, ""},
		{"node/" + c.node, finding.NeverPulled, "planted/local:1"},
	}
}

func (c *scanned) expectPlanted(t *testing.T) {
	report, got := c.scan(t)
	if got.code != 1 || len(report.Gaps) != 0 {
		t.Errorf("exit code %d, gaps %v; want 1 and none", got.code, report.Gaps)
	}
	expectOnce(t, report, c.planted())
	expectNoDecoy(t, report)
	again, _ := c.scan(t)
	first, second := describe(report), describe(again)
	if !slices.Equal(first, second) {
		t.Errorf("a second scan says\n%s\nand not\n%s", strings.Join(second, "\n"), strings.Join(first, "\n"))
	}
}

// expectOnce expects each planted thing exactly once.
func expectOnce(t *testing.T, report *finding.Report, planted [][3]string) {
	t.Helper()
	for _, p := range planted {
		n := 0
		for _, f := range report.Findings {
			if f.File == p[0] && f.Rule == p[1] && strings.Contains(f.Object+" "+f.Message, p[2]) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s %s %q is found %d times", p[0], p[1], p[2], n)
		}
	}
	if t.Failed() {
		t.Log(strings.Join(describe(report), "\n"))
	}
}

func describe(report *finding.Report) []string {
	var all []string
	for _, f := range report.Findings {
		all = append(all, strings.Join([]string{f.File, string(f.Severity), f.Rule, f.Object, f.Message}, " | "))
	}
	return all
}

// expectNoDecoy expects nothing in what merely looks alike, and nothing in what is
// planted but what was meant.
func expectNoDecoy(t *testing.T, report *finding.Report) {
	t.Helper()
	for _, f := range report.Findings {
		if strings.Contains(f.File, "decoy") || strings.Contains(f.Object, "decoy") {
			t.Errorf("a decoy is found: %+v", f)
		}
	}
	inOps := slices.DeleteFunc(describe(report), func(s string) bool { return !strings.HasPrefix(s, "ops/") && !strings.HasPrefix(s, "injected/") })
	if len(inOps) != 12 {
		t.Errorf("%d findings in the planted namespaces, want 12:\n%s", len(inOps), strings.Join(inOps, "\n"))
	}
}

// expectGap takes the right to read volumes away.
func (c *scanned) expectGap(t *testing.T) {
	rights := rehearse(t, nil, "scan", "--print-rbac").stdout
	fewer := strings.Replace(rights, "resources: [persistentvolumes, nodes]", "resources: [nodes]", 1)
	if fewer == rights {
		t.Fatal("the role does not name volumes: this test shows nothing")
	}
	c.kubectl(t, fewer, "apply", "-f", "-")
	defer c.kubectl(t, rights, "apply", "-f", "-")
	report, got := c.scan(t)
	if got.code != 3 {
		t.Errorf("exit code %d, want 3", got.code)
	}
	if len(report.Gaps) != 1 || report.Gaps[0].Reason != "could not read persistentvolumes: forbidden" {
		t.Errorf("gaps %v, want the volumes", report.Gaps)
	}
	expectOnce(t, report, slices.DeleteFunc(c.planted(), func(p [3]string) bool { return strings.HasPrefix(p[0], "PersistentVolume/") }))
	for format, want := range map[string]string{"text": "could not read persistentvolumes: forbidden", "sarif": "could not be looked at: could not read persistentvolumes: forbidden"} {
		got := rehearse(t, nil, "scan", "--kubeconfig", c.kubeconfig, "--format", format)
		if got.code != 3 || !strings.Contains(got.stdout, want) {
			t.Errorf("as %s: exit code %d, and the gap is not named:\n%s", format, got.code, got.stdout)
		}
	}
	report, got = c.scan(t, "--nodes", "--nodes-image", "rehearse.dev/toolbox:1")
	if got.code != 3 || !slices.ContainsFunc(report.Gaps, func(g finding.Gap) bool {
		return g.Reason == "could not read files and processes of the nodes: forbidden"
	}) {
		t.Errorf("--nodes without its rights: exit code %d, gaps %v", got.code, report.Gaps)
	}
}

// expectNodes looks at what lies and runs on the node.
func (c *scanned) expectNodes(t *testing.T) {
	c.kubectl(t, rehearse(t, nil, "scan", "--print-rbac", "--nodes").stdout, "apply", "-f", "-")
	c.file(t, "/etc/cron.d/planted", "# docker system prune\n0 * * * * root docker system prune -f\n")
	c.file(t, "/etc/systemd/system/planted.service", "[Service]\nExecStart=/usr/bin/docker run --rm shop/web:1\n")
	c.file(t, "/opt/linked.service", "[Service]\nExecStart=/usr/bin/docker ps\n")
	docker(t, "exec", c.node, "ln", "-s", "/opt/linked.service", "/etc/systemd/system/linked.service")
	docker(t, "exec", c.node, "mkdir", "-p", "/etc/systemd/system/docker.service.d")
	c.file(t, "/etc/systemd/system/docker.service.d/proxy.conf", "[Service]\nEnvironment=HTTPS_PROXY=http://me:hunter2@proxy:3128\n")
	docker(t, "exec", "--detach", c.node, "docker", "events", "--filter", "label=planted")
	report, got := c.scan(t, "--nodes", "--nodes-image", "rehearse.dev/toolbox:1")
	if got.code != 1 || len(report.Gaps) != 0 {
		t.Errorf("exit code %d, gaps %v; want 1 and none", got.code, report.Gaps)
	}
	place := "node/" + c.node + ":"
	expectOnce(t, report, append(c.planted(), [][3]string{
		{place + "/etc/cron.d/planted", finding.DockerCommand, ""},
		{place + "/etc/systemd/system/planted.service", finding.DockerCommand, ""},
		{place + "/etc/systemd/system/linked.service", finding.DockerCommand, ""},
		{place + "/etc/systemd/system/docker.service.d/proxy.conf", finding.DaemonSetting, "https-proxy"},
		{place + "/etc/kubernetes/manifests/planted.yaml", finding.DockerSocket, ""},
	}...))
	seen := func(where, what, rule string) bool {
		return slices.ContainsFunc(report.Findings, func(f finding.Finding) bool {
			return strings.Contains(f.File, where) && strings.Contains(f.Object, what) && f.Rule == rule
		})
	}
	if !seen(":/proc/", "process docker", finding.DockerCommand) || !seen(":/var/lib/kubelet/", "", finding.CRISocket) {
		t.Error("the process, or what kubelet is told, is not found")
	}
	t.Log(strings.Join(describe(report), "\n"))
	if strings.Contains(got.stdout+got.stderr, "hunter2") {
		t.Error("the password of the proxy is shown")
	}
	expectNoDecoy(t, report)
	c.expectNothingMade(t)
}

// expectNothingMade expects the scan's own namespace gone.
func (c *scanned) expectNothingMade(t *testing.T) {
	t.Helper()
	if left := c.kubectl(t, "", "get", "namespace", "rehearse-scan", "--ignore-not-found", "-o", "name"); left != "" {
		t.Errorf("%s is left behind", left)
	}
}

// expectRemoved interrupts a scan that has made its pods.
func (c *scanned) expectRemoved(t *testing.T) {
	cmd := command(t.Context(), nil, "scan", "--kubeconfig", c.kubeconfig, "--nodes", "--nodes-image", "rehearse.dev/no-such-image:1", "--progress", "plain")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	err = wait.PollUntilContextTimeout(t.Context(), time.Second, 2*time.Minute, true, func(context.Context) (bool, error) {
		return c.kubectl(t, "", "get", "pods", "-n", "rehearse-scan", "-o", "name") != "", nil
	})
	if err != nil {
		t.Errorf("no pod was made: %v", err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Error(err)
	}
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		t.Log(lines.Text())
	}
	_ = cmd.Wait() // its exit code is what is asked for
	if code := cmd.ProcessState.ExitCode(); code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
	c.expectNothingMade(t)
}

// expectRefused looks with a token that the cluster does not know.
func (c *scanned) expectRefused(t *testing.T) {
	raw := string(read(t, c.kubeconfig))
	file := filepath.Join(t.TempDir(), "kubeconfig")
	write(t, file, strings.Replace(raw, "token: ", "token: not-", 1))
	got := rehearse(t, nil, "scan", "--kubeconfig", file)
	if got.code != 2 || !strings.Contains(got.stderr, "hint: ") {
		t.Errorf("exit code %d, want 2 and a hint", got.code)
	}
}

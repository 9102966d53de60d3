package live

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	corev1 "k8s.io/api/core/v1"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

func empty() *collection {
	return &collection{report: &finding.Report{}, drafts: map[string]*draft{}, pods: map[string]reference{}}
}

func lines(r *finding.Report) []string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, fmt.Sprintf("%s:%d | %s | %s | %s", f.File, f.Line, f.Object, f.Rule, f.Message))
	}
	return all
}

func TestProcesses(t *testing.T) {
	t.Parallel()
	uid := "0a1b2c3d-0000-1111-2222-333344445555"
	kubepods := "11:memory:/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + strings.ReplaceAll(uid, "-", "_") + ".slice/docker-abc.scope,"
	list := strings.Join([]string{
		"100\t0::/system.slice/gc.service,\t/usr/bin/docker\x1fevents\x1f--filter\x1flabel=a b\x1f",
		"101\t0::/system.slice/docker.service,\t/usr/bin/dockerd\x1f-H\x1ffd://\x1f",
		"102\t0::/user.slice,\tdocker\x1fps\x1f",
		"103\t" + kubepods + "\tdocker\x1fps\x1f",
		"104\t" + kubepods + "\t/bin/curl\x1f--unix-socket\x1f/run/docker.sock\x1fhttp://x\x1f",
		"105\t0::/../../pod11112222333344445555666677778888/x,\tdocker\x1fps\x1f",
		"106\t0::/x,\tsh\x1f-c\x1f: rehearse-scan; cat /etc/docker/daemon.json\x1f",
		"107\t0::/x,\tbash\x1f-c\x1fdocker\x1eps\x1f",
		"a line\tof nothing",
		"odd\tx\ty",
	}, "\n")
	c := empty()
	c.pods[uid] = reference{"DaemonSet", "n", "agent"}
	c.add(finding.Finding{Rule: finding.DockerSocket, File: "n/DaemonSet/agent", Object: "DaemonSet n/agent"})
	c.node(&nodeState{name: "one", process: processes(list)})
	c.node(&nodeState{name: "two", process: processes("7\t0::/system.slice/gc.service,\t/usr/bin/docker\x1fevents\x1f--filter\x1flabel=a b\x1f")})
	want := []string{
		"n/DaemonSet/agent:0 | DaemonSet n/agent | docker-socket | ",
		"node/one:/proc/100/cmdline:0 | unit gc.service, process docker | docker-command | runs docker events; seen in a process that runs now; the same on 1 more: two",
		"node/one:/proc/102/cmdline:0 | process docker | docker-command | runs docker ps; seen in a process that runs now",
		"node/one:/proc/103/cmdline:0 | DaemonSet n/agent, process docker | docker-command | runs docker ps; seen in a process that runs now",
		"node/one:/proc/105/cmdline:0 | pod of UID 11112222333344445555666677778888, process docker | docker-command | runs docker ps; seen in a process that runs now",
		"node/one:/proc/107/cmdline:0 | process bash | docker-command | runs docker; seen in a process that runs now",
	}
	if diff := cmp.Diff(want, lines(c.finish())); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// archiveOf is an archive of files, and of links where the content begins with ->.
func archiveOf(t *testing.T, files ...[2]string) string {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, f := range files {
		header := &tar.Header{Name: f[0], Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f[1]))}
		to, link := strings.CutPrefix(f[1], "->")
		if link {
			header = &tar.Header{Name: f[0], Typeflag: tar.TypeSymlink, Linkname: to}
		}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if !link {
			if _, err := w.Write([]byte(f[1])); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestArchive(t *testing.T) {
	t.Parallel()
	s := &nodeState{name: "one", reports: map[string]*finding.Report{}}
	links, err := s.archive(archiveOf(t,
		[2]string{"etc/cron.d/gc", "# docker ps\n0 * * * * root docker system prune\n1 * * * * root docker ps # rehearse:ignore docker-command until May\n"},
		[2]string{"var/spool/cron/crontabs/root", "0 * * * * docker system prune\n"},
		[2]string{"usr/lib/systemd/system/docker.service", "[Service]\nExecStart=/usr/bin/dockerd\nLimitCORE=infinity\n"},
		[2]string{"etc/systemd/system/docker.service.d/x.conf", "[Service]\nEnvironment=HTTPS_PROXY=http://u:hunter2@p\n"},
		[2]string{"etc/systemd/system/linked.service", "->/opt/a/linked.service"},
		[2]string{"etc/systemd/system/gone.service", "->/dev/null"},
		[2]string{"etc/systemd/system/alias.service", "->../../../usr/lib/systemd/system/b.service"},
		[2]string{"etc/docker/daemon.json", `{"log-driver": "fluentd"}`},
		[2]string{"etc/default/binary", "docker\x00"},
		[2]string{"etc/kubernetes/manifests/broken.yaml", "a: [\nhostPath: x"},
	), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"opt/a/linked.service"}, outside(links)); diff != "" {
		t.Errorf("links to follow (-want +got):\n%s", diff)
	}
	if _, err := s.archive(archiveOf(t, [2]string{"opt/a/linked.service", "[Service]\nExecStart=/usr/bin/docker run x\n"}), links); err != nil {
		t.Fatal(err)
	}
	c := empty()
	c.node(s)
	r := c.finish()
	want := []string{
		"node/one:/etc/cron.d/gc:2 |  | docker-command | runs docker system prune",
		"node/one:/etc/docker/daemon.json:1 |  | daemon-setting | Docker's daemon is given log-driver fluentd",
		"node/one:/etc/systemd/system/docker.service.d/x.conf:2 |  | daemon-setting | Docker's daemon is given https-proxy",
		"node/one:/etc/systemd/system/linked.service:2 |  | docker-command | runs docker run",
		"node/one:/var/spool/cron/crontabs/root:1 |  | docker-command | runs docker system prune",
	}
	if diff := cmp.Diff(want, lines(r)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if len(r.Gaps) != 1 || r.Gaps[0].File != "node/one:/etc/kubernetes/manifests/broken.yaml" || len(r.Suppressed) != 1 {
		t.Errorf("gaps %v, suppressed %v; want one of each", r.Gaps, r.Suppressed)
	}
	if strings.Contains(fmt.Sprint(r), "hunter2") {
		t.Error("a password is shown")
	}
}

func TestAnArchiveThatBreaksOffIsAnError(t *testing.T) {
	t.Parallel()
	whole := archiveOf(t, [2]string{"etc/cron.d/gc", strings.Repeat("0 * * * * root docker ps\n", 100)})
	s := &nodeState{name: "one", reports: map[string]*finding.Report{}}
	if _, err := s.archive(whole[:700], nil); err == nil {
		t.Error("no error")
	}
	if _, err := s.archive("", nil); err != nil {
		t.Errorf("a node without such files: %v", err)
	}
}

// TestTheScripts runs them as a pod would, on a folder that stands for the node.
func TestTheScripts(t *testing.T) {
	t.Parallel()
	node := t.TempDir()
	for name, content := range map[string]string{
		"etc/cron.d/gc": "0 * * * * root docker ps\n", "etc/docker/key.json": "secret", "etc/docker/certs.d/r/client.key": "secret",
		"etc/systemd/system/a.wants/x.service": "x", "etc/other": "x", "usr/lib/systemd/system/b.service": "x", "opt/linked.service": "linked",
		"etc/default/large": strings.Repeat("x", mostFile+1),
	} {
		path := filepath.Join(node, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("usr/lib", filepath.Join(node, "lib")); err != nil {
		t.Fatal(err)
	}
	shell := func(script string, args ...string) string {
		script = strings.Replace(script, "cd /host", "cd "+node, 1)
		out, err := exec.CommandContext(t.Context(), "sh", append([]string{"-c", script, "sh"}, args...)...).Output()
		if err != nil {
			t.Fatalf("running %q: %v", script, err)
		}
		return string(out)
	}
	if diff := cmp.Diff([]string{"etc/cron.d/gc", "usr/lib/systemd/system/b.service"}, namesIn(t, shell(filesScript))); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"opt/linked.service"}, namesIn(t, shell(linkedScript, "opt/linked.service", "opt/none"))); diff != "" {
		t.Errorf("linked files (-want +got):\n%s", diff)
	}
	own := false
	for _, p := range processes(shell(processScript)) {
		own = own || p.pid == os.Getpid() && p.argv[0] == os.Args[0] && len(p.argv) == len(os.Args)
	}
	if !own {
		t.Error("the list of processes lacks this test")
	}
}

func namesIn(t *testing.T, archive string) []string {
	t.Helper()
	var names []string
	for r := tar.NewReader(strings.NewReader(archive)); ; {
		header, err := r.Next()
		if err != nil {
			slices.Sort(names)
			return names
		}
		names = append(names, header.Name)
	}
}

func TestWhyANodeIsNotRead(t *testing.T) {
	t.Parallel()
	waiting := &corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{
		State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImageNeverPull", Message: "no such image"}},
	}}}}
	if got := notRunning(waiting); !strings.Contains(got, "ErrImageNeverPull no such image") || !hopeless(waiting) {
		t.Errorf("%q, want what kubelet says", got)
	}
	running := &corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}}}
	if got := notRunning(running); got != "" {
		t.Errorf("a pod that runs: %q", got)
	}
	if got := notRunning(&corev1.Pod{}); got == "" {
		t.Error("a pod of which nothing is known can be asked")
	}
}

func TestBoundedKeepsTheBeginning(t *testing.T) {
	t.Parallel()
	b := &bounded{most: 5}
	for _, part := range []string{"abc", "def", "ghi"} {
		if n, err := b.Write([]byte(part)); n != 3 || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if b.String() != "abcde" || !b.cut {
		t.Errorf("kept %q, cut %t", b.String(), b.cut)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://me:x@proxy:3128": "http://***@proxy:3128",
		"PASSWORD=hunter2 make":  "PASSWORD=*** make",
		"--password hunter2 x":   "--password *** x",
		"mounts token files":     "mounts token files",
		"api_key: abc, next":     "api_key: ***, next",
	} {
		if got := mask(in); got != want {
			t.Errorf("mask(%q) = %q, want %q", in, got, want)
		}
	}
}

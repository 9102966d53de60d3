package scan_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/scan"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

const socketPod = `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  volumes:
    - name: s
      hostPath:
        path: /var/run/docker.sock
`

// folder is a temporary folder with files in it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func run(t *testing.T, s *scan.Scanner, paths ...string) *finding.Report {
	t.Helper()
	report, err := s.Run(t.Context(), paths)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// places are the findings as `file:line rule`, below dir.
func places(dir string, findings []finding.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, fmt.Sprintf("%s:%d %s", strings.TrimPrefix(f.File, filepath.ToSlash(dir)+"/"), f.Line, f.Rule))
	}
	return all
}

func reasons(r *finding.Report) string {
	var all []string
	for _, g := range r.Gaps {
		all = append(all, g.File+": "+g.Reason)
	}
	return strings.Join(all, "\n")
}

func TestAPathThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	_, err := new(scan.Scanner).Run(t.Context(), []string{filepath.Join(t.TempDir(), "none")})
	if err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("Run: error %v, want one that names the path", err)
	}
}

func TestAHugeFileIsAGap(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"small.yaml": socketPod})
	huge, err := os.Create(filepath.Join(dir, "huge.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := huge.WriteString(strings.Repeat("# a long preface\n", 1000)); err != nil {
		t.Fatal(err)
	}
	if err := huge.Truncate(100 << 20); err != nil { // sparse
		t.Fatal(err)
	}
	if err := huge.Close(); err != nil {
		t.Fatal(err)
	}
	report := run(t, new(scan.Scanner), dir)
	if len(report.Findings) != 1 {
		t.Errorf("%d findings, want that of the small file", len(report.Findings))
	}
	if got := reasons(report); !strings.Contains(got, "huge.yaml: larger than the 32 MiB that are read of a file (100 MiB)") {
		t.Errorf("gaps %q, want one that says how large the file is", got)
	}
}

func TestLinksThatGoRoundLeadNowhere(t *testing.T) {
	t.Parallel()
	outside := folder(t, map[string]string{"elsewhere.yaml": socketPod, "d/deep.yaml": socketPod})
	dir := folder(t, map[string]string{"a/pod.yaml": socketPod})
	for link, target := range map[string]string{
		"a/up": dir, "a/self": "self", "b": filepath.Join(dir, "a"), "copy.yaml": "a/pod.yaml", "gone.yaml": "nowhere",
		"out.yaml": filepath.Join(outside, "elsewhere.yaml"), "outdir": filepath.Join(outside, "d"),
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	report := run(t, new(scan.Scanner), dir)
	want := []string{"a/pod.yaml:8 docker-socket", "out.yaml:8 docker-socket"}
	if diff := cmp.Diff(want, places(dir, report.Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if got := reasons(report); !strings.Contains(got, "outdir: a link to the folder") || len(report.Gaps) != 1 {
		t.Errorf("gaps %q, want the folder elsewhere alone", got)
	}
}

func TestBinaryFilesAreSkipped(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"bin.yaml": "a\x00b /var/run/docker.sock", "core": "\x7fELF\x00", "empty.yaml": "", "latin.yaml": "a: \xff\xfe docker\n"})
	report := run(t, new(scan.Scanner), dir)
	if len(report.Findings) != 0 {
		t.Errorf("findings %v", report.Findings)
	}
	if got := reasons(report); strings.Contains(got, "bin.yaml") || !strings.Contains(got, "latin.yaml") {
		t.Errorf("gaps %q, want the one text that is no UTF-8", got)
	}
}

func TestWhatCannotBeReadIsAGap(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		asNobody(t) // root reads everything
		return
	}
	dir := folder(t, map[string]string{"open.yaml": socketPod, "shut.yaml": socketPod, "closed/x.yaml": socketPod})
	for path, mode := range map[string]os.FileMode{"shut.yaml": 0, "closed": 0} {
		if err := os.Chmod(filepath.Join(dir, path), mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "closed"), 0o755) }) // so that it can be removed
	report := run(t, new(scan.Scanner), dir)
	if got := reasons(report); len(report.Findings) != 1 || !strings.Contains(got, "shut.yaml: permission denied") || !strings.Contains(got, "closed: permission denied") {
		t.Errorf("%d findings, gaps %q; want one, and both that are closed", len(report.Findings), got)
	}
}

// asNobody runs the test once more, as a user who may not read everything.
func asNobody(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for _, shared := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(shared, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "test")
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Dir, cmd.Env = dir, []string{"TMPDIR=" + dir, "HOME=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as another user: %v\n%s", err, out)
	}
}

func TestBrokenFilesAreGapsAndTheOthersAreRead(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"broken.yaml": "a: b\n---\na: [\n---\n" + socketPod,
		"broken.sh":   "#!/bin/sh\nif docker ps; then\n",
		"broken.json": `{"kind": "Pod", "spec": "docker`,
		"broken.conf": "[[inputs.docker]]\nx = \n",
		"rules.yaml":  "groups: [{name: g, rules: [{alert: A, expr: 'sum(engine_daemon_x'}]}]\n",
		"harmless.sh": "#!/bin/sh\nif true; then\n",
	})
	report := run(t, new(scan.Scanner), dir)
	if got := places(dir, report.Findings); len(got) != 1 || got[0] != "broken.yaml:12 docker-socket" {
		t.Errorf("findings %v, want that of the third document", got)
	}
	got := reasons(report)
	for _, want := range []string{"broken.yaml: reading YAML", "broken.sh: reading a shell script", "broken.json: reading JSON", "broken.conf: reading TOML", "rules.yaml: reading a query"} {
		if !strings.Contains(got, want) {
			t.Errorf("gaps lack %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "harmless") {
		t.Errorf("a script that cannot hold anything is a gap:\n%s", got)
	}
}

func TestSuppressions(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"block.yaml":   strings.Replace(socketPod, "    - name: s", "    # rehearse:ignore docker-socket goes away in May\n    - name: s", 1),
		"line.sh":      "docker ps # rehearse:ignore docker-command runs on my laptop alone\ndocker ps\n",
		"reason.sh":    "docker ps # rehearse:ignore docker-command\n",
		"unneeded.sh":  "# rehearse:ignore docker-command nothing left\necho\n",
		"unknown.sh":   "# rehearse:ignore no-such-rule because\necho\n",
		"text.sh":      "echo 'x rehearse:ignore docker-command not a comment'\n",
		"script.yaml":  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  a.sh: |\n    # rehearse:ignore docker-command of the old nodes\n    docker ps\n    docker ps\n",
		"another.yaml": strings.Replace(socketPod, "    - name: s", "    # rehearse:ignore docker-data of another rule\n    - name: s", 1),
	})
	report := run(t, new(scan.Scanner), dir)
	wantKept := []string{
		"another.yaml:9 docker-socket", "line.sh:2 docker-command", "reason.sh:1 docker-command",
		"reason.sh:1 suppression-without-reason", "script.yaml:8 docker-command",
	}
	if diff := cmp.Diff(wantKept, places(dir, report.Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	wantGone := []string{"block.yaml:9 docker-socket", "line.sh:1 docker-command", "script.yaml:7 docker-command"}
	if diff := cmp.Diff(wantGone, places(dir, report.Suppressed)); diff != "" {
		t.Errorf("suppressed (-want +got):\n%s", diff)
	}
	if got := report.Suppressed[0].Suppressed; got != "goes away in May" {
		t.Errorf("reason %q", got)
	}
	var warnings []string
	for _, w := range report.Warnings {
		warnings = append(warnings, fmt.Sprintf("%s:%d", filepath.Base(w.File), w.Line))
	}
	if diff := cmp.Diff([]string{"another.yaml:6", "unknown.sh:1", "unneeded.sh:1"}, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

const daemonSetTemplate = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: {{ .Release.Name }}}
spec:
  template:
    spec:
      containers: [{name: c, image: a/b:1}]
      volumes:
        - name: s
          hostPath: {path: {{ .Values.socket }}}
`

func TestCharts(t *testing.T) {
	t.Parallel()
	chart := "apiVersion: v2\nname: c\nversion: 0.1.0\n"
	for name, row := range map[string]struct {
		files map[string]string
		want  []string
		gap   string
	}{
		"a value is found where it is set": {
			map[string]string{"Chart.yaml": chart, "values.yaml": "# x\nsocket: /run/docker.sock\n", "templates/d.yaml": daemonSetTemplate},
			[]string{"values.yaml:2 docker-socket"},
			"",
		},
		"a further file of values": {
			map[string]string{"Chart.yaml": chart, "values.yaml": "socket: /run/x.sock\n", "values-old.yaml": "socket: /run/docker.sock\n", "templates/d.yaml": daemonSetTemplate},
			[]string{"values-old.yaml:1 docker-socket"},
			"",
		},
		"a value that is put together": {
			map[string]string{"Chart.yaml": chart, "values.yaml": "dir: /run\n", "templates/d.yaml": strings.Replace(daemonSetTemplate, "{{ .Values.socket }}", "{{ .Values.dir }}/docker.sock", 1)},
			[]string{"templates/d.yaml:10 docker-socket"},
			"",
		},
		"a template that fails, and another one": {
			map[string]string{"Chart.yaml": chart, "values.yaml": "socket: /run/docker.sock\n", "templates/d.yaml": daemonSetTemplate, "templates/bad.yaml": "{{ include \"nothing\" . }}\n" + socketPod},
			[]string{"templates/bad.yaml:9 docker-socket", "values.yaml:1 docker-socket"},
			"templates/bad.yaml: a template that cannot be rendered",
		},
		"the partials of a template that fails": {
			map[string]string{
				"Chart.yaml": chart, "templates/_volumes.tpl": "{{- define \"v\" -}}\n- name: s\n  hostPath:\n    path: /run/docker.sock\n{{- end -}}\n",
				"templates/bad.yaml": "{{ include \"nothing\" . }}\n{{ include \"v\" . }}\n",
			},
			[]string{"templates/_volumes.tpl:4 docker-socket"},
			"templates/bad.yaml: a template that cannot be rendered",
		},
		"a template that does not parse": {
			map[string]string{"Chart.yaml": chart, "values.yaml": "socket: /run/docker.sock\n", "templates/d.yaml": daemonSetTemplate, "templates/bad.yaml": "{{ if }}\n"},
			[]string{"values.yaml:1 docker-socket"},
			"templates/bad.yaml: a template that cannot be rendered",
		},
		"a dependency that is missing": {
			map[string]string{"Chart.yaml": chart + "dependencies: [{name: gone, version: 1.0.0, repository: 'https://example.com'}]\n", "values.yaml": "socket: /run/docker.sock\n", "templates/d.yaml": daemonSetTemplate},
			[]string{"values.yaml:1 docker-socket"},
			`the chart's dependency "gone" is not in its folder charts`,
		},
		"a chart that is none":    {map[string]string{"Chart.yaml": "a: [", "templates/d.yaml": daemonSetTemplate}, nil, "reading the chart"},
		"a chart of another time": {map[string]string{"Chart.yaml": chart + "kubeVersion: '<1.20'\n", "templates/p.yaml": socketPod}, []string{"templates/p.yaml:8 docker-socket"}, ""},
		"a script beside a chart": {map[string]string{"Chart.yaml": chart, "hack/x.sh": "docker ps\n", "ci/x.sh": "docker ps\n"}, []string{"hack/x.sh:1 docker-command"}, ""},
		"suppressed in a template": {
			map[string]string{"Chart.yaml": chart, "templates/p.yaml": strings.Replace(socketPod, "path:", "# rehearse:ignore docker-socket until June\n        path:", 1)},
			nil, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, row.files)
			report := run(t, new(scan.Scanner), dir)
			if diff := cmp.Diff(row.want, places(dir, report.Findings)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if got := reasons(report); !strings.Contains(got, row.gap) || row.gap == "" && got != "" {
				t.Errorf("gaps %q, want %q", got, row.gap)
			}
		})
	}
}

func TestValuesOfTheUser(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n", "chart/values.yaml": "socket: /run/x.sock\n",
		"chart/templates/d.yaml": daemonSetTemplate, "mine.txt": "socket: /run/docker.sock\n",
	})
	report := run(t, &scan.Scanner{Values: []string{filepath.Join(dir, "mine.txt")}}, filepath.Join(dir, "chart"))
	if got := places(dir, report.Findings); len(got) != 1 || got[0] != "chart/templates/d.yaml:10 docker-socket" {
		t.Errorf("findings %v, want the template's line", got)
	}
}

func TestAKustomizationFetchesNothing(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"over/kustomization.yaml": "resources: [../base]\n",
		"base/kustomization.yaml": "resources: [pod.yaml, 'https://example.com/x.yaml', 'github.com/a/b//c?ref=v1']\n",
		"base/pod.yaml":           socketPod,
	})
	report := run(t, new(scan.Scanner), dir)
	if got := places(dir, report.Findings); len(got) != 1 {
		t.Errorf("findings %v, want that of the pod", got)
	}
	if got := reasons(report); strings.Count(got, "https://example.com/x.yaml") != 2 {
		t.Errorf("gaps %q, want both kustomizations", got)
	}
}

func TestTheSameFilesGiveTheSameReport(t *testing.T) {
	t.Parallel()
	first, second := run(t, new(scan.Scanner), corpus), run(t, new(scan.Scanner), corpus)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("a second scan differs (-first +second):\n%s", diff)
	}
}

func TestFixPreview(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"kubeadm.yaml": "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nnodeRegistration:\n  criSocket: /var/run/dockershim.sock\n",
		"pod.yaml":     socketPod,
	})
	report := run(t, new(scan.Scanner), dir)
	var out strings.Builder
	if err := scan.FixPreview(&out, report); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"-  criSocket: /var/run/dockershim.sock\n", "+  criSocket: unix:///run/containerd/containerd.sock\n", "@@ -1,4 +1,4 @@"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the preview lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "pod.yaml") {
		t.Errorf("a rewrite that is not certain is offered:\n%s", out.String())
	}
}

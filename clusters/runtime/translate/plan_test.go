package translate_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/tools/txtar"
	kubelet "k8s.io/kubelet/config/v1beta1"
	"sigs.k8s.io/yaml"

	"github.com/rehearse-dev/rehearse/clusters/runtime/translate"
	"github.com/rehearse-dev/rehearse/internal/golden"
)

// busy is a node that has a little of everything.
func busy() translate.Sources {
	return translate.Sources{
		DaemonJSON: "testdata/busy/daemon.json",
		Units:      []string{"testdata/busy/docker.service", "testdata/busy/10-proxy.conf"},
		Registries: []string{"10.20.0.7:5000", "registry.example:5000", "127.0.0.1:5000"},
	}
}

func TestPlanOfABusyNode(t *testing.T) {
	t.Parallel()
	plan := planOf(t, busy())
	var text bytes.Buffer
	if err := plan.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/busy/plan.txt", text.Bytes())
	var files txtar.Archive
	for _, f := range plan.Files {
		files.Files = append(files.Files, txtar.File{Name: f.Path, Data: f.Content})
	}
	golden.Check(t, "testdata/busy/files.txtar", txtar.Format(&files))
}

// TestPasswordsStayInTheFile lets nobody read them in a plan or a public file.
func TestPasswordsStayInTheFile(t *testing.T) {
	t.Parallel()
	plan := planOf(t, busy())
	var text bytes.Buffer
	if err := plan.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	for what, content := range map[string][]byte{"text": text.Bytes(), "JSON": encoded} {
		if bytes.Contains(content, []byte("hunter2")) {
			t.Errorf("the plan as %s holds a proxy's password", what)
		}
	}
	found := false
	for _, f := range plan.Files {
		if bytes.Contains(f.Content, []byte("hunter2")) {
			found = true
			if f.Mode != 0o600 {
				t.Errorf("%s holds a password and has mode %o", f.Path, f.Mode)
			}
		}
	}
	if !found {
		t.Error("the proxy's password is lost")
	}
}

// TestConfigurationsParse reads what is written as its readers do.
func TestConfigurationsParse(t *testing.T) {
	t.Parallel()
	files := filesOf(planOf(t, busy()))
	var containerd struct {
		Version int
		Root    string
		Plugins map[string]any
	}
	if err := toml.Unmarshal(files["containerd/10-docker.toml"], &containerd); err != nil || containerd.Version != 3 || containerd.Root == "" {
		t.Errorf("containerd's configuration: version %d, root %q, %v", containerd.Version, containerd.Root, err)
	}
	var settings kubelet.KubeletConfiguration
	if err := yaml.UnmarshalStrict(files["kubelet/10-docker.conf"], &settings); err != nil {
		t.Error(err)
	}
	if settings.ContainerLogMaxSize != "10Mi" || *settings.ContainerLogMaxFiles != 3 || settings.CgroupDriver != "systemd" {
		t.Errorf("kubelet's configuration: %q, %d, %q", settings.ContainerLogMaxSize, *settings.ContainerLogMaxFiles, settings.CgroupDriver)
	}
}

func TestSizesOfLogs(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ options, want string }{
		"megabytes are powers of 1024":    {`{"max-size":"10m"}`, "containerLogMaxSize: 10Mi"},
		"with a unit of two letters":      {`{"max-size":"1GB"}`, "containerLogMaxSize: 1Gi"},
		"a fraction":                      {`{"max-size":"1.5m"}`, "containerLogMaxSize: 1536Ki"},
		"plain bytes":                     {`{"max-size":"1000"}`, `containerLogMaxSize: "1000"`},
		"one file is two to kubelet":      {`{"max-file":"1"}`, "containerLogMaxFiles: 2"},
		"more stay as many":               {`{"max-file":"7"}`, "containerLogMaxFiles: 7"},
		"of another driver they are lost": {`{"max-size":"10m"},"log-driver":"gelf"`, ""},
		"without an end there is none":    {`{"max-size":"-1"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := string(filesOf(planOf(t, daemonJSON(t, `{"log-opts":`+row.options+`}`)))["kubelet/10-docker.conf"])
			if row.want == "" && got != "" || !strings.Contains(got, row.want) {
				t.Errorf("kubelet's configuration lacks %q:\n%s", row.want, got)
			}
		})
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	plan := planOf(t, busy())
	dir := filepath.Join(t.TempDir(), "new", "folder")
	if err := plan.Write(dir); err != nil {
		t.Fatal(err)
	}
	for _, f := range plan.Files {
		content, err := os.ReadFile(filepath.Join(dir, f.Path))
		if err != nil || !bytes.Equal(content, f.Content) {
			t.Errorf("%s is not what the plan holds: %v", f.Path, err)
		}
		info, err := os.Stat(filepath.Join(dir, f.Path))
		if err != nil || info.Mode().Perm() != f.Mode {
			t.Errorf("%s has mode %v, want %v (%v)", f.Path, info.Mode().Perm(), f.Mode, err)
		}
	}
	if err := plan.Write(dir); err == nil || !strings.Contains(err.Error(), translate.ErrNotEmpty.Error()) {
		t.Errorf("writing over an earlier translation: %v", err)
	}
}

// TestTheSamePlanAgain keeps the order of maps out of it.
func TestTheSamePlanAgain(t *testing.T) {
	t.Parallel()
	first := planOf(t, busy())
	for range 20 {
		if diff := cmp.Diff(first, planOf(t, busy())); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestNothingToTranslate(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"an empty file": "", "white space": " \n", "an empty object": "{}", "a byte order mark": "\ufeff{}"} {
		plan := planOf(t, daemonJSON(t, content))
		if len(plan.Items) != 0 || len(plan.Files) != 0 || len(plan.Unsaid) == 0 {
			t.Errorf("%s: %d items, %d files, %d defaults", name, len(plan.Items), len(plan.Files), len(plan.Unsaid))
		}
	}
}

func planOf(t *testing.T, from translate.Sources) *translate.Plan {
	t.Helper()
	plan, err := from.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func filesOf(plan *translate.Plan) map[string][]byte {
	files := map[string][]byte{}
	for _, f := range plan.Files {
		files[f.Path] = f.Content
	}
	return files
}

// daemonJSON is a node with nothing but this daemon.json.
func daemonJSON(t *testing.T, content string) translate.Sources {
	t.Helper()
	return translate.Sources{DaemonJSON: file(t, "daemon.json", content)}
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

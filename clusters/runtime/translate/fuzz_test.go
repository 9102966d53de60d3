package translate_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/rehearse-dev/rehearse/clusters/runtime/translate"
)

// FuzzDaemonJSON wants no file to be written outside the folder, and none that its
// reader cannot read.
func FuzzDaemonJSON(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "[]", "null", "{", "\ufeff{}", `{"debug":true}`, `{"debug":`, `{"registry-mirrors":["https://m.example/v2/"]}`,
		`{"insecure-registries":["[::1]:5000","10.0.0.0/8","a_b","::"]}`, `{"runtimes":{"../x":{"path":"a"}},"default-runtime":"../x"}`,
		`{"log-opts":{"max-size":"9999999999999g"}}`, `{"proxies":{"http-proxy":"http://a:b\n@c","no-proxy":"a\nb"}}`, `{"default-ulimits":{"nofile":{}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		plan, err := daemonJSON(t, content).Plan()
		if err != nil {
			return
		}
		for _, file := range plan.Files {
			if !filepath.IsLocal(file.Path) {
				t.Errorf("%q would lie outside the folder", file.Path)
			}
			var parsed map[string]any
			if strings.HasSuffix(file.Path, ".toml") && toml.Unmarshal(file.Content, &parsed) != nil {
				t.Errorf("%s cannot be read:\n%s", file.Path, file.Content)
			}
		}
	})
}

// FuzzUnit wants no unit to be too much, and a drop-in that stays on its lines.
func FuzzUnit(f *testing.F) {
	for _, seed := range []string{
		"", "[Service]", "[Service]\nExecStart=", "[Service]\nExecStart=/usr/bin/dockerd $A ${B} \\\n -H fd://",
		"[Service]\nEnvironment=\"A=\\\"x\" 'B=c'", "[Service]\nLimitNOFILE=\\\n5", "[Service]\nEnvironment=HTTP_PROXY=%%n%n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		plan, err := translate.Sources{Units: []string{file(t, "docker.service", content)}}.Plan()
		if err != nil {
			return
		}
		for _, file := range plan.Files {
			if filepath.Base(file.Path) != "10-docker.conf" {
				continue
			}
			for line := range strings.Lines(string(file.Content)) {
				if line = strings.TrimSpace(line); line != "" && line != "[Service]" && line[0] != '#' && !strings.Contains(line, "=") {
					t.Errorf("a line of its own: %q", line)
				}
			}
		}
	})
}

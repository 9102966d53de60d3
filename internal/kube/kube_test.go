package kube_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/kube"
)

const valid = `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`

func TestNew(t *testing.T) {
	t.Parallel()
	file := write(t, valid)
	c, err := kube.New(file)
	if err != nil {
		t.Fatalf("New(valid) = %v", err)
	}
	if c.Config.Host != "https://127.0.0.1:6443" || c.Typed == nil || c.Dynamic == nil {
		t.Errorf("New(valid) = %+v, want clients of the file's server", c)
	}
}

func TestConfigNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ file, want string }{
		"no file named":   {"", "no file named"},
		"file not there":  {filepath.Join(t.TempDir(), "none"), "none"},
		"not YAML":        {write(t, "\t{"), "reading kubeconfig"},
		"no context":      {write(t, "apiVersion: v1\nkind: Config\n"), "reading kubeconfig"},
		"unknown context": {write(t, strings.Replace(valid, "current-context: x", "current-context: y", 1)), "reading kubeconfig"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := kube.Config(tt.file)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Config() = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

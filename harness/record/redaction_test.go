package record_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/record"
)

func TestRedaction(t *testing.T) {
	t.Parallel()
	const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln"
	w, _ := create(t)
	before := w.Redaction()
	w.Redact([]string{"swordfish"})
	for name, row := range map[string]struct {
		redact     func(string) string
		text, want string
	}{
		"nothing to hide":                {w.Redaction(), "container_fs_usage_bytes", "container_fs_usage_bytes"},
		"a secret alone":                 {w.Redaction(), "swordfish", record.Redacted},
		"a secret within":                {w.Redaction(), "https://me:swordfish@host", "https://me:" + record.Redacted + "@host"},
		"a secret in base64":             {w.Redaction(), "x c3dvcmRmaXNo", "x " + record.Redacted},
		"a token, whoever knows it":      {before, "Bearer " + token + " ok", "Bearer " + record.Redacted + " ok"},
		"a secret that was not known of": {before, "swordfish", "swordfish"},
		"less than any secret":           {w.Redaction(), "sword", "sword"},
		"nothing":                        {w.Redaction(), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := row.redact(row.text); got != row.want {
				t.Errorf("redact(%q) = %q, want %q", row.text, got, row.want)
			}
		})
	}
}

func TestDir(t *testing.T) {
	t.Parallel()
	w, dir := create(t)
	made, err := w.Dir("metrics/tsdb")
	if err != nil || made != filepath.Join(dir, "metrics", "tsdb") {
		t.Fatalf("Dir() = %q, %v, want a folder of the recording", made, err)
	}
	if info, err := os.Stat(made); err != nil || !info.IsDir() {
		t.Errorf("%q is no folder: %v", made, err)
	}
	if again, err := w.Dir("metrics/tsdb"); err != nil || again != made {
		t.Errorf("Dir() again = %q, %v", again, err)
	}
	if out, err := w.Dir("../elsewhere"); err == nil {
		t.Errorf("Dir() leads out to %q", out)
	}
}

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// weak is a process without CAP_SYS_RESOURCE.
var weak = privileges{
	capabilities: 1<<41 - 1 - 1<<24,
	oomScoreAdj:  -10,
	hardLimit: func(name string) (uint64, bool) {
		return 20000, name == "RLIMIT_NOFILE"
	},
}

func TestSpecification(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args    []string
		path    string
		wrapped bool
	}{
		"create with a bundle":      {[]string{"--root", "/run/runc", "create", "--bundle", "/b", "id"}, "/b/config.json", true},
		"run with a short option":   {[]string{"run", "-b", "/b", "id"}, "/b/config.json", true},
		"bundle after an equals":    {[]string{"create", "--bundle=/b", "id"}, "/b/config.json", true},
		"bundle left out":           {[]string{"create", "id"}, "config.json", true},
		"exec with a process":       {[]string{"--log", "/l", "exec", "--process", "/p", "--detach", "id"}, "/p", false},
		"exec of a command":         {[]string{"exec", "id", "ls"}, "", false},
		"a verb without a process":  {[]string{"--root", "/run/runc", "delete", "id"}, "", false},
		"nothing but global option": {[]string{"--version"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, wrapped := specification(test.args)
			if path != test.path || wrapped != test.wrapped {
				t.Errorf("specification(%q) = %q, %t, want %q, %t", test.args, path, wrapped, test.path, test.wrapped)
			}
		})
	}
}

func TestConfineJSON(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wrapped   bool
		in, wants string
	}{
		"capabilities that are not granted go": {
			false,
			`{"capabilities": {"bounding": ["CAP_CHOWN", "CAP_SYS_RESOURCE", "CAP_NOT_INVENTED"], "ambient": null}}`,
			`{"capabilities":{"ambient":null,"bounding":["CAP_CHOWN"]}}`,
		},
		"a lower score than one's own is raised": {false, `{"oomScoreAdj": -999}`, `{"oomScoreAdj":-10}`},
		"a higher score stays":                   {false, `{"oomScoreAdj": 1000}`, `{"oomScoreAdj":1000}`},
		"limits come down to the hard limit": {
			false,
			`{"rlimits": [{"type": "RLIMIT_NOFILE", "hard": 18446744073709551615, "soft": 1024}]}`,
			`{"rlimits":[{"hard":20000,"soft":1024,"type":"RLIMIT_NOFILE"}]}`,
		},
		"other limits stay": {
			false,
			`{"rlimits": [{"type": "RLIMIT_CORE", "hard": 18446744073709551615}]}`,
			`{"rlimits":[{"hard":18446744073709551615,"type":"RLIMIT_CORE"}]}`,
		},
		"the process inside a container": {
			true,
			`{"ociVersion": "1.2.0", "process": {"oomScoreAdj": -999}, "linux": {"cgroupsPath": "a:b:c"}}`,
			`{"linux":{"cgroupsPath":"a:b:c"},"ociVersion":"1.2.0","process":{"oomScoreAdj":-10}}`,
		},
		"a container without a process": {true, `{"ociVersion": "1.2.0"}`, `{"ociVersion":"1.2.0"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := weak.confineJSON([]byte(test.in), test.wrapped)
			if err != nil || string(got) != test.wants {
				t.Errorf("confineJSON(%s) = %s, %v, want %s", test.in, got, err, test.wants)
			}
		})
	}
}

func TestConfineFileReplacesTheWholeFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(`{"process": {"oomScoreAdj": -999}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := weak.confineFile(path, true); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil || !json.Valid(content) || string(content) != `{"process":{"oomScoreAdj":-10}}` {
		t.Errorf("the file holds %s, %v", content, err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("%d files left behind", len(entries)-1)
	}
}

func TestConfineFileReportsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	if err := weak.confineFile(filepath.Join(t.TempDir(), "config.json"), true); err == nil {
		t.Error("no error for a file that is not there")
	}
}

func TestBoundingSet(t *testing.T) {
	t.Parallel()
	set, err := boundingSet("Name:\trunc\nCapBnd:\t000001fffeffffff\nCapAmb:\t0000000000000000\n")
	if err != nil || set != 0x1fffeffffff {
		t.Errorf("boundingSet = %x, %v", set, err)
	}
	if _, err := boundingSet("Name:\trunc\n"); err == nil {
		t.Error("no error for a status without capabilities")
	}
}

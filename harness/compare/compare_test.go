package compare_test

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// files are the files of one recording, by name.
type files map[string]string

// fs is the files as a folder.
func (f files) fs() fstest.MapFS {
	dir := fstest.MapFS{}
	for name, content := range f {
		dir[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return dir
}

// open makes a recording of one side.
func open(tb testing.TB, side clusters.Side, runtime clusters.Runtime, f files) *record.Recording {
	tb.Helper()
	meta := record.Meta{FormatVersion: record.FormatVersion, Side: side, Run: 1, Runtime: runtime, Names: namesOf(tb, f)}
	if gaps, ok := f["gaps"]; ok {
		meta.Gaps = []record.Gap{{Kind: record.Logs, Subject: gaps, Reason: "could not be read"}}
	}
	raw, err := json.Marshal(meta)
	if err != nil {
		tb.Fatal(err)
	}
	if recorded, ok := f[record.MetaFile]; ok {
		raw = []byte(recorded)
	}
	prefix := string(side) + "/1"
	run := fstest.MapFS{path.Join(prefix, record.MetaFile): {Data: raw}}
	for name, content := range f {
		if name == record.MetaFile {
			continue
		}
		run[path.Join(prefix, name)] = &fstest.MapFile{Data: []byte(content)}
	}
	r, err := record.Open(run, prefix)
	if err != nil {
		tb.Fatal(err)
	}
	r.Meta.Side, r.Meta.Runtime = side, runtime
	return r
}

// namesOf are the pods of a recording, with roles as their names suggest.
func namesOf(tb testing.TB, f files) record.Names {
	tb.Helper()
	names := record.Names{Pods: map[string]record.Pod{}}
	for line := range strings.Lines(f[record.ObjectsFile]) {
		var o struct {
			Kind     string
			Metadata struct{ Namespace, Name, UID string }
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			tb.Fatal(err)
		}
		if o.Kind == "Pod" {
			role := generated.ReplaceAllString(o.Metadata.Name, "")
			names.Pods[o.Metadata.UID] = record.Pod{Namespace: o.Metadata.Namespace, Name: o.Metadata.Name, Role: role}
		}
	}
	return names
}

var generated = regexp.MustCompile(`(-[0-9a-z]{8,10})?-(x2x4z|bq7mp)$`)

// said are the severity, ID and subjects of each finding.
func said(c *compare.Comparison) []string {
	lines := []string{}
	for _, f := range c.Findings {
		lines = append(lines, strings.Join([]string{string(f.Severity), f.ID, string(f.Change), strings.Join(f.Subjects, "+")}, " "))
	}
	return lines
}

const id = "83f13fbfa1a6459a3906f1ca7dde81916f288ded97063e12f41bb5311a39bbb5"

func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }

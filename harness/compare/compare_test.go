package compare_test

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// files are the files of one recording, by name.
type files map[string]string

// with returns the files with one of them replaced.
func (f files) with(name, content string) files {
	changed := files{name: content}
	for n, c := range f {
		if n != name {
			changed[n] = c
		}
	}
	return changed
}

// open makes a recording of one side.
func open(t *testing.T, side clusters.Side, runtime clusters.Runtime, f files) *record.Recording {
	t.Helper()
	meta := record.Meta{FormatVersion: record.FormatVersion, Side: side, Run: 1, Runtime: runtime, Names: namesOf(t, f)}
	if gaps, ok := f["gaps"]; ok {
		meta.Gaps = []record.Gap{{Kind: record.Logs, Subject: gaps, Reason: "could not be read"}}
	}
	raw, err := json.Marshal(meta)
	if err != nil {
		t.Fatal(err)
	}
	prefix := string(side) + "/1"
	run := fstest.MapFS{path.Join(prefix, record.MetaFile): {Data: raw}}
	for name, content := range f {
		run[path.Join(prefix, name)] = &fstest.MapFile{Data: []byte(content)}
	}
	r, err := record.Open(run, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// namesOf are the pods of a recording, with roles as their names suggest.
func namesOf(t *testing.T, f files) record.Names {
	t.Helper()
	names := record.Names{Pods: map[string]record.Pod{}}
	for line := range strings.Lines(f[record.ObjectsFile]) {
		var o struct {
			Kind     string
			Metadata struct{ Namespace, Name, UID string }
		}
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		if o.Kind == "Pod" {
			role := generated.ReplaceAllString(o.Metadata.Name, "")
			names.Pods[o.Metadata.UID] = record.Pod{Namespace: o.Metadata.Namespace, Name: o.Metadata.Name, Role: role}
		}
	}
	return names
}

var generated = regexp.MustCompile(`(-[0-9a-z]{8,10})?-(x2x4z|bq7mp)$`)

// judge compares a Docker baseline with a containerd candidate.
func judge(t *testing.T, docker, containerd files, agents ...scenarios.Agent) *compare.Comparison {
	t.Helper()
	c, err := compare.Compare(compare.Input{
		Scenario:  &scenarios.Scenario{Spec: scenarios.Spec{Agents: agents}},
		Baseline:  []*record.Recording{open(t, clusters.Baseline, clusters.Docker, docker)},
		Candidate: []*record.Recording{open(t, clusters.Candidate, clusters.Containerd, containerd)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

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

var dockerLogs = files{
	record.LogIndex: lines(
		`{"namespace":"shop","pod":"web-7d9f8b6c5d-x2x4z","podUID":"u1","container":"web","path":"/var/log/pods/shop_web_u1/web/0.log","target":"/var/lib/docker/containers/`+id+`/`+id+`-json.log","mode":"lrwxrwxrwx","file":"logs/pods/web"}`,
		`{"namespace":"agents","pod":"shipper-bq7mp","podUID":"u2","container":"shipper","path":"/var/log/pods/agents_shipper_u2/shipper/0.log","target":"/var/lib/docker/containers/`+id+`/`+id+`-json.log","mode":"lrwxrwxrwx","file":"logs/pods/shipper"}`,
	),
	"logs/pods/web": lines(
		`{"log":"html \u003ca\u003e\n","stream":"stdout","time":"2026-11-23T04:31:19.195673608Z"}`,
		`{"log":"long","stream":"stdout","time":"2026-11-23T04:31:19.198380379Z"}`,
		`{"log":" line\n","stream":"stdout","time":"2026-11-23T04:31:19.198380379Z"}`,
	),
	"logs/pods/shipper": lines(`{"log":"shipped 12 records from shop\n","stream":"stdout","time":"2026-11-23T04:31:19.195673608Z"}`),
	record.ObjectsFile:  agentPods,
}

var containerdLogs = files{
	record.LogIndex: lines(
		`{"namespace":"agents","pod":"shipper-bq7mp","podUID":"u2","container":"shipper","path":"/var/log/pods/agents_shipper_u2/shipper/0.log","mode":"-rw-r-----","file":"logs/pods/shipper"}`,
		`{"namespace":"shop","pod":"web-7d9f8b6c5d-x2x4z","podUID":"u1","container":"web","path":"/var/log/pods/shop_web_u1/web/0.log","mode":"-rw-r-----","file":"logs/pods/web"}`,
	),
	"logs/pods/web": lines(
		`2026-11-23T04:31:19.195673608Z stdout F html <a>`,
		`2026-11-23T04:31:19.195673608Z stdout P long`,
		`2026-11-23T04:31:19.195673608Z stdout F  line`,
	),
	"logs/pods/shipper": lines(`2026-11-23T04:31:19.195673608Z stdout F watching`),
	record.ObjectsFile:  agentPods,
}

var agentPods = lines(
	`{"kind":"Pod","metadata":{"namespace":"shop","name":"web-7d9f8b6c5d-x2x4z","uid":"u1"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}`,
	`{"kind":"Pod","metadata":{"namespace":"agents","name":"shipper-bq7mp","uid":"u2"},"spec":{"volumes":[{"name":"l","hostPath":{"path":"/var/log"}}]},"status":{"conditions":[{"type":"Ready","status":"True"}]}}`,
	`{"kind":"Pod","metadata":{"namespace":"agents","name":"inventory-x2x4z","uid":"u3"},"spec":{"volumes":[{"name":"s","hostPath":{"path":"/var/run/docker.sock"}}]},"status":{"conditions":[{"type":"Ready","status":"True"}]}}`,
)

var shipper = scenarios.Agent{Name: "shipper", Signals: []scenarios.Signal{{Logs: `shipped (\d+) records`}}}

func TestLogsAndTheAgentThatReadsThem(t *testing.T) {
	t.Parallel()
	c := judge(t, dockerLogs, containerdLogs, shipper)
	want := []string{
		"breaks LOG-001 changed agent shipper+agents/shipper/shipper+shop/web/web",
		"changes LOG-002 changed agents/shipper/shipper+shop/web/web",
		"changes LOG-003 changed shop/web/web",
		"changes LOG-006 changed shop/web/web",
	}
	if diff := cmp.Diff(want, said(c)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if c.Verdict != compare.Different {
		t.Errorf("verdict = %q, want %q", c.Verdict, compare.Different)
	}
}

package reports_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/internal/golden"
	"github.com/rehearse-dev/rehearse/reports"
)

// scanned is a report with one of each thing that there is.
func scanned() *finding.Report {
	return &finding.Report{
		APIVersion: finding.APIVersion, Paths: []string{"deploy"}, Files: 12, Skipped: 3,
		Findings: []finding.Finding{
			{
				Rule: finding.DockerSocket, Severity: compare.Breaks, Confidence: finding.High, File: "deploy/a b.yaml", Line: 12, Column: 9,
				Object: "DaemonSet ops/agent", Message: "mounts /var/run/docker.sock of the node", Found: "/var/run/docker.sock",
				Cause: "NODE-003", Remedy: "Ask the Kubernetes API instead; `crictl` helps.",
			},
			{
				Rule: finding.DockerCommand, Severity: compare.Info, Confidence: finding.Low, File: "ci/x.yml", Line: 3,
				Message: "runs docker \x1b[31mps\u202e", Found: "docker ps", Remedy: "Use crictl.",
			},
			{Rule: finding.DaemonSetting, Severity: compare.Changes, Confidence: finding.Medium, File: "chart.tgz", Message: "no place", Remedy: "Set it."},
		},
		Suppressed: []finding.Finding{{
			Rule: finding.DockerHost, Severity: compare.Breaks, Confidence: finding.High, File: "x.sh", Line: 1, Column: 1,
			Message: "a Docker client is pointed at tcp://x:2375", Remedy: "Remove it.", Suppressed: "until May",
		}},
		Gaps: []finding.Gap{
			{Resource: "persistentvolumes", Reason: "could not read persistentvolumes: forbidden"},
			{File: "broken.yaml", Line: 4, Reason: "reading YAML: did not find expected key"},
		},
		Warnings: []finding.Warning{{File: "x.sh", Line: 9, Text: "the suppression of docker-host matches nothing: take it out"}},
	}
}

func TestScanGolden(t *testing.T) {
	t.Parallel()
	for _, o := range reports.ScanOutputs() {
		t.Run(o.Name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := o.Format(&out, scanned()); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, filepath.Join("testdata", "golden", "scan."+o.Name), out.Bytes())
		})
	}
}

func TestScanSARIFIsValidAgainstItsSchema(t *testing.T) {
	t.Parallel()
	many := &finding.Report{}
	for i := range 6000 {
		many.Findings = append(many.Findings, finding.Finding{Rule: finding.DockerCommand, Severity: compare.Breaks, File: fmt.Sprintf("f%d", i), Line: i})
	}
	for name, r := range map[string]*finding.Report{
		"one of each": scanned(), "nothing": {}, "more than fits": many,
		"odd file names": {Findings: []finding.Finding{{Rule: finding.DockerHost, Severity: compare.Info, File: "a b/ü:[x]%.log", Line: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := reports.ScanSARIF(&out, r); err != nil {
				t.Fatal(err)
			}
			report, err := sarif.FromBytes(out.Bytes())
			if err != nil {
				t.Fatalf("reading SARIF again: %v", err)
			}
			if err := report.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestScanJSONIsReadBack(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := reports.ScanJSON(&out, scanned()); err != nil {
		t.Fatal(err)
	}
	var back finding.Report
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Findings) != 3 || back.Findings[0].Cause != "NODE-003" || back.Suppressed[0].Suppressed != "until May" {
		t.Errorf("read back %+v", back)
	}
}

func TestScanTextIsSafeToShow(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := (reports.ScanText{Width: 60}).Format(&out, scanned()); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\u202e") {
		t.Errorf("control characters reach the terminal:\n%q", out.String())
	}
}

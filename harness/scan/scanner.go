package scan

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/rehearse-dev/rehearse/harness/scan/detect"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// maxSize is how large a file may be that is read whole.
const maxSize = 32 << 20

// Scanner searches paths. The zero value is ready.
type Scanner struct {
	// KubernetesVersion that charts are rendered for; empty means the default of
	// scenarios.
	KubernetesVersion string
	// Values are files that every chart is rendered with, over its own.
	Values []string
}

// Run searches files and folders. Its error says that it could not start;
// whatever it cannot read on its way is a gap of the report.
func (s *Scanner) Run(ctx context.Context, paths []string) (*finding.Report, error) {
	report := &finding.Report{APIVersion: finding.APIVersion, Paths: paths, Findings: []finding.Finding{}}
	var jobs []job
	for _, path := range paths {
		found, gaps, err := walk(path)
		if err != nil {
			return nil, fmt.Errorf("scanning %q: %w", path, err)
		}
		jobs = append(jobs, found...)
		report.Gaps = append(report.Gaps, gaps...)
	}
	results := make([]outcome, len(jobs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, j := range jobs {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			results[i] = s.do(ctx, j)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	gather(report, results)
	return report, nil
}

// outcome is what one job came to.
type outcome struct {
	detect.Result
	files        int
	suppressions []suppression
	warnings     []finding.Warning
	// derived are findings in what was put together out of files; they count only
	// where no file says the same.
	derived []derived
}

// derived is a finding in what is made of the files of some folders.
type derived struct {
	finding.Finding
	folders []string
}

// do does one job. Charts and kustomizations are put together by other people's
// code: should that panic, the file is a gap and the others go on.
func (s *Scanner) do(ctx context.Context, j job) (out outcome) {
	defer func() {
		if broken := recover(); broken != nil {
			out = outcome{Result: detect.Result{Gaps: []finding.Gap{{File: filepath.ToSlash(j.path), Reason: fmt.Sprintf("looking at it failed: %v", broken)}}}, files: 1}
		}
	}()
	switch j.kind {
	case jobChart:
		return s.chart(ctx, j.path)
	case jobKustomization:
		return kustomization(j.path)
	default:
		return file(j.path)
	}
}

// file searches one file.
func file(path string) outcome {
	data, reason := read(path)
	name := filepath.ToSlash(path)
	if reason != "" {
		return outcome{Result: detect.Result{Gaps: []finding.Gap{{File: name, Reason: reason}}}}
	}
	if data == nil {
		return outcome{files: 1}
	}
	return outcome{Result: detect.File(name, data), files: 1, suppressions: suppressionsIn(name, data)}
}

// Content searches a file that somebody else has read, by its name.
func Content(name string, data []byte) *finding.Report {
	r := &finding.Report{APIVersion: finding.APIVersion, Paths: []string{name}}
	text, reason := readText(bytes.NewReader(data), int64(len(data)), filepath.Base(name))
	switch {
	case reason != "":
		r.Gaps = []finding.Gap{{File: name, Reason: reason}}
	case text == nil:
		r.Files, r.Skipped = 1, 1
	default:
		gather(r, []outcome{{Result: detect.File(name, text), files: 1, suppressions: suppressionsIn(name, text)}})
	}
	return r
}

// gather puts the outcomes together: what is derived from files after what the
// files say themselves, suppressions last.
func gather(r *finding.Report, results []outcome) {
	var suppressions []suppression
	for _, o := range results {
		r.Files += o.files
		if !o.Known && len(o.Gaps) == 0 {
			r.Skipped += o.files
		}
		r.Findings = append(r.Findings, o.Findings...)
		r.Gaps = append(r.Gaps, o.Gaps...)
		r.Warnings = append(r.Warnings, o.warnings...)
		suppressions = append(suppressions, o.suppressions...)
	}
	for _, o := range results {
		for _, d := range o.derived {
			if !slices.ContainsFunc(r.Findings, d.isCopyOf) {
				r.Findings = append(r.Findings, d.Finding)
			}
		}
	}
	suppress(r, suppressions)
	r.Sort()
}

// isCopyOf says whether a finding in a file is where a derived one comes from.
func (d derived) isCopyOf(known finding.Finding) bool {
	return known.Rule == d.Rule && known.Found == d.Found && slices.ContainsFunc(d.folders, func(folder string) bool {
		return strings.HasPrefix(known.File, folder+"/")
	})
}

func (s *Scanner) kubernetesVersion() string {
	if s.KubernetesVersion != "" {
		return s.KubernetesVersion
	}
	return scenarios.DefaultKubernetesVersion
}

// read is the content of a file that is text; nil for one that is not, and the
// reason why another one cannot be read.
func read(path string) ([]byte, string) {
	f, err := os.Open(path)
	if err != nil {
		return nil, reasonOf(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, reasonOf(err)
	}
	return readText(f, info.Size(), filepath.Base(path))
}

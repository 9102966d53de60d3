package scan

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// FixPreview writes a unified diff of the rewrites that are certain. Nothing is
// changed; `patch -p0` would do that.
func FixPreview(w io.Writer, r *finding.Report) error {
	byFile := map[string][]finding.Finding{}
	for _, f := range r.Findings {
		if f.Fix != nil && f.Line > 0 {
			byFile[f.File] = append(byFile[f.File], f)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		data, err := os.ReadFile(filepath.FromSlash(file))
		if err != nil {
			return fmt.Errorf("previewing fixes: %w", err)
		}
		before := strings.SplitAfter(string(data), "\n")
		if before[len(before)-1] == "" {
			before = before[:len(before)-1]
		}
		diff := difflib.UnifiedDiff{A: before, B: fixed(before, byFile[file]), FromFile: file, ToFile: file, Context: 3}
		if err := difflib.WriteUnifiedDiff(w, diff); err != nil {
			return fmt.Errorf("previewing fixes: %w", err)
		}
	}
	return nil
}

// fixed is the lines with each rewrite in its place. A text that is not there
// any more is left alone.
func fixed(lines []string, findings []finding.Finding) []string {
	lines = slices.Clone(lines)
	for _, f := range findings {
		if f.Line > len(lines) {
			continue
		}
		lines[f.Line-1] = strings.Replace(lines[f.Line-1], f.Fix.Old, f.Fix.New, 1)
	}
	return lines
}

// Program prometheus-rules makes rule files of a folder with rule files and
// PrometheusRule objects, as the Prometheus operator does:
//
//	prometheus-rules FROM TO
//
// It knows objects that are written as here only: block style, the spec last, and
// indented by two spaces.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: prometheus-rules FROM TO")
	}
	if err := convert(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func convert(from, to string) error {
	files, err := filepath.Glob(filepath.Join(from, "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rules, err := unwrap(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), []byte(rules), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// unwrap returns the spec of a PrometheusRule, and anything else as it is.
func unwrap(text string) (string, error) {
	if !strings.Contains(text, "\nkind: PrometheusRule\n") {
		return text, nil
	}
	_, spec, found := strings.Cut(text, "\nspec:\n")
	if !found {
		return "", errors.New("expected a spec")
	}
	var out strings.Builder
	for line := range strings.Lines(spec) {
		rest, indented := strings.CutPrefix(line, "  ")
		if !indented && strings.TrimSpace(line) != "" {
			return "", fmt.Errorf("expected %q to be indented by two spaces", strings.TrimSpace(line))
		}
		out.WriteString(rest)
	}
	return out.String(), nil
}

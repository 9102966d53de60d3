package main

import (
	"fmt"
	"os"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// loadSearches reads the log searches that a scenario names. Mistakes in them are
// better found before there are clusters.
func loadSearches(s *scenarios.Scenario) (*searches.Set, error) {
	dir := os.DirFS(s.Dir)
	files, err := scenarios.MatchAssets(dir, s.Spec.Assets.LogSearches)
	if err != nil {
		return nil, err
	}
	set, err := searches.Load(dir, files)
	if err != nil {
		return nil, err
	}
	if err := set.Err(); err != nil {
		return nil, fmt.Errorf("scenario %q: %w", s.Metadata.Name, err)
	}
	return set, nil
}

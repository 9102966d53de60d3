package reports

import (
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare"
)

// assetRow is one asset of the user's, as every format lists it: those that ask for
// most first, as a comparison has them.
type assetRow struct {
	compare.JudgedAsset
	// Number of the finding that it is part of; 0 without one.
	Number int
}

// assetRows lists at most limit assets, and says how many more there are.
func assetRows(c *compare.Comparison, limit int) (rows []assetRow, more int) {
	numbers, number := map[string]int{}, 0
	for _, s := range sections(c) {
		for _, f := range s.Findings {
			number++
			numbers[f.ID] = number
		}
	}
	for _, a := range c.Assets[:min(len(c.Assets), limit)] {
		rows = append(rows, assetRow{a, numbers[a.Finding]})
	}
	return rows, len(c.Assets) - len(rows)
}

// Place is where the user wrote the asset, as editors write it.
func (r assetRow) Place() string { return place(r.File, r.Line) }

// Anchor is where its finding is on the page.
func (r assetRow) Anchor() string { return findingAnchor(r.Number) }

// assetTally counts the assets by what became of them.
func assetTally(c *compare.Comparison) string {
	counts := map[compare.AssetVerdict]int{}
	for _, a := range c.Assets {
		counts[a.Verdict]++
	}
	var parts []string
	for _, verdict := range compare.AssetVerdicts() {
		if n := counts[verdict]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, verdict))
		}
	}
	return strings.Join(parts, ", ")
}

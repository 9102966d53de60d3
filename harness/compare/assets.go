package compare

import (
	"cmp"
	"slices"

	"github.com/rehearse-dev/rehearse/harness/assets"
)

// JudgedAsset is one of the assets that the user's own files hold, and what became of
// it. All of them are listed, those that nothing happened to as well.
type JudgedAsset struct {
	Kind    string       `json:"kind"` // such as log search
	Name    string       `json:"name"`
	File    string       `json:"file"`           // relative to the scenario's folder
	Line    int          `json:"line,omitempty"` // from 1
	Verdict AssetVerdict `json:"verdict"`
	// Why is the verdict's reason, in a few words.
	Why string `json:"why,omitempty"`
	// Notes are what else there is to know, such as what was replayed shorter than
	// it is written.
	Notes []string `json:"notes,omitempty"`
	// Stimuli could prove an asset that is unproven.
	Stimuli []string `json:"stimuli,omitempty"`
	// Finding is the ID of the finding that the asset is part of, if it is.
	Finding string `json:"finding,omitempty"`
}

// AssetVerdict is what became of an asset.
type AssetVerdict string

// The verdicts on assets, those that ask for most first.
const (
	AssetDead     AssetVerdict = "dead"     // worked on the baseline, does not on the candidate
	AssetNew      AssetVerdict = "new"      // speaks up on the candidate only
	AssetChanged  AssetVerdict = "changed"  // works on both sides, and says something else
	AssetUnproven AssetVerdict = "unproven" // did not work on the baseline: nothing is known
	AssetRefused  AssetVerdict = "refused"  // could not be judged: a gap says why
	// AssetBlind is what had gone quiet before: with cri-dockerd it shows nothing,
	// with dockershim it did.
	AssetBlind AssetVerdict = "blind"
	AssetAlive AssetVerdict = "alive" // works on both sides
)

// AssetVerdicts lists the verdicts in the order in which they are shown.
func AssetVerdicts() []AssetVerdict {
	return []AssetVerdict{AssetDead, AssetNew, AssetChanged, AssetUnproven, AssetBlind, AssetRefused, AssetAlive}
}

func (j JudgedAsset) key() string { return j.Kind + "\x00" + j.Name }

func judgedAsset(a assets.Asset, verdict AssetVerdict, why string) JudgedAsset {
	return JudgedAsset{Kind: a.Kind, Name: a.Name, File: a.File, Line: a.Line, Verdict: verdict, Why: why}
}

func compareAssets(x, y JudgedAsset) int {
	order := func(a JudgedAsset) int { return slices.Index(AssetVerdicts(), a.Verdict) }
	return cmp.Or(order(x)-order(y), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.File, y.File),
		cmp.Compare(x.Line, y.Line), cmp.Compare(x.Name, y.Name))
}

// overRuns keeps of each asset one verdict of all runs. What befell it in some runs
// only is noise, as its finding is; always says of a finding whether it is in all.
func overRuns(all []JudgedAsset, always func(finding string) bool) []JudgedAsset {
	for i := range all {
		if a := &all[i]; a.Finding != "" && !always(a.Finding) {
			a.Verdict, a.Finding, a.Why = AssetUnproven, "", "not alike in all runs: "+a.Why
		}
	}
	slices.SortStableFunc(all, compareAssets)
	return firstOf(all, JudgedAsset.key)
}

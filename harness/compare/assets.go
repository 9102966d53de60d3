package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/assets"
	"github.com/rehearse-dev/rehearse/harness/record"
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

// order puts the verdicts that ask for most first.
func (j JudgedAsset) order() int { return slices.Index(AssetVerdicts(), j.Verdict) }

func compareAssets(x, y JudgedAsset) int {
	return cmp.Or(x.order()-y.order(), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.File, y.File),
		cmp.Compare(x.Line, y.Line), cmp.Compare(x.Name, y.Name))
}

// place tells an asset from all others, even those of its name.
func (j JudgedAsset) place() string { return fmt.Sprintf("%s\x00%s\x00%d", j.key(), j.File, j.Line) }

// assetsOverRuns keeps one verdict on each asset. What befell it in some runs only is
// a verdict when the finding stands over all runs, and a note where the asset worked
// in every run; otherwise the asset is unproven.
func assetsOverRuns(runs []pairRun, stands func(finding string) bool) []JudgedAsset {
	var order []string
	by := map[string][]JudgedAsset{}
	for _, r := range runs {
		for _, a := range firstOf(r.Assets, JudgedAsset.place) {
			if by[a.place()] == nil {
				order = append(order, a.place())
			}
			by[a.place()] = append(by[a.place()], a)
		}
	}
	var all []JudgedAsset
	for _, place := range order {
		all = append(all, overAll(by[place], len(runs), stands))
	}
	return all
}

// overAll makes one of the verdicts on one asset, which n runs may have had.
func overAll(of []JudgedAsset, n int, stands func(finding string) bool) JudgedAsset {
	slices.SortStableFunc(of, func(x, y JudgedAsset) int { return x.order() - y.order() })
	one, mildest := of[0], of[len(of)-1]
	if alike := one.Verdict == mildest.Verdict; alike && len(of) == n && (one.Finding == "" || stands(one.Finding)) {
		return one
	}
	tally := "not alike in all runs: " + verdicts(of, n)
	at := slices.IndexFunc(of, func(a JudgedAsset) bool { return a.Finding != "" && stands(a.Finding) })
	switch {
	case at >= 0:
		one = of[at]
		one.Notes = append(slices.Clip(one.Notes), tally)
	case one.Verdict == AssetChanged && mildest.Verdict == AssetAlive:
		mildest.Notes = append(slices.Clip(mildest.Notes), tally+": "+one.Why)
		return mildest
	case one.Verdict == mildest.Verdict && one.Finding == "":
		one.Notes = append(slices.Clip(one.Notes), tally)
	default:
		one.Why = tally + ": " + one.Why
		one.Verdict, one.Finding = AssetUnproven, ""
	}
	return one
}

// verdicts counts in how many runs an asset came off how.
func verdicts(of []JudgedAsset, n int) string {
	var parts []string
	for _, verdict := range AssetVerdicts() {
		times := 0
		for _, a := range of {
			times += ones(a.Verdict == verdict)
		}
		if times > 0 {
			parts = append(parts, fmt.Sprintf("%s in %d", verdict, times))
		}
	}
	if missing := n - len(of); missing > 0 {
		parts = append(parts, fmt.Sprintf("not judged in %d", missing))
	}
	return fmt.Sprintf("%s of %d", strings.Join(parts, ", "), n)
}

// tried notes, for judging several runs, on which sides an asset did what it is for.
func (s *Section) tried(kind record.Kind, k key, worked [2]bool) {
	s.Outcomes = append(s.Outcomes, Outcome{kind, k.String(), worked})
}

// worked says on which sides an asset worked, by its verdict in one pair of runs.
func (j JudgedAsset) worked() [2]bool {
	switch j.Verdict {
	case AssetAlive, AssetChanged:
		return [2]bool{true, true}
	case AssetDead:
		return [2]bool{true, false}
	case AssetNew:
		return [2]bool{false, true}
	case AssetBlind:
		return [2]bool{false, j.Finding != ""} // which is that it sees again
	case AssetUnproven, AssetRefused:
	}
	return [2]bool{}
}

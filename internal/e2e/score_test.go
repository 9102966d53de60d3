package e2e_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// faultFound is a fault and what became of it in a rehearsal.
type faultFound struct {
	fault
	scenario string
	found    bool
	cause    string // as named
	why      string // why it is not found, in a few words
	decoys   []lure
}

// lure is a decoy and what became of it.
type lure struct {
	decoy
	seen    bool   // the harness looked at it
	flagged string // by what; empty when it was left alone
}

func (f faultFound) named() bool { return f.found && f.cause == f.Cause }

// judged is one comparison, with what it has to be looked up by.
type judged struct {
	*compare.Comparison
	checks map[string]compare.Check // by kind and name
	byID   map[string]compare.Finding
}

func judgedOf(c *compare.Comparison) judged {
	j := judged{c, map[string]compare.Check{}, map[string]compare.Finding{}}
	for _, check := range c.Checks {
		j.checks[string(check.Kind)+" "+check.Name] = check
	}
	for _, f := range c.Findings {
		j.byID[f.ID] = f
	}
	return j
}

func (j judged) check(kind record.Kind, name string) (compare.Check, bool) {
	check, ok := j.checks[string(kind)+" "+name]
	return check, ok
}

// score says of every fault of a scenario what became of it.
func score(s faultScenario, c *compare.Comparison) []faultFound {
	j := judgedOf(c)
	var all []faultFound
	for _, f := range s.Faults {
		found := faultFound{fault: f, scenario: s.Scenario}
		of, why := j.find(f)
		found.found, found.why, found.cause = why == "", why, of.Cause
		for _, d := range f.Decoys {
			found.decoys = append(found.decoys, j.lure(comparerKinds()[f.Comparer], d))
		}
		all = append(all, found)
	}
	return all
}

// find returns the finding that has the fault, or why there is none.
func (j judged) find(f fault) (compare.Finding, string) {
	check, ok := j.check(comparerKinds()[f.Comparer], f.Check)
	switch {
	case !ok:
		return compare.Finding{}, "no such check"
	case check.State != compare.Differs:
		return compare.Finding{}, "its check is " + string(check.State)
	}
	found, ok := j.byID[check.Finding]
	switch want := cmp.Or(f.Severity, compare.Changes); {
	case !ok:
		return found, fmt.Sprintf("its check names the finding %q, which is not there", check.Finding)
	case grave(found.Severity) < grave(want):
		return found, fmt.Sprintf("%s is %s, want %s", found.ID, found.Severity, want)
	case f.Asset != "" && !names(found, f.Asset):
		return found, found.ID + " does not name " + f.Asset
	default:
		return found, ""
	}
}

func grave(s compare.Severity) int {
	return slices.Index([]compare.Severity{compare.Info, compare.Changes, compare.Breaks}, s)
}

func names(f compare.Finding, asset string) bool {
	return slices.ContainsFunc(f.Assets, func(a compare.Asset) bool { return a.Kind+" "+a.Name == asset })
}

// lure says whether the decoy was looked at and left alone.
func (j judged) lure(kind record.Kind, d decoy) lure {
	of := lure{decoy: d}
	seen, ok := j.check(kind, d.Check)
	of.seen = ok && seen.State != compare.Unproven || d.Seen != "" && slices.ContainsFunc(j.Checks, func(c compare.Check) bool { return c.Name == d.Seen })
	if check, ok := j.check(kind, d.Check); ok && check.State == compare.Differs {
		of.flagged = check.Finding
	}
	for _, f := range j.Findings {
		if d.Asset != "" && names(f, d.Asset) {
			of.flagged = f.ID
		}
	}
	return of
}

// falseAlarms are what a rehearsal says to break, and findings that nothing
// explains, without anything having been planted there.
func falseAlarms(s faultScenario, c *compare.Comparison) []string {
	planted := map[string]bool{}
	var alarms []string
	for _, f := range s.Faults {
		planted[f.Asset] = true
		if check, ok := judgedOf(c).check(comparerKinds()[f.Comparer], f.Check); ok {
			planted[check.Finding] = true
		}
	}
	for _, f := range c.Findings {
		if f.Cause == "" && f.Severity != compare.Info && !planted[f.ID] {
			alarms = append(alarms, fmt.Sprintf("%s: without a cause: %s", f.ID, f.Title))
		}
	}
	for _, a := range c.Assets {
		if asset := a.Kind + " " + a.Name; a.Verdict != compare.AssetAlive && !planted[asset] {
			alarms = append(alarms, fmt.Sprintf("%s is %s: %s", asset, a.Verdict, a.Why))
		}
	}
	return alarms
}

// totals sum all rehearsals up.
type totals struct{ faults, found, named, decoys, flagged, unseen, alarms int }

func total(all []faultFound, alarms int) totals {
	sum := totals{faults: len(all), alarms: alarms}
	for _, f := range all {
		sum.found += one(f.found)
		sum.named += one(f.named())
		for _, d := range f.decoys {
			sum.decoys++
			sum.flagged += one(d.flagged != "")
			sum.unseen += one(!d.seen)
		}
	}
	return sum
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// recall is the share of faults that were found, precision that of what was flagged
// which was a fault, and attribution that of what was found whose cause is right.
func (s totals) recall() float64      { return share(s.found, s.faults) }
func (s totals) precision() float64   { return share(s.found, s.found+s.flagged+s.alarms) }
func (s totals) attribution() float64 { return share(s.named, s.found) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func TestScore(t *testing.T) {
	t.Parallel()
	c := &compare.Comparison{
		Checks: []compare.Check{
			{Kind: record.Node, Name: "a: path", State: compare.Differs, Finding: "NODE-001"},
			{Kind: record.Logs, Name: "a: path", State: compare.Agrees},
			{Kind: record.Node, Name: "b: path", State: compare.Agrees},
			{Kind: record.Node, Name: "c: path", State: compare.Unproven},
			{Kind: record.Node, Name: "d: path", State: compare.Differs, Finding: "INFO-001"},
		},
		Findings: []compare.Finding{
			{ID: "NODE-001", Cause: "NODE-001", Severity: compare.Changes, Assets: []compare.Asset{{Kind: "workload", Name: "x"}}},
			{ID: "INFO-001", Cause: "INFO-001", Severity: compare.Info},
			{ID: "node-00000000", Severity: compare.Changes, Title: "noise"},
		},
		Assets: []compare.JudgedAsset{{Kind: "log search", Name: "s", Verdict: compare.AssetDead}, {Kind: "log search", Name: "t", Verdict: compare.AssetAlive}},
	}
	decoys := []decoy{{Check: "b: path"}, {Check: "d: path"}, {Check: "c: path"}, {Check: "e: path", Seen: "c: path"}, {Check: "b: path", Asset: "workload x"}}
	for name, row := range map[string]struct {
		fault       fault
		why, flags  string
		right, seen bool
	}{
		"found, and rightly named":       {fault: fault{Comparer: "node", Check: "a: path", Cause: "NODE-001", Asset: "workload x", Decoys: decoys[:1]}, right: true, seen: true},
		"found, and wrongly named":       {fault: fault{Comparer: "node", Check: "a: path", Cause: "NODE-002", Decoys: decoys[1:2]}, flags: "INFO-001", seen: true},
		"no check of that kind":          {fault: fault{Comparer: "envelope", Check: "b: path", Decoys: decoys[2:3]}, why: "no such check"},
		"a check that agrees":            {fault: fault{Comparer: "node", Check: "b: path", Decoys: decoys[3:4]}, why: "its check is agrees", seen: true},
		"too mild":                       {fault: fault{Comparer: "node", Check: "d: path", Decoys: decoys[4:]}, why: "INFO-001 is info, want changes", flags: "NODE-001", seen: true},
		"an asset that is not named":     {fault: fault{Comparer: "node", Check: "a: path", Asset: "workload y", Decoys: decoys[:1]}, why: "NODE-001 does not name workload y", seen: true},
		"mild, where that is enough too": {fault: fault{Comparer: "node", Check: "d: path", Cause: "INFO-001", Severity: compare.Info, Decoys: decoys[:1]}, right: true, seen: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := score(faultScenario{Faults: []fault{row.fault}}, c)[0]
			if got.why != row.why || got.found != (row.why == "") || got.named() != row.right {
				t.Errorf("found %v (%q), named %v, want %q and %v", got.found, got.why, got.named(), row.why, row.right)
			}
			if d := got.decoys[0]; d.flagged != row.flags || d.seen != row.seen {
				t.Errorf("decoy flagged by %q, seen %v, want %q and %v", d.flagged, d.seen, row.flags, row.seen)
			}
		})
	}
	if alarms := falseAlarms(faultScenario{}, c); len(alarms) != 2 || !strings.Contains(alarms[0], "noise") || !strings.Contains(alarms[1], "log search s is dead") {
		t.Errorf("false alarms %q, want the finding without a cause and the search", alarms)
	}
}

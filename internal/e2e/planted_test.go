package e2e_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/compare"
)

const trackRecord = "../../docs/track-record.md"

// judgedScenario is a planted scenario and its comparison.
type judgedScenario struct {
	faultScenario
	comparison *compare.Comparison
}

// TestPlanted rehearses every scenario of the table and looks for what is planted:
// all of it has to be found, nearly all rightly named, and no decoy flagged. Then it
// writes the track record, whatever came out.
//
// REHEARSE_PLANTED_KEEP names a folder to keep the runs in. REHEARSE_PLANTED_RUNS
// names one with runs that are there already, which are looked at instead.
func TestPlanted(t *testing.T) {
	out := os.Getenv("REHEARSE_PLANTED_RUNS")
	if out == "" {
		requireE2E(t)
	}
	var all []faultFound
	var runs []judgedScenario
	var alarms []string
	for _, s := range readFaults(t).Scenarios {
		var c *compare.Comparison
		if out == "" {
			c = rehearsePlanted(t, s)
		} else {
			c = comparison(t, latest(t, filepath.Join(out, s.Scenario)))
		}
		runs = append(runs, judgedScenario{s, c})
		all = append(all, score(s, c)...)
		alarms = append(alarms, falseAlarms(s, c)...)
	}
	sum := total(all, len(alarms))
	write(t, trackRecord, renderTrackRecord(runs, all, sum))
	for _, f := range all {
		expectFound(t, f)
	}
	for _, alarm := range alarms {
		t.Errorf("false alarm: %s", alarm)
	}
	if sum.recall() < 1 || sum.attribution() < 0.95 || sum.flagged > 0 {
		t.Errorf("recall %.3f, attribution %.3f, %d decoys flagged; want 1, 0.95 and none", sum.recall(), sum.attribution(), sum.flagged)
	}
}

// rehearsePlanted rehearses a copy of a scenario, with its suite compiled.
func rehearsePlanted(t *testing.T, s faultScenario) *compare.Comparison {
	t.Helper()
	clean := nothingLeft(t)
	dir, out := copyScenario(t, s), t.TempDir()
	if keep := os.Getenv("REHEARSE_PLANTED_KEEP"); keep != "" {
		out = filepath.Join(keep, s.Scenario)
	}
	if s.Suite != "" {
		compileSuite(t, filepath.Join(dir, suiteBinary(s)), "./"+filepath.Join(libraryDir, s.Scenario, s.Suite))
	}
	c := differing(t, out, dir)
	clean()
	return c
}

func expectFound(t *testing.T, f faultFound) {
	t.Helper()
	switch {
	case !f.found:
		t.Errorf("%s: %s (%s) is not found: %s", f.scenario, f.Fault, f.Check, f.why)
	case !f.named():
		t.Logf("%s: %s (%s): cause %q, want %q", f.scenario, f.Fault, f.Check, f.cause, f.Cause)
	}
	for _, d := range f.decoys {
		if d.flagged != "" {
			t.Errorf("%s: decoy %s (%s) is flagged by %s", f.scenario, d.Decoy, d.Check, d.flagged)
		}
		if !d.seen {
			t.Errorf("%s: decoy %s (%s) was not looked at, so that it shows nothing", f.scenario, d.Decoy, d.Check)
		}
	}
}

// TestPlantedIsInNoScenarioByChance wants every file below the planted scenarios that
// runs on a cluster, or is judged, to be named by a fault or a decoy.
func TestPlantedIsInNoScenarioByChance(t *testing.T) {
	t.Parallel()
	for _, s := range readFaults(t).Scenarios {
		if !strings.HasPrefix(s.Scenario, "planted/") {
			continue // a scenario of its own, which shows more than its faults
		}
		named := map[string]bool{"manifests/namespace.yaml": true}
		for _, f := range s.Faults {
			named[f.File] = true
			for _, d := range f.Decoys {
				named[d.File] = true
			}
		}
		dir := os.DirFS(filepath.Join(libraryDir, s.Scenario))
		for _, pattern := range []string{"manifests/*.yaml", "manifests/*/*.yaml", "stimuli/*", "rules/*", "dashboards/*", "parsers/*"} {
			files, err := fs.Glob(dir, pattern)
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				if !named[file] {
					t.Errorf("%s: nothing is said to be planted in %s", s.Scenario, file)
				}
			}
		}
	}
}

// renderTrackRecord is docs/track-record.md.
func renderTrackRecord(runs []judgedScenario, all []faultFound, sum totals) string {
	var out strings.Builder
	out.WriteString(`# Track record

<!-- Written by make e2e-planted. -->

How do we know that a rehearsal finds what it is there to find? Dependencies on Docker are
planted, for every comparer of the harness at least two, and beside each a decoy that looks
like it and works with either runtime. Real pairs of clusters are raised, rehearsed and
judged, and this table is written by the test that looks for each of them:

    make e2e-planted

What is planted stands in [faults.yaml](../scenarios/library/planted/faults.yaml), with
the check that has to differ and the cause that has to be named. A fault counts as *found*
when its own check differs, the finding is grave enough, and names the asset; a decoy as
*left alone* when the harness looked at it, its check agrees, and no finding names it.

`)
	writeTotals(&out, sum)
	writeRuns(&out, runs)
	writeFaults(&out, all)
	return out.String()
}

func writeTotals(out *strings.Builder, sum totals) {
	percent := func(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
	fmt.Fprintf(out, "## Totals\n\n| | | |\n|---|---|---|\n")
	fmt.Fprintf(out, "| recall | %s | %d of %d faults found |\n", percent(sum.recall()), sum.found, sum.faults)
	fmt.Fprintf(out, "| attribution | %s | %d of %d that were found have the right cause |\n", percent(sum.attribution()), sum.named, sum.found)
	fmt.Fprintf(out, "| precision | %s | %d of %d decoys flagged, %d not looked at; %d other false alarms |\n\n",
		percent(sum.precision()), sum.flagged, sum.decoys, sum.unseen, sum.alarms)
	fmt.Fprintf(out, "A false alarm is a finding at *changes* or above that no catalogue entry explains, or an asset of\n"+
		"a file that is said to be anything but alive, where nothing was planted.\n\n")
}

func writeRuns(out *strings.Builder, runs []judgedScenario) {
	fmt.Fprintf(out, "## What was rehearsed\n\n| scenario | baseline | candidate | Kubernetes | kubelet | checks | findings |\n|---|---|---|---|---|---|---|\n")
	for _, r := range runs {
		b, c := r.comparison.Pair.Baseline, r.comparison.Pair.Candidate
		n := r.comparison.Counts
		fmt.Fprintf(out, "| `%s` | %s, %s | %s, %s | %s | %s | %d | %d break, %d change, %d info |\n",
			r.Scenario, b.Runtime, b.Versions["runtime"], c.Runtime, c.Versions["runtime"], b.Versions["kubernetes"], b.Versions["kubelet"],
			n.Checks, n.Findings[compare.Breaks], n.Findings[compare.Changes], n.Findings[compare.Info])
	}
	out.WriteString("\n")
}

func writeFaults(out *strings.Builder, all []faultFound) {
	comparer := ""
	out.WriteString("## Faults and decoys\n\nThe command rehearses the scenario alone. What the suite of one needs first stands in its README.\n")
	for _, f := range byComparer(all) {
		if f.Comparer != comparer {
			comparer = f.Comparer
			fmt.Fprintf(out, "\n### %s\n\n| | what, and where | command | found | cause |\n|---|---|---|---|---|\n", comparer)
		}
		fmt.Fprintf(out, "| fault | %s (`%s`) | `%s` | %s | %s |\n", f.Fault, f.File, runCommand(f.scenario), foundText(f), causeText(f))
		for _, d := range f.decoys {
			fmt.Fprintf(out, "| decoy | %s (`%s`) | | %s | |\n", d.Decoy, d.File, lureText(d))
		}
	}
}

// runCommand rehearses a scenario by itself: planted ones do not ship with the program.
func runCommand(scenario string) string {
	if strings.HasPrefix(scenario, "planted/") {
		scenario = "scenarios/library/" + scenario
	}
	return "rehearse run " + scenario
}

func foundText(f faultFound) string {
	if !f.found {
		return "**no**: " + f.why
	}
	return "yes"
}

func causeText(f faultFound) string {
	switch {
	case !f.found:
		return "want " + f.Cause
	case f.named():
		return f.Cause
	case f.cause == "":
		return "**none**, want " + f.Cause
	default:
		return "**" + f.cause + "**, want " + f.Cause
	}
}

func lureText(d lure) string {
	switch {
	case !d.seen:
		return "**not looked at**"
	case d.flagged != "":
		return "**flagged** by " + d.flagged
	default:
		return "left alone"
	}
}

package e2e_test

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

const (
	libraryDir = "../../scenarios/library"
	faultsFile = libraryDir + "/planted/faults.yaml"
)

// faultTable is what is planted: faults.yaml, which says what its fields mean.
type faultTable struct {
	Scenarios []faultScenario `yaml:"scenarios"`
}

type faultScenario struct {
	Scenario string  `yaml:"scenario"` // folder below the library
	Suite    string  `yaml:"suite"`    // package in it that is compiled for it
	Faults   []fault `yaml:"faults"`
}

type fault struct {
	Fault    string           `yaml:"fault"`
	Comparer string           `yaml:"comparer"`
	File     string           `yaml:"file"`
	Check    string           `yaml:"check"`
	Cause    string           `yaml:"cause"`
	Asset    string           `yaml:"asset"`
	Severity compare.Severity `yaml:"severity"`
	Decoys   []decoy          `yaml:"decoys"`
}

type decoy struct {
	Decoy string `yaml:"decoy"`
	File  string `yaml:"file"`
	Check string `yaml:"check"`
	Seen  string `yaml:"seen"`
	Asset string `yaml:"asset"`
}

// comparerKinds are the comparers that something is planted for, each with the kind
// of evidence that it judges. Some kinds have several.
func comparerKinds() map[string]record.Kind {
	return map[string]record.Kind{
		"access": record.Access, "agents": record.Agents, "specs": record.Specs, "envelope": record.Logs, "rotation": record.Logs,
		"messages": record.Logs, "searches": record.Searches, "parsers": record.Searches, "stores": record.Stores,
		"stimuli": record.Stimuli, "events": record.Events, "status": record.Events, "metrics": record.Metrics,
		"objects": record.Objects, "node": record.Node, "rules": record.Rules, "dashboards": record.Dashboards,
	}
}

func readFaults(t *testing.T) faultTable {
	t.Helper()
	dec := yaml.NewDecoder(bytes.NewReader(read(t, faultsFile)))
	dec.KnownFields(true)
	var table faultTable
	if err := dec.Decode(&table); err != nil {
		t.Fatalf("reading %s: %v", faultsFile, err)
	}
	return table
}

// TestFaultsFitTheScenarios wants each fault and decoy to be in a file that is there,
// and at least two of each for every comparer.
func TestFaultsFitTheScenarios(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	faults, decoys := map[string]int{}, map[string]int{}
	for _, s := range readFaults(t).Scenarios {
		checks := map[string]bool{}
		for _, f := range s.Faults {
			faults[f.Comparer]++
			decoys[f.Comparer] += len(f.Decoys)
			if _, ok := known.Entry(f.Cause); !ok {
				t.Errorf("%s: cause %q is in no catalogue", f.Fault, f.Cause)
			}
			if f.Severity != "" && f.Severity != compare.Breaks && f.Severity != compare.Info {
				t.Errorf("%s: severity %q, want breaks, info or none", f.Fault, f.Severity)
			}
			if len(f.Decoys) == 0 {
				t.Errorf("%s: no decoy looks like it", f.Fault)
			}
			expectStands(t, s, f.Fault, f.File, f.Check, checks)
			for _, d := range f.Decoys {
				expectStands(t, s, d.Decoy, d.File, d.Check, checks)
			}
		}
	}
	for comparer := range comparerKinds() {
		if faults[comparer] < 2 || decoys[comparer] < 2 {
			t.Errorf("comparer %s: %d faults and %d decoys, want two of each at least", comparer, faults[comparer], decoys[comparer])
		}
		delete(faults, comparer)
	}
	for comparer := range faults {
		t.Errorf("no comparer is called %q", comparer)
	}
}

// expectStands wants a row of the table to be complete, to be the only one of its
// check, and to name a file that is there.
func expectStands(t *testing.T, s faultScenario, what, file, check string, checks map[string]bool) {
	t.Helper()
	if what == "" || file == "" || !strings.Contains(check, ": ") {
		t.Errorf("%s: %q in file %q with check %q: want all three", s.Scenario, what, file, check)
	}
	if checks[check] {
		t.Errorf("%s: %s: check %q is listed twice", s.Scenario, what, check)
	}
	checks[check] = true
	if _, err := os.Stat(filepath.Join(libraryDir, s.Scenario, file)); err != nil {
		t.Errorf("%s: %s: %v", s.Scenario, what, err)
	}
}

// TestEveryComparerHasFaults wants a comparer that is added to get its faults, too.
func TestEveryComparerHasFaults(t *testing.T) {
	t.Parallel()
	planted := map[record.Kind]bool{}
	for _, kind := range comparerKinds() {
		planted[kind] = true
	}
	for _, c := range compare.Comparers(&scenarios.Scenario{}, nil) {
		if !planted[c.Kind] {
			t.Errorf("nothing is planted for the comparer of %s: add it to %s", c.Kind, faultsFile)
		}
	}
}

// TestPlantedScenariosAreValid loads them with a suite that stands for the one that
// is compiled.
func TestPlantedScenariosAreValid(t *testing.T) {
	t.Parallel()
	for _, s := range readFaults(t).Scenarios {
		dir := copyScenario(t, s)
		if s.Suite != "" {
			if err := os.WriteFile(filepath.Join(dir, suiteBinary(s)), nil, 0o755); err != nil { //nolint:gosec // it has to be executable
				t.Fatal(err)
			}
		}
		if _, err := scenarios.Load(dir); err != nil {
			t.Errorf("%s: %v", s.Scenario, err)
		}
	}
}

func copyScenario(t *testing.T, s faultScenario) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), filepath.Base(s.Scenario))
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(libraryDir, s.Scenario))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// suiteBinary is what the scenario calls its suite.
func suiteBinary(s faultScenario) string { return filepath.Base(filepath.Dir(s.Scenario)) + ".test" }

// byComparer are the faults of all scenarios, those of one comparer together.
func byComparer(all []faultFound) []faultFound {
	return slices.SortedStableFunc(slices.Values(all), func(a, b faultFound) int { return cmp.Compare(a.Comparer, b.Comparer) })
}

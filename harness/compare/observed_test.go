package compare_test

import (
	"slices"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/compare"
)

// TestObservedEntriesAreObserved judges the recordings that are kept with the code
// and expects each entry that is said to be observed there, where it is said to be.
func TestObservedEntriesAreObserved(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	mini := quickstartMini(t)
	recorded := map[string]*compare.Comparison{"quickstart": mini.judge(t, mini.runtimes)}
	for _, e := range known.Entries {
		o := e.Known.Observed
		if o == nil {
			continue
		}
		t.Run(e.ID, func(t *testing.T) {
			t.Parallel()
			c := recorded[o.Scenario]
			if c == nil {
				t.Fatalf("no recording of scenario %q is kept here", o.Scenario)
			}
			f, found := c.Finding(e.ID)
			if !found || !slices.Contains(f.Subjects, o.At) {
				t.Errorf("found %t at %q; want it at %q", found, f.Subjects, o.At)
			}
		})
	}
}

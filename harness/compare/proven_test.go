package compare_test

import "testing"

// TestProvenAgentsAreSpared wants an agent that works on both sides to be left out of
// findings about what it mounts, and one that does not to be named.
func TestProvenAgentsAreSpared(t *testing.T) {
	t.Parallel()
	c := cases(t)["planted"]
	named := map[string]bool{}
	for _, f := range c.judge(t, c.runtimes).Findings {
		for _, a := range f.Assets {
			named[a.Kind+" "+a.Name] = true
		}
	}
	if !named["agent archiver"] || !named["workload agents/archiver"] {
		t.Errorf("the archiver, which fell silent, is not named: %v", named)
	}
	if named["workload agents/keeper"] {
		t.Error("the keeper, which works on both sides, is named")
	}
}

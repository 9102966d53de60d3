package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// TestConvertGivesRuleFiles wants Prometheus to read what is made of the rules of
// the scenario.
func TestConvertGivesRuleFiles(t *testing.T) {
	t.Parallel()
	to := t.TempDir()
	if err := convert("../../rules", to); err != nil {
		t.Fatal(err)
	}
	rules := 0
	for _, name := range []string{"containers.yaml", "runtime.yaml", "workloads.yaml"} {
		text, err := os.ReadFile(filepath.Join(to, name))
		if err != nil {
			t.Fatal(err)
		}
		groups, errs := rulefmt.Parse(text, false, model.UTF8Validation, parser.NewParser(parser.Options{}), promslog.NewNopLogger())
		if len(errs) > 0 || len(groups.Groups) == 0 {
			t.Errorf("%s: %d groups, %v", name, len(groups.Groups), errs)
			continue
		}
		for _, g := range groups.Groups {
			rules += len(g.Rules)
		}
	}
	if rules < 30 {
		t.Errorf("%d rules, expected all of the scenario's", rules)
	}
}

func TestUnwrapRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no spec":           "\nkind: PrometheusRule\n",
		"something after":   "\nkind: PrometheusRule\nspec:\n  groups: []\nstatus: {}\n",
		"not indented spec": "\nkind: PrometheusRule\nspec:\ngroups: []\n",
	} {
		if got, err := unwrap(text); err == nil {
			t.Errorf("%s: no error, but %q", name, got)
		}
	}
}

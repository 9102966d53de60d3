package rules_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/assets/rules"
)

// styles has one expression in every style that YAML has for text; the metric
// `here` stands in each.
const styles = `groups:
- name: styles
  rules:
  - alert: Plain
    expr: up + here > 0
  - alert: PlainOverLines
    expr: up
      + here > 0
  - alert: Single
    expr: 'up{a="it''s"} + here > 0'
  - alert: Double
    expr: "up{a=\"b\"} + here > 0"
  - alert: Literal
    expr: |
      up
        + here > 0
  - alert: Folded
    expr: >-
      up{a="ü"}
      + here > 0
    for: 15m
`

func load(t *testing.T, files map[string]string) ([]*rules.Rule, []rules.Problem) {
	t.Helper()
	dir := fstest.MapFS{}
	var names []string
	for name, text := range files {
		dir[name] = &fstest.MapFile{Data: []byte(text)}
		names = append(names, name)
	}
	all, problems, err := rules.Load(dir, names, queries.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return all, problems
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	manifest := "apiVersion: v1\nkind: ConfigMap\n---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n" + indent(styles)
	list := "kind: List\nitems:\n- kind: PrometheusRule\n  spec:\n" + indent(indent(styles))
	for name, text := range map[string]string{"a rule file": styles, "a manifest": manifest, "a list": list} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, problems := load(t, map[string]string{"a.yaml": text})
			if len(problems) > 0 || len(all) != 6 {
				t.Fatalf("%d rules, problems %v", len(all), problems)
			}
			lines := strings.Split(text, "\n")
			for _, r := range all {
				at := r.Place(strings.Index(r.Expr.Text, "here"))
				if at.Line == 0 || !strings.HasPrefix(lines[at.Line-1][at.Column-1:], "here") {
					t.Errorf("%s: here is at %s, where there is %q", r.Name, at, lines[max(at.Line-1, 0)])
				}
				if got := strings.TrimSpace(lines[r.Line-1]); got != "- alert: "+r.Name {
					t.Errorf("%s begins on line %d, where there is %q", r.Name, r.Line, got)
				}
			}
		})
	}
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

func TestLoadShortens(t *testing.T) {
	t.Parallel()
	all, _ := load(t, map[string]string{"a.yaml": `groups:
- name: g
  labels: {team: a}
  rules:
  - alert: Slow
    expr: rate(x[1h] offset 1d) > 0 and max_over_time(y[6h:5m]) > 0
    for: 15m
    keep_firing_for: 10s
`})
	want := []string{"[1h] as [1m]", "offset 1d as offset 1m", "[6h:] as [1m:]", "for 15m as 30s"}
	if diff := cmp.Diff(want, all[0].Shortened); diff != "" {
		t.Errorf("shortened (-want +got):\n%s", diff)
	}
	if got := all[0].Expr.Node.String(); got != `rate(x[1m] offset 1m) > 0 and max_over_time(y[1m:15s]) > 0` {
		t.Errorf("replayed as %s", got)
	}
	if all[0].Labels.Get("team") != "a" {
		t.Errorf("labels %s lack those of the group", all[0].Labels)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	good := "groups:\n- name: good\n  rules:\n  - alert: Up\n    expr: up == 0\n"
	for name, row := range map[string]struct {
		text string
		line int
		want string
	}{
		"no YAML":                     {"groups:\n- name: [", 2, "did not find expected node content"},
		"an expression that is none":  {"groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up ==\n", 5, `group "g", rule 1, "A": could not parse expression`},
		"a field that there is not":   {"groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    fro: 1m\n", 6, "field fro not found"},
		"two mistakes":                {"groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up ==\n  - alert: B\n    expr: )\n", 5, "; line 7: group"},
		"a group twice":               {"groups:\n- name: g\n- name: g\n", 1, "is repeated in the same file"},
		"nothing of the kind":         {"kind: Deployment\n", 0, "neither rule groups nor a PrometheusRule"},
		"a mistake in a manifest":     {"kind: PrometheusRule\nspec:\n  groups:\n  - name: g\n    rules:\n    - record: a:b\n      expr: up\n    - alert: A\n      expr: up ==\n", 8, `"A": could not parse expression`},
		"a second document":           {good + "---\n" + good, 7, "Prometheus reads the first one only"},
		"a duration that is none":     {"kind: PrometheusRule\nspec:\n  groups:\n  - name: g\n    rules:\n    - alert: A\n      for: soon\n      expr: up\n", 3, "not a valid duration"},
		"neither alert nor recording": {"groups:\n- name: g\n  rules:\n  - expr: up\n", 4, "one of 'record' or 'alert' must be set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, problems := load(t, map[string]string{"good.yaml": good, "bad.yaml": row.text})
			if len(problems) != 1 || problems[0].File != "bad.yaml" || problems[0].Line != row.line || !strings.Contains(problems[0].Reason, row.want) {
				t.Errorf("problems = %+v, want one of bad.yaml at line %d with %q", problems, row.line, row.want)
			}
			if len(all) != 1 || all[0].Name != "Up" {
				t.Errorf("%d rules beside it, want the one of the good file", len(all))
			}
		})
	}
}

func TestRulesOfOneName(t *testing.T) {
	t.Parallel()
	all, _ := load(t, map[string]string{"a.yaml": "groups:\n- name: g\n  rules:\n  - alert: Up\n    expr: up == 0\n  - alert: Up\n    expr: up == 1\n"})
	if got := []string{all[0].String(), all[1].String()}; got[0] != "Up (a.yaml, group g)" || got[1] != "Up (a.yaml, group g #2)" {
		t.Errorf("named %q", got)
	}
}

// FuzzLoad reads whatever is called a rule file: nothing panics, every rule has a
// place, and a file gives rules or a problem.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{styles, "kind: PrometheusRule\nspec:\n" + indent(styles), "groups: [null]", "a: &a\n  expr: up\ngroups:\n- name: g\n  rules:\n  - <<: *a\n    alert: A\n", `{"groups":[{"name":"g","rules":[{"alert":"A","expr":"up"}]}]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, problems := load(t, map[string]string{"a.yaml": text})
		for _, r := range all {
			for offset := range len(r.Expr.Text) + 1 {
				if at := r.Place(offset); at.Line < 1 || at.Line > strings.Count(text, "\n")+1 {
					t.Fatalf("%s: %d is at %s", r, offset, at)
				}
			}
		}
		if len(problems) > 1 || len(problems) == 1 && len(all) > 0 {
			t.Errorf("%d rules beside %v", len(all), problems)
		}
	})
}

package translate

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryOptionIsKnown holds the table against the list of options, which was
// taken from Docker's documentation and sources.
func TestEveryOptionIsKnown(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/options.txt")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(raw)) {
		if name := strings.TrimSpace(line); !strings.HasPrefix(name, "#") {
			want = append(want, name)
		}
	}
	var got []string
	for _, k := range keys() {
		got = append(got, k.name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options (-listed +known):\n%s", diff)
	}
}

// sample is a value of each kind, for options that take any.
var sample = map[kind]any{
	text: "text", truth: true, number: json.Number("7"), list: []any{"one"},
	pools: []any{map[string]any{"base": "172.30.0.0/16"}}, objects: map[string]any{},
}

// TestEveryOptionIsAccountedFor sets every option once: each has to come out in
// the plan, with a fate, and with words where it is lost.
func TestEveryOptionIsAccountedFor(t *testing.T) {
	t.Parallel()
	special := map[string]any{
		"registry-mirrors": []any{"https://mirror.example"}, "insecure-registries": []any{"registry.example:5000"},
		"log-opts": map[string]any{"max-size": "1m"}, "default-ulimits": map[string]any{"core": map[string]any{"Soft": 0, "Hard": 0}},
		"proxies": map[string]any{"no-proxy": "example"}, "log-level": "warn",
	}
	for _, k := range keys() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			value := sample[k.kind]
			if own, ok := special[k.name]; ok {
				value = own
			}
			s := setting{k, value, "daemon.json:1"}
			tr := newTranslation(settings{options: map[string]setting{k.name: s}})
			plan, err := tr.plan()
			if err != nil || len(tr.mistakes) > 0 {
				t.Fatal(err, tr.mistakes)
			}
			if len(plan.Items) == 0 {
				t.Fatal("the option is not in the plan")
			}
			for _, i := range plan.Items {
				if !strings.HasPrefix(i.Setting, k.name) || i.From != s.from {
					t.Errorf("setting %q of %q", i.Setting, i.From)
				}
				checkFate(t, i, plan)
			}
		})
	}
}

// checkFate wants every fate to say what it has to say.
func checkFate(t *testing.T, i Item, plan *Plan) {
	t.Helper()
	switch i.Fate {
	case Carried:
		if len(i.To) == 0 {
			t.Error("carried over to nowhere")
		}
	case Lost, Unneeded:
		if i.Meaning == "" {
			t.Errorf("%s without a word", i.Fate)
		}
	default:
		t.Errorf("fate %q", i.Fate)
	}
	for _, to := range i.To {
		if !slices.ContainsFunc(plan.Files, func(f File) bool { return f.Path == to }) {
			t.Errorf("carried over to %q, which is not among the files", to)
		}
	}
}

// TestNoFlagIsTakenTwice would panic in the library otherwise, for whoever has a
// unit.
func TestNoFlagIsTakenTwice(t *testing.T) {
	t.Parallel()
	r := reader{}
	if r.flagSet().Lookup("insecure-registry") == nil {
		t.Error("--insecure-registry is no flag")
	}
}

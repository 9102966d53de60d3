package stimuli_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/stimuli"
	"github.com/rehearse-dev/rehearse/internal/golden"
	"github.com/rehearse-dev/rehearse/scenarios"
)

func TestLibraryIsWhatScenariosKnow(t *testing.T) {
	t.Parallel()
	library, err := stimuli.Library()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, k := range library {
		names = append(names, k.Name)
		if k.Summary == "" {
			t.Errorf("%s: no summary", k.Name)
		}
		if (k.Action == "") == (k.Until == scenarios.Until{}) {
			t.Errorf("%s: want an action or a condition, and not both", k.Name)
		}
	}
	slices.Sort(names)
	if want := scenarios.BuiltinStimuli(); !slices.Equal(names, want) {
		t.Errorf("library.yaml has %q, scenarios know %q", names, want)
	}
}

const preface = `# Stimuli

<!-- Made from harness/stimuli/library.yaml by go test ./harness/stimuli -update. -->

A stimulus is something done to both sides so that alerts, searches and agents have
a reason to speak. A scenario lists them; each is done on both sides, in that order,
after the workloads are ready and before the suites run, and is waited for until the
cluster shows that it happened:

    stimuli:
      - crash-loop
      - runtime-restart
      - name: queue-full              # one of your own: manifests, and what shows it
        manifests: ./stimuli/queue.yaml
        until: {log: queue is full, object: ^shop/queue-}

What showed it stands in stimuli.jsonl of each recording. A stimulus that happened on
one side only is a finding; one that happened on neither proves nothing, and is a gap.

| stimulus | what happens |
|---|---|
`

func TestDocumentation(t *testing.T) {
	t.Parallel()
	library, err := stimuli.Library()
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	page.WriteString(preface)
	for _, k := range library {
		fmt.Fprintf(&page, "| `%s` | %s |\n", k.Name, k.Summary)
	}
	golden.Check(t, "../../docs/stimuli.md", []byte(page.String()))
}

package rules

import (
	"bytes"
	_ "embed" // the table of stimuli
	"fmt"
	"regexp"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
)

//go:embed stimuli.yaml
var stimulusTable []byte

// proof is one entry of stimuli.yaml.
type proof struct {
	Selector string   `yaml:"selector"`
	Stimuli  []string `yaml:"stimuli"`
	in       *regexp.Regexp
}

// proofs reads the table once.
var proofs = sync.OnceValues(func() ([]proof, error) {
	var all []proof
	dec := yaml.NewDecoder(bytes.NewReader(stimulusTable))
	dec.KnownFields(true)
	if err := dec.Decode(&all); err != nil {
		return nil, fmt.Errorf("reading stimuli: %w", err)
	}
	for i := range all {
		in, err := regexp.Compile(all[i].Selector)
		if err != nil {
			return nil, fmt.Errorf("reading stimuli: %w", err)
		}
		all[i].in = in
	}
	return all, nil
})

// unproven names for every unproven rule the stimuli that could prove it, by its
// own selectors and by those of the rules that it reads.
func unproven(all []Judgement, reads [][]int) error {
	table, err := proofs()
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Verdict == queries.Unproven {
			all[i].Stimuli = stimuli(table, texts(all, reads, i, map[int]bool{}))
		}
	}
	return nil
}

// texts are the selectors of a rule and of all that it reads.
func texts(all []Judgement, reads [][]int, i int, seen map[int]bool) []string {
	if seen[i] {
		return nil
	}
	seen[i] = true
	var found []string
	for _, s := range all[i].Rule.Expr.Selectors() {
		found = append(found, s.String())
	}
	for _, read := range reads[i] {
		found = append(found, texts(all, reads, read, seen)...)
	}
	return found
}

func stimuli(table []proof, selectors []string) []string {
	var names []string
	for _, p := range table {
		if slices.ContainsFunc(selectors, p.in.MatchString) {
			names = append(names, p.Stimuli...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

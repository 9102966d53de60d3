package catalogue

import (
	"fmt"
	"strings"
)

// Known is how a difference is known: by having seen it, or by somebody's word.
type Known struct {
	// Observed is where a rehearsal of our own shows the difference.
	Observed *Observed `yaml:"observed,omitempty"`
	// Documented and Reported name the source: documentation or program text, or
	// an issue or trial that is not recorded here.
	Documented string `yaml:"documented,omitempty"`
	Reported   string `yaml:"reported,omitempty"`
	// Otherwise is where a rehearsal of our own shows something else than the source
	// says; what was seen stands.
	Otherwise *Otherwise `yaml:"otherwise,omitempty"`
}

// Observed is where a recorded rehearsal of our own shows a difference.
type Observed struct {
	Scenario string `yaml:"scenario"`
	// By is the kind of evidence whose comparer shows it.
	By string `yaml:"by"`
	// At is a subject of the finding: a spec, or what else was compared.
	At string `yaml:"at"`
}

// Otherwise is a check of a recorded rehearsal of our own that agrees where it
// should differ.
type Otherwise struct {
	Scenario string `yaml:"scenario"`
	// At is the check, by the name that comparisons list it under.
	At string `yaml:"at"`
	// Says is what both sides showed, and of which versions.
	Says string `yaml:"says"`
}

// String says it in a sentence.
func (k Known) String() string {
	var parts []string
	if o := k.Observed; o != nil {
		parts = append(parts, fmt.Sprintf("observed in scenario %s, by %s, at %q", o.Scenario, o.By, o.At))
	}
	if k.Documented != "" {
		parts = append(parts, "documented: "+k.Documented)
	}
	if k.Reported != "" {
		parts = append(parts, "reported: "+k.Reported)
	}
	if o := k.Otherwise; o != nil {
		parts = append(parts, fmt.Sprintf("but not so in scenario %s, at %q: %s", o.Scenario, o.At, o.Says))
	}
	return strings.Join(parts, "; ")
}

// kind is how an entry is known, in the strongest word that holds.
func (k Known) kind() string {
	switch {
	case k.Observed != nil:
		return "observed"
	case k.Documented != "":
		return "documented"
	default:
		return "reported"
	}
}

func (k Known) mistakes() []string {
	var mistakes []string
	if k.Observed == nil && k.Documented == "" && k.Reported == "" {
		mistakes = append(mistakes, "known: want observed, documented or reported")
	}
	if o := k.Observed; o != nil && (o.Scenario == "" || o.By == "" || o.At == "") {
		mistakes = append(mistakes, "known: observed: want scenario, by and at")
	}
	if o := k.Otherwise; o != nil && (o.Scenario == "" || o.At == "" || o.Says == "") {
		mistakes = append(mistakes, "known: otherwise: want scenario, at and says")
	}
	return mistakes
}

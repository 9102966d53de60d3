package compare

import (
	"fmt"
	"math"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// Noise says how well differences can be told from what varies from run to run.
type Noise struct {
	// Runs of each side that were judged. Nothing is known of noise after one, and
	// amounts are not judged.
	Runs int `json:"runs"`
	// Lanes are the ways in which several runs were judged.
	Lanes []Lane `json:"lanes,omitempty"`
	// Flaky is what worked in some runs only, and differs too little between the
	// sides to be a finding.
	Flaky []Flaky `json:"flaky,omitempty"`
	// Varying are checks that differ in some runs and were taken for noise.
	Varying []Varying `json:"varying,omitempty"`
}

// The names of lanes.
const (
	presenceLane = "presence" // what is there or not
	amountLane   = "amounts"  // how much there is
	outcomeLane  = "outcomes" // what works or does not
)

// Lane is one way in which several runs were judged.
type Lane struct {
	Name   string `json:"name"`
	Judged int    `json:"judged"` // checks, or amounts
	// Differ is how many of them differ between the sides.
	Differ int `json:"differ"`
	// ByChance is how many are to be expected to differ by chance: the mean over
	// all decoys, which divide the same runs into groups that mix the sides.
	ByChance float64 `json:"byChance"`
}

// notSeparable is the share of findings expected by chance from which on a lane
// says too little.
const notSeparable = 0.2

// Separable says whether what differs can be told from noise.
func (l Lane) Separable() bool { return l.Differ == 0 || l.ByChance < notSeparable*float64(l.Differ) }

// rounded spares the reader the last digits, which say nothing.
func (l Lane) rounded() Lane {
	l.ByChance = math.Round(l.ByChance*100) / 100
	return l
}

// Flaky is a spec or a signal that worked in some runs only.
type Flaky struct {
	Kind record.Kind `json:"kind"`
	Name string      `json:"name"`
	// Baseline and Candidate are the numbers of runs in which it worked.
	Baseline  int `json:"baseline"`
	Candidate int `json:"candidate"`
	Runs      int `json:"runs"` // of each side
	// P is how likely counts as far apart are when the sides do not matter.
	P float64 `json:"p"`
}

// Varying is a check that differs in some runs.
type Varying struct {
	Kind   record.Kind `json:"kind"`
	Name   string      `json:"name"`
	Differ int         `json:"differ"` // pairs of runs in which it differs
	Runs   int         `json:"runs"`   // in which it could be compared
}

func (d decision) count(lanes map[string]*Lane) {
	lane := lanes[d.lane]
	if d.trial.N > 1 && d.lane != outcomeLane {
		lanes[outcomeLane].Judged++ // and steady
	}
	if lane == nil {
		return // nothing is known of its noise
	}
	lane.Judged++
	lane.ByChance += d.decoy
	if d.state == Differs {
		lane.Differ++
	}
}

// note keeps what was not made a finding although runs differ.
func (n *Noise) note(id checkID, d decision) {
	switch {
	case d.state == Differs:
	case d.lane == outcomeLane:
		worked := d.trial.Counts()
		n.Flaky = append(n.Flaky, Flaky{id.kind, id.name, worked[0], worked[1], d.trial.N, math.Round(d.trial.P()*1e4) / 1e4})
	case d.differs > 0:
		n.Varying = append(n.Varying, Varying{id.kind, id.name, d.differs, d.made})
	}
}

// warnings name the lanes of which nothing certain can be said.
func (n *Noise) warnings() []string {
	var all []string
	for _, l := range n.Lanes {
		if !l.Separable() {
			all = append(all, fmt.Sprintf("%s: %.1f of %d differences are to be expected by chance: not separable from what varies from run to run, add runs",
				l.Name, l.ByChance, l.Differ))
		}
	}
	return all
}

package clusters_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/clustertest"
)

var (
	baseline  = clusters.Config{Side: clusters.Baseline, Name: "shop-baseline", Runtime: clusters.Docker}
	candidate = clusters.Config{Side: clusters.Candidate, Name: "shop-candidate", Runtime: clusters.Containerd, Workers: 2}
)

func TestCreatePairMakesBothSides(t *testing.T) {
	t.Parallel()
	fake := &clustertest.Provider{}
	pair, err := clusters.CreatePair(t.Context(), fake, baseline, candidate)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range clusters.Sides() {
		if got := pair.Sides()[i].Side; got != want {
			t.Errorf("side %d of the pair is %q, want %q", i, got, want)
		}
	}
	nodes := []string{"shop-candidate-control-plane", "shop-candidate-worker", "shop-candidate-worker2"}
	if diff := cmp.Diff(nodes, pair.Candidate.Nodes); diff != "" {
		t.Error(diff)
	}
}

func TestCreatePairLeavesNothingWhenASideFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("no such image")
	for name, row := range map[string]*clustertest.Provider{
		"the baseline fails, the candidate is made":      {Errors: map[string]error{"create baseline": broken}},
		"the candidate fails, the baseline is made":      {Errors: map[string]error{"create candidate": broken}},
		"one side fails while the other is in the works": {Errors: map[string]error{"create baseline": broken}, Hang: map[string]bool{"create candidate": true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pair, err := clusters.CreatePair(t.Context(), row, baseline, candidate)
			if pair != nil || !errors.Is(err, broken) {
				t.Errorf("CreatePair = %v, %v; want no pair and the error of the side that failed", pair, err)
			}
			if left := row.Alive(); len(left) != 0 {
				t.Errorf("clusters left behind: %q", left)
			}
		})
	}
}

func TestCreatePairNamesSideAndCluster(t *testing.T) {
	t.Parallel()
	fake := &clustertest.Provider{Errors: map[string]error{"create candidate": errors.New("no space left")}}
	_, err := clusters.CreatePair(t.Context(), fake, baseline, candidate)
	if want := `creating candidate cluster "shop-candidate": no space left`; err == nil || err.Error() != want {
		t.Errorf("CreatePair = %v, want %s", err, want)
	}
}

func TestCreatePairThatIsCancelledLeavesNothing(t *testing.T) {
	t.Parallel()
	fake := &clustertest.Provider{Hang: map[string]bool{"create candidate": true}}
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := errors.New("interrupted")
	cancel(interrupted)
	if _, err := clusters.CreatePair(ctx, fake, baseline, candidate); !errors.Is(err, interrupted) {
		t.Errorf("CreatePair = %v, want the cause of the cancellation", err)
	}
	if left := fake.Alive(); len(left) != 0 {
		t.Errorf("clusters left behind: %q", left)
	}
}

func TestDeletePairSeesBothSidesThrough(t *testing.T) {
	t.Parallel()
	fake := &clustertest.Provider{Errors: map[string]error{"delete baseline": errors.New("engine gone")}}
	pair, err := clusters.CreatePair(t.Context(), fake, baseline, candidate)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // deleting must not depend on the rehearsal's own context
	err = clusters.DeletePair(ctx, fake, pair)
	if err == nil || !strings.Contains(err.Error(), `deleting baseline cluster "shop-baseline": engine gone`) {
		t.Errorf("DeletePair = %v, want the baseline's error", err)
	}
	if diff := cmp.Diff([]string{"shop-baseline"}, fake.Alive()); diff != "" {
		t.Error(diff)
	}
	if err := clusters.DeletePair(t.Context(), fake, &clusters.Pair{Candidate: pair.Candidate}); err != nil {
		t.Errorf("deleting half a pair again: %v", err)
	}
}

func TestFakeAnswersCommands(t *testing.T) {
	t.Parallel()
	fake := &clustertest.Provider{Exec: clustertest.Answers(map[string]string{"uname -r": "6.18\n"})}
	var out strings.Builder
	if err := fake.ExecOnNode(t.Context(), nil, "n1", nil, &out, "uname", "-r"); err != nil || out.String() != "6.18\n" {
		t.Errorf("ExecOnNode = %q, %v", out.String(), err)
	}
	if err := fake.ExecOnNode(t.Context(), nil, "n1", nil, &out, "reboot"); err == nil {
		t.Error("a command without an answer succeeds")
	}
	if !slices.Equal(fake.Calls(), []string{"exec n1", "exec n1"}) {
		t.Errorf("Calls() = %q", fake.Calls())
	}
}

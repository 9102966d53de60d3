package rules

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
)

// Judgement is what became of one rule.
type Judgement struct {
	Rule                *Rule
	Verdict             queries.Verdict
	Baseline, Candidate Timeline
	// Losses say why the rule is dead or new, and for one that shows nothing on
	// either side what is known of its selectors.
	Losses []Loss
	// Differences say how the rule changed.
	Differences []queries.Difference
	// Chance is true when the verdict rests on nothing that one run could tell from
	// chance.
	Chance bool
	// Spare are selectors of one side only that the rule can do without.
	Spare []string
	// Stimuli could prove a rule that is unproven.
	Stimuli []string
}

// Loss is a part of an expression that lost its series, and where it stands.
type Loss struct {
	queries.Loss
	Place Place
	// Through are the recording rules between the rule that is judged and the one
	// whose expression lost its series, the nearest first.
	Through []*Rule
}

// Judge replays the rules on both sides and compares what they did.
func Judge(ctx context.Context, all []*Rule, baseline, candidate queries.Series, o queries.Options) ([]Judgement, error) {
	pair := queries.NewPair(baseline, candidate, o)
	reads := readers(all)
	var timelines [2][]Timeline
	// See it through together: one side alone says nothing.
	sides, sidesCtx := errgroup.WithContext(ctx)
	for i, side := range [2]*queries.Side{pair.Baseline, pair.Candidate} {
		sides.Go(func() (err error) {
			timelines[i], err = replay(sidesCtx, side, all, reads)
			return err
		})
	}
	if err := sides.Wait(); err != nil {
		return nil, fmt.Errorf("replaying rules: %w", err)
	}
	judgements := make([]Judgement, len(all))
	for i, r := range all {
		j, err := judge(ctx, pair, r, timelines[0][i], timelines[1][i])
		if err != nil {
			return nil, fmt.Errorf("judging %s: %w", r, err)
		}
		judgements[i] = j
	}
	through(judgements)
	return judgements, unproven(judgements, reads)
}

func judge(ctx context.Context, pair *queries.Pair, r *Rule, baseline, candidate Timeline) (Judgement, error) {
	of, err := pair.Judge(ctx, r.Expr, baseline.Outcome, candidate.Outcome)
	if err != nil {
		return Judgement{}, err
	}
	losses := of.Losses
	if of.Verdict == queries.Unproven {
		if losses, err = pair.Blind(ctx, r.Expr); err != nil {
			return Judgement{}, err
		}
	}
	j := Judgement{
		Rule: r, Verdict: of.Verdict, Baseline: baseline, Candidate: candidate,
		Differences: of.Differences, Spare: of.Spare, Chance: of.Chance(),
	}
	for _, loss := range losses {
		j.Losses = append(j.Losses, Loss{Loss: loss, Place: r.Place(loss.Start)})
	}
	return j, nil
}

// through replaces the loss of a metric that a recording rule makes by the losses
// of that rule, if it met the same fate.
func through(all []Judgement) {
	makers := map[string][]int{}
	for i, j := range all {
		if !j.Rule.Alerting {
			makers[j.Rule.Name] = append(makers[j.Rule.Name], i)
		}
	}
	own := make([][]Loss, len(all))
	for i, j := range all {
		own[i] = j.Losses
	}
	var follow func(i int, seen []int) []Loss
	follow = func(i int, seen []int) []Loss {
		var losses []Loss
		for _, loss := range own[i] {
			deeper := []Loss{}
			for _, maker := range makers[loss.Metric] {
				if loss.Part != queries.Metric || all[maker].Verdict != all[i].Verdict || slices.Contains(seen, maker) {
					continue
				}
				for _, l := range follow(maker, append(seen, maker)) {
					l.Through = append([]*Rule{all[maker].Rule}, l.Through...)
					deeper = append(deeper, l)
				}
			}
			if len(deeper) == 0 {
				deeper = append(deeper, loss)
			}
			losses = append(losses, deeper...)
		}
		return losses
	}
	for i := range all {
		all[i].Losses = follow(i, []int{i})
	}
}

package compare

import (
	"context"
	"fmt"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/assets/dashboards"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// Dashboards compares what the panels and variables of the scenario's dashboards
// show.
func Dashboards(ctx context.Context, in Input) Comparer {
	return Comparer{Kind: record.Dashboards, Run: func(baseline, candidate *record.Recording) (Section, error) {
		var s Section
		patterns := in.Scenario.Spec.Assets.Dashboards
		if len(patterns) == 0 {
			return s, nil
		}
		series, ok := s.seriesOf(ctx, record.Dashboards, baseline, candidate)
		files, err := in.assetFiles(patterns)
		if err != nil {
			return s, err
		}
		all, err := dashboards.Load(in.Assets, files)
		if err != nil {
			return s, err
		}
		for _, skipped := range all.Skipped {
			s.Warnings = append(s.Warnings, fmt.Sprintf("%s:%d: %s is not judged: it asks a data source of kind %s", skipped.File, skipped.Line, skipped.Panel, skipped.DataSource))
		}
		problems := all.Problems
		if ok {
			found, wrong, err := dashboards.Judge(ctx, all.Dashboards, series[0], series[1], in.options())
			if err != nil {
				return s, err
			}
			problems = append(problems, wrong...)
			c, err := courtOf(baseline, candidate)
			if err != nil {
				return s, err
			}
			for _, j := range found {
				c.judge(&s, panelTrial(j))
			}
		}
		for _, p := range problems {
			s.unjudged(record.Dashboards, p.File, p.Line, p.Reason)
		}
		return s, nil
	}}
}

func panelTrial(j dashboards.Judgement) trial {
	t := trial{
		kind: record.Dashboards, asset: Asset{Kind: j.Kind, Name: j.Name}, file: j.File, line: j.Line, text: j.Text,
		verdict: j.Verdict, chance: j.Chance(), baseline: j.Baseline, candidate: j.Candidate, differences: j.Differences,
	}
	place := fmt.Sprintf("%s:%d", j.File, j.Line)
	for _, l := range j.Losses {
		t.losses = append(t.losses, lossAt{l, place, j.Line, ""})
	}
	if len(j.Shortened) > 0 {
		t.notes = append(t.notes, "looked at with "+strings.Join(j.Shortened, ", "))
	}
	t.notes = append(t.notes, j.Spare...)
	return t
}

package compare

import (
	"context"

	"github.com/rehearse-dev/rehearse/harness/catalogue"
)

// Differences are all findings of a comparison before any are folded, as the
// catalogue knows differences. Between equal runtimes the baseline's values stand
// as Docker's.
func Differences(ctx context.Context, in Input) ([]catalogue.Difference, error) {
	section, _, err := sections(ctx, in)
	if err != nil {
		return nil, err
	}
	a := attribution{pair: Pair{Baseline: side(in.Baseline), Candidate: side(in.Candidate)}}
	all := make([]catalogue.Difference, 0, len(section.Findings))
	for _, f := range section.Findings {
		d, ok := a.difference(f)
		if !ok {
			d.Docker, d.Containerd = f.Baseline, f.Candidate
		}
		all = append(all, d)
	}
	return all, nil
}

// Package accuracy says how well messages were grouped, by the measures of the
// LogHub-2.0 benchmark (Jiang et al., "A Large-Scale Evaluation for Log Parsing
// Techniques", arXiv 2308.10828).
package accuracy

import "slices"

// Score is how well a grouping agrees with the true one.
type Score struct {
	// GA, grouping accuracy, is the share of messages whose group is exactly the
	// true one: the same messages, none more, none less. Groups of many messages
	// weigh most.
	GA float64
	// FGA, the F1 score of grouping accuracy, is the harmonic mean of the share of
	// groups that are true ones, and of the share of true groups that were found.
	// All groups weigh the same, however rare.
	FGA float64
}

// Of scores the group of every message against its true group. Both are as long.
func Of(groups, truth []string) Score {
	found, wanted := members(groups), members(truth)
	messages, exact := 0, 0
	for _, group := range found {
		if slices.Equal(group, wanted[truth[group[0]]]) {
			messages += len(group)
			exact++
		}
	}
	if exact == 0 {
		return Score{}
	}
	precision, recall := float64(exact)/float64(len(found)), float64(exact)/float64(len(wanted))
	return Score{GA: float64(messages) / float64(len(truth)), FGA: 2 * precision * recall / (precision + recall)}
}

func members(groups []string) map[string][]int {
	of := map[string][]int{}
	for i, group := range groups {
		of[group] = append(of[group], i)
	}
	return of
}

// Mean is the mean of several scores.
func Mean(scores []Score) Score {
	var mean Score
	for _, s := range scores {
		mean.GA += s.GA / float64(len(scores))
		mean.FGA += s.FGA / float64(len(scores))
	}
	return mean
}

package rules

import (
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// alertSeries are the metrics that Prometheus makes of alerts.
var alertSeries = []string{"ALERTS", "ALERTS_FOR_STATE"}

// readers says for every rule which rules it reads: recording rules by the
// metric that they make, alerts by the series that Prometheus makes of them.
func readers(all []*Rule) [][]int {
	named := map[string][]int{}
	for i, r := range all {
		if r.Alerting {
			for _, name := range alertSeries {
				named[name] = append(named[name], i)
			}
		} else {
			named[r.Name] = append(named[r.Name], i)
		}
	}
	reads := make([][]int, len(all))
	for i, r := range all {
		for _, s := range r.Expr.Selectors() {
			reads[i] = append(reads[i], fed(s, all, named)...)
		}
	}
	return reads
}

// fed are the rules whose series a selector may choose.
func fed(s *parser.VectorSelector, all []*Rule, named map[string][]int) []int {
	var chosen []int
	for _, name := range namesOf(s, named) {
		for _, i := range named[name] {
			if matches(s, labels.AlertName, all[i].Name) || !all[i].Alerting {
				chosen = append(chosen, i)
			}
		}
	}
	return chosen
}

// namesOf are those of some metrics that a selector may choose.
func namesOf(s *parser.VectorSelector, named map[string][]int) []string {
	if s.Name != "" {
		return []string{s.Name}
	}
	var names []string
	for name := range named {
		if matches(s, model.MetricNameLabel, name) {
			names = append(names, name)
		}
	}
	return names
}

// matches is true if a selector lets a value of a label through.
func matches(s *parser.VectorSelector, label, value string) bool {
	for _, m := range s.LabelMatchers {
		if m.Name == label && !m.Matches(value) {
			return false
		}
	}
	return true
}

// parted splits rules into those that read none of the others, and the rest.
func parted(left []int, reads [][]int) (ready, waiting []int) {
	pending := map[int]bool{}
	for _, i := range left {
		pending[i] = true
	}
	for _, i := range left {
		if anyOf(reads[i], pending) {
			waiting = append(waiting, i)
		} else {
			ready = append(ready, i)
		}
	}
	return ready, waiting
}

func anyOf(of []int, pending map[int]bool) bool {
	for _, i := range of {
		if pending[i] {
			return true
		}
	}
	return false
}

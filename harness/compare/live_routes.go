package compare

import (
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/rehearse-dev/rehearse/harness/assets/paging"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// The aspects of an alert that Alertmanager has.
const (
	routing = "routes of file and cluster"
	raised  = "is raised"
)

// routed is what a side's Alertmanager makes of the alerts of one name.
type routed struct {
	receivers map[string]bool
	// byFile are the receivers that the scenario's configuration gives them.
	byFile   map[string]bool
	evidence Evidence // of the first
}

// routes compares whom Alertmanager sends the alerts that it has, on both sides and
// with the scenario's own configuration. Alerts that one side has only are judged
// with their rules; only those that no known rule raises are compared here.
func (s *Section) routes(in Input, known map[string]bool, baseline, candidate *record.Recording) error {
	if !exists(baseline, record.LiveAlerts) || !exists(candidate, record.LiveAlerts) {
		return nil
	}
	config, err := in.pagingConfig()
	if err != nil {
		return err
	}
	var sides [2]map[string]routed
	for i, r := range [2]*record.Recording{baseline, candidate} {
		if sides[i], err = readRouted(r, config); err != nil {
			return err
		}
	}
	for _, name := range union(sides[0], sides[1]) {
		s.route(name, config != nil, known[name], sides, [2]*record.Recording{baseline, candidate})
	}
	return nil
}

// pagingConfig is the scenario's Alertmanager configuration; nil when there is none
// that can be read, which is said where receivers are judged.
func (in Input) pagingConfig() (*paging.Config, error) {
	file := in.Scenario.Spec.Assets.Alertmanager
	if file == "" {
		return nil, nil
	}
	files, err := in.assetFiles([]string{file})
	if err != nil || len(files) == 0 {
		return nil, err
	}
	config, _, err := paging.Load(in.Assets, files[0])
	return config, err
}

func readRouted(r *record.Recording, config *paging.Config) (map[string]routed, error) {
	all := map[string]routed{}
	for line, err := range record.Entries[record.RoutedAlert](r, record.LiveAlerts) {
		if err != nil {
			return nil, err
		}
		alert := line.Entry
		name := alert.Labels[labels.AlertName]
		of, ok := all[name]
		if !ok {
			text := "alert " + name + " goes to " + strings.Join(alert.Receivers, ", ")
			of = routed{map[string]bool{}, map[string]bool{}, at(r, record.LiveAlerts, line.Number, text)}
			all[name] = of
		}
		for _, receiver := range alert.Receivers {
			of.receivers[receiver] = true
		}
		if config != nil {
			for _, receiver := range config.Receivers(labels.FromMap(alert.Labels)) {
				of.byFile[receiver] = true
			}
		}
	}
	return all, nil
}

func (s *Section) route(name string, configured, known bool, sides [2]map[string]routed, of [2]*record.Recording) {
	f := Finding{Kind: record.Live, Aspect: routing, Subject: "alert " + name, Severity: Changes, Change: Changed}
	b, onBaseline := sides[0][name]
	c, onCandidate := sides[1][name]
	for i, e := range [2]Evidence{b.evidence, c.evidence} {
		if e.File == "" {
			e = at(of[i], record.LiveAlerts, 0, "no such alert")
		}
		f.Evidence = append(f.Evidence, e)
	}
	switch {
	case onBaseline && onCandidate && !maps.Equal(b.receivers, c.receivers):
		f.Baseline, f.Candidate = sent(b.receivers), sent(c.receivers)
	case onBaseline != onCandidate && !known:
		f.Aspect, f.Change = raised, direction(onBaseline)
		f.Baseline, f.Candidate = sent(b.receivers), sent(c.receivers)
	case configured && (!maps.Equal(b.receivers, b.byFile) || !maps.Equal(c.receivers, c.byFile)):
		// Not the move: the cluster's configuration is not that of the scenario.
		f.Severity = Info
		f.Baseline = sent(b.receivers) + " in the cluster, " + sent(b.byFile) + " by the file"
		f.Candidate = sent(c.receivers) + " in the cluster, " + sent(c.byFile) + " by the file"
	default:
		s.agrees(record.Live, key{f.Aspect, f.Subject})
		return
	}
	s.differs(f)
}

// sent is whom an alert is sent to.
func sent(receivers map[string]bool) string {
	if len(receivers) == 0 {
		return "sent to nobody"
	}
	return "sent to " + strings.Join(slices.Sorted(maps.Keys(receivers)), ", ")
}

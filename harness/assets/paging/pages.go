package paging

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/provider"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"golang.org/x/sync/errgroup"

	"github.com/rehearse-dev/rehearse/harness/assets/rules"
)

// page is one receiver that hears of one alert.
type page struct{ receiver, alert string }

// route returns the receivers of an alert, and the time intervals that mute them
// at a moment.
func (c *Config) route(of labels.Labels, at time.Time) (receivers, muted []string, err error) {
	for _, r := range c.root.Match(set(of)) {
		if c.nobody[r.RouteOpts.Receiver] {
			continue
		}
		receivers = append(receivers, r.RouteOpts.Receiver)
		mutes, names, err := c.intervals.Mutes(r.RouteOpts.MuteTimeIntervals, at)
		if err != nil {
			return nil, nil, fmt.Errorf("muting %q: %w", r.RouteOpts.Receiver, err)
		}
		if mutes {
			muted = append(muted, names...)
		}
		active, _, err := c.intervals.Mutes(r.RouteOpts.ActiveTimeIntervals, at)
		if err != nil {
			return nil, nil, fmt.Errorf("muting %q: %w", r.RouteOpts.Receiver, err)
		}
		if len(r.RouteOpts.ActiveTimeIntervals) > 0 && !active {
			muted = append(muted, "outside "+strings.Join(r.RouteOpts.ActiveTimeIntervals, ", "))
		}
	}
	return receivers, muted, nil
}

// Receivers are those that the routes lead an alert to, as Alertmanager names them:
// sorted, once each, and those that notify nobody among them.
func (c *Config) Receivers(of labels.Labels) []string {
	var all []string
	for _, r := range c.root.Match(set(of)) {
		all = append(all, r.RouteOpts.Receiver)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func set(of labels.Labels) model.LabelSet {
	all := model.LabelSet{}
	of.Range(func(l labels.Label) { all[model.LabelName(l.Name)] = model.LabelValue(l.Value) })
	return all
}

// heard is what one side pages: whom of what, and which time intervals would have
// muted it.
type heard struct {
	pages map[page]bool
	muted map[page][]string
	// inhibited are the alerts that fired and paged nobody for that reason.
	inhibited map[string]bool
}

// hear routes all alerts of a side that fired, each at the moments at which
// nothing inhibited it.
func (c *Config) hear(ctx context.Context, of []rules.Timeline, start time.Time, interval time.Duration) (heard, error) {
	h := heard{map[page]bool{}, map[page][]string{}, map[string]bool{}}
	steps := moments(of)
	inhibitors := map[string]func(labels.Labels) bool{}
	for i, firing := range steps {
		at := start.Add(time.Duration(i) * interval)
		name := fingerprint(firing)
		if inhibitors[name] == nil {
			inhibits, err := c.inhibitor(ctx, firing)
			if err != nil {
				return heard{}, err
			}
			inhibitors[name] = inhibits
		}
		for _, l := range firing {
			if inhibitors[name](l) {
				h.inhibited[l.Get(labels.AlertName)] = true
				continue
			}
			if err := h.add(c, l, at); err != nil {
				return heard{}, err
			}
		}
	}
	return h, nil
}

func (h heard) add(c *Config, l labels.Labels, at time.Time) error {
	receivers, muted, err := c.route(l, at)
	if err != nil {
		return err
	}
	for _, receiver := range receivers {
		p := page{receiver, l.Get(labels.AlertName)}
		h.pages[p] = true
		h.muted[p] = slices.Compact(slices.Sorted(slices.Values(append(h.muted[p], muted...))))
	}
	return nil
}

// moments are the alerts that fired at each evaluation.
func moments(of []rules.Timeline) [][]labels.Labels {
	var steps [][]labels.Labels
	for _, t := range of {
		for _, a := range t.Alerts {
			for _, i := range a.Firing {
				for len(steps) <= i {
					steps = append(steps, nil)
				}
				steps[i] = append(steps[i], a.Labels)
			}
		}
	}
	return steps
}

func fingerprint(firing []labels.Labels) string {
	var all strings.Builder
	for _, l := range firing {
		all.Write(l.Bytes(nil))
		all.WriteByte('\n')
	}
	return all.String()
}

// inhibitor says which alerts others inhibit, of those that fire together.
func (c *Config) inhibitor(ctx context.Context, firing []labels.Labels) (func(labels.Labels) bool, error) {
	if len(c.config.InhibitRules) == 0 {
		return func(labels.Labels) bool { return false }, nil
	}
	ih := inhibit.NewInhibitor(together{firing: firing}, c.config.InhibitRules, promslog.NewNopLogger(), eventrecorder.NopRecorder())
	var running errgroup.Group
	running.Go(func() error { ih.Run(); return nil })
	ih.WaitForLoading()
	ih.Stop()
	if err := running.Wait(); err != nil {
		return nil, err
	}
	return func(l labels.Labels) bool { return ih.Mutes(ctx, set(l)) }, nil
}

// together gives Alertmanager the alerts that fire at one moment.
type together struct {
	provider.Alerts // nothing else is asked of it

	firing []labels.Labels
}

// SlurpAndSubscribe implements provider.Alerts.
func (t together) SlurpAndSubscribe(string) ([]*alert.Alert, provider.AlertIterator) {
	var all []*alert.Alert
	for _, l := range t.firing {
		all = append(all, &alert.Alert{Alert: model.Alert{Labels: set(l)}})
	}
	return all, provider.NewAlertIterator(make(chan *provider.Alert), make(chan struct{}), nil)
}

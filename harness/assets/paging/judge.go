package paging

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/assets/rules"
)

// Receiver is what one receiver hears on both sides, as names of alerts, sorted.
type Receiver struct {
	Name                string
	Baseline, Candidate []string
	// Lost and Gained are the alerts of one side only. Lost are also those that
	// never fired, but whose rule is dead: they would have come here.
	Lost, Gained []string
	// Unfired are those of Lost and Gained that never fired.
	Unfired []string
	// Muted says which time intervals of the configuration would have muted alerts
	// at the time of the rehearsal.
	Muted []string
}

// Silent is true for a receiver that heard something on the baseline and hears
// nothing on the candidate.
func (r Receiver) Silent() bool { return len(r.Baseline) > 0 && len(r.Candidate) == 0 }

// Judgement is whom both sides page.
type Judgement struct {
	// Receivers are those that any alert pages on either side, sorted by name.
	Receivers []Receiver
	// Inhibited are alerts that fired on the baseline and paged nobody, since
	// others inhibited them.
	Inhibited []string
}

// Judge routes the alerts of both sides.
func (c *Config) Judge(ctx context.Context, all []rules.Judgement, baseline, candidate queries.Series, o queries.Options) (*Judgement, error) {
	o = o.WithDefaults()
	var timelines [2][]rules.Timeline
	for _, j := range all {
		timelines[0], timelines[1] = append(timelines[0], j.Baseline), append(timelines[1], j.Candidate)
	}
	var sides [2]heard
	for i, start := range [2]time.Time{baseline.Start, candidate.Start} {
		h, err := c.hear(ctx, timelines[i], start, o.Interval)
		if err != nil {
			return nil, fmt.Errorf("routing alerts: %w", err)
		}
		sides[i] = h
	}
	receivers := map[string]*Receiver{}
	for i, h := range sides {
		for _, p := range sortedPages(h.pages) {
			r := named(receivers, p.receiver)
			of := [2]*[]string{&r.Baseline, &r.Candidate}[i]
			*of = append(*of, p.alert)
			r.Muted = append(r.Muted, h.muted[p]...)
		}
	}
	if err := c.unfired(receivers, all, baseline.Start); err != nil {
		return nil, err
	}
	return judgement(receivers, sides[0]), nil
}

func judgement(receivers map[string]*Receiver, baseline heard) *Judgement {
	j := &Judgement{}
	for _, name := range slices.Sorted(maps.Keys(receivers)) {
		r := receivers[name]
		r.Lost = append(r.Lost, beyond(r.Baseline, r.Candidate)...)
		r.Gained = append(r.Gained, beyond(r.Candidate, r.Baseline)...)
		for _, list := range []*[]string{&r.Lost, &r.Gained, &r.Unfired, &r.Muted} {
			slices.Sort(*list)
			*list = slices.Compact(*list)
		}
		j.Receivers = append(j.Receivers, *r)
	}
	for name := range baseline.inhibited {
		if !slices.ContainsFunc(j.Receivers, func(r Receiver) bool { return slices.Contains(r.Baseline, name) }) {
			j.Inhibited = append(j.Inhibited, name)
		}
	}
	slices.Sort(j.Inhibited)
	return j
}

// unfired adds alerts that never fired, but whose rule is dead or new: where they
// would have gone, as far as the labels of the rule tell.
func (c *Config) unfired(receivers map[string]*Receiver, all []rules.Judgement, at time.Time) error {
	for _, j := range all {
		if !j.Rule.Alerting || max(j.Baseline.Level, j.Candidate.Level) == queries.Firing || j.Verdict != queries.Dead && j.Verdict != queries.New {
			continue
		}
		builder := labels.NewBuilder(j.Rule.Labels).Set(labels.AlertName, j.Rule.Name)
		j.Rule.Labels.Range(func(l labels.Label) {
			if strings.Contains(l.Value, "{{") { // known when it fires
				builder.Del(l.Name)
			}
		})
		to, muted, err := c.route(builder.Labels(), at)
		if err != nil {
			return fmt.Errorf("routing %s: %w", j.Rule, err)
		}
		for _, name := range to {
			r := named(receivers, name)
			if j.Verdict == queries.Dead {
				r.Lost = append(r.Lost, j.Rule.Name)
			} else {
				r.Gained = append(r.Gained, j.Rule.Name)
			}
			r.Unfired = append(r.Unfired, j.Rule.Name)
			r.Muted = append(r.Muted, muted...)
		}
	}
	return nil
}

func named(receivers map[string]*Receiver, name string) *Receiver {
	if receivers[name] == nil {
		receivers[name] = &Receiver{Name: name}
	}
	return receivers[name]
}

func sortedPages(pages map[page]bool) []page {
	return slices.SortedFunc(maps.Keys(pages), func(a, b page) int {
		return strings.Compare(a.receiver+"\x00"+a.alert, b.receiver+"\x00"+b.alert)
	})
}

// beyond are the names that others lack.
func beyond(names, others []string) []string {
	var all []string
	for _, name := range names {
		if !slices.Contains(others, name) {
			all = append(all, name)
		}
	}
	return all
}

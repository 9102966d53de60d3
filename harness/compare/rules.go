package compare

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/assets/paging"
	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	alertrules "github.com/rehearse-dev/rehearse/harness/assets/rules"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// Rules compares how far the scenario's alert and recording rules get, and whom
// its alerts page. A rule that got further on the baseline is dead, even one that
// never fired there: the series that its selectors chose are the positive
// control.
func Rules(ctx context.Context, in Input) Comparer {
	return Comparer{Kind: record.Rules, Run: func(baseline, candidate *record.Recording) (Section, error) {
		var s Section
		assets := in.Scenario.Spec.Assets
		if len(assets.AlertRules) == 0 {
			return s, nil
		}
		series, ok := s.seriesOf(ctx, record.Rules, baseline, candidate)
		files, err := in.assetFiles(assets.AlertRules)
		if err != nil {
			return s, err
		}
		all, problems, err := alertrules.Load(in.Assets, files, in.options())
		if err != nil {
			return s, err
		}
		for _, p := range problems {
			s.unjudged(record.Rules, p.File, p.Line, p.Reason)
		}
		if !ok {
			return s, nil
		}
		judgements, err := alertrules.Judge(ctx, all, series[0], series[1], in.options())
		if err != nil {
			return s, err
		}
		c, err := courtOf(baseline, candidate)
		if err != nil {
			return s, err
		}
		for _, j := range judgements {
			c.judge(&s, ruleTrial(j))
		}
		return s, errors.Join(in.page(ctx, &s, judgements, series), s.liveNotes(judgements, baseline, candidate))
	}}
}

func ruleTrial(j alertrules.Judgement) trial {
	r := j.Rule
	t := trial{
		kind: record.Rules, asset: Asset{Kind: r.Kind(), Name: r.String()}, file: r.File, line: r.Line, text: r.Name,
		verdict: j.Verdict, chance: j.Chance, baseline: j.Baseline.Outcome, candidate: j.Candidate.Outcome,
		differences: j.Differences, stimuli: j.Stimuli,
	}
	for _, l := range j.Losses {
		t.losses = append(t.losses, lossAt{l.Loss, l.Place.String(), l.Place.Line, throughText(l.Through)})
	}
	if len(r.Shortened) > 0 {
		t.notes = append(t.notes, "replayed with "+strings.Join(r.Shortened, ", "))
	}
	t.notes = append(t.notes, j.Spare...)
	return t
}

func throughText(through []*alertrules.Rule) string {
	var names []string
	for _, r := range through {
		names = append(names, r.Name)
	}
	return strings.Join(names, ", ")
}

// receiver is the kind of asset that alerts page.
const receiver = "receiver"

// page says whom the alerts page, where the scenario has a configuration for it.
func (in Input) page(ctx context.Context, s *Section, all []alertrules.Judgement, series [2]queries.Series) error {
	file := in.Scenario.Spec.Assets.Alertmanager
	if file == "" {
		return nil
	}
	files, err := in.assetFiles([]string{file})
	if err != nil {
		return err
	}
	if len(files) == 0 {
		s.unjudged(record.Rules, file, 0, "the run folder does not have it")
		return nil
	}
	config, problem, err := paging.Load(in.Assets, files[0])
	if err != nil {
		return err
	}
	if problem != nil {
		s.unjudged(record.Rules, problem.File, problem.Line, problem.Reason)
		return nil
	}
	j, err := config.Judge(ctx, all, series[0], series[1], in.options())
	if err != nil {
		return err
	}
	for _, r := range j.Receivers {
		s.receiver(files[0], r, all)
	}
	for _, name := range j.Inhibited {
		s.noteRule(all, name, "it fired on the baseline and paged nobody: another alert inhibited it")
	}
	return nil
}

// receiver notes what one receiver hears. It goes with the findings of the rules
// that it no longer hears of, or newly hears of; where no rule has one, as when
// another alert inhibits it now, the receiver has its own.
func (s *Section) receiver(file string, r paging.Receiver, all []alertrules.Judgement) {
	k := key{"who is paged", receiver + " " + r.Name}
	j := JudgedAsset{Kind: receiver, Name: r.Name, File: file, Verdict: AssetAlive, Why: hears(r)}
	if len(r.Muted) > 0 {
		j.Notes = append(j.Notes, "at the time of the rehearsal muted by "+strings.Join(r.Muted, ", "))
	}
	if len(r.Lost)+len(r.Gained) == 0 {
		s.agrees(record.Rules, k)
		s.Assets = append(s.Assets, j)
		return
	}
	j.Verdict = AssetVerdict(hearsVerdict(r))
	asset := Asset{Kind: receiver, Name: r.Name, Why: j.Why}
	for _, name := range slices.Concat(r.Lost, r.Gained) {
		for i := range s.Findings {
			if f := &s.Findings[i]; ofAlert(f, all, name) {
				f.Assets = append(f.Assets, asset)
				j.Finding = f.ID
			}
		}
	}
	if j.Finding == "" {
		f := Finding{
			Kind: record.Rules, Aspect: k.aspect, Subject: k.subject, Change: Changed, Severity: Changes, Assets: []Asset{asset},
			Baseline: heardOf(r.Baseline), Candidate: heardOf(r.Candidate),
			Evidence: trial{file: file, text: r.Name}.evidence(),
		}
		s.differs(f)
		j.Finding = s.Findings[len(s.Findings)-1].ID
	} else {
		s.Checks = append(s.Checks, Check{Kind: record.Rules, Name: k.String(), State: Differs, Finding: j.Finding})
	}
	s.Assets = append(s.Assets, j)
}

// ofAlert is true for the finding about the alert rules of a name.
func ofAlert(f *Finding, all []alertrules.Judgement, name string) bool {
	return slices.ContainsFunc(all, func(j alertrules.Judgement) bool {
		return j.Rule.Alerting && j.Rule.Name == name && f.Subject == j.Rule.Kind()+" "+j.Rule.String()
	})
}

// hearsVerdict is dead for a receiver that would hear nothing more, and new for
// one that has heard nothing before.
func hearsVerdict(r paging.Receiver) queries.Verdict {
	switch {
	case len(r.Candidate)+len(r.Gained) == 0:
		return queries.Dead
	case len(r.Baseline)+len(r.Lost) == 0:
		return queries.New
	default:
		return queries.Changed
	}
}

// hears is what a receiver hears, in one sentence.
func hears(r paging.Receiver) string {
	text := fmt.Sprintf("hears of %s on the baseline, of %s on the candidate", heardOf(r.Baseline), heardOf(r.Candidate))
	if r.Silent() {
		text = "goes silent: " + text
	}
	if len(r.Unfired) > 0 {
		text += fmt.Sprintf("; %s never fired, and would have gone there", strings.Join(r.Unfired, ", "))
	}
	return text
}

func heardOf(alerts []string) string {
	if len(alerts) == 0 {
		return "nothing"
	}
	return strings.Join(alerts, ", ")
}

// noteRule adds a note to the judgement of the alert rules of a name.
func (s *Section) noteRule(all []alertrules.Judgement, name, note string) {
	for i := range s.Assets {
		a := &s.Assets[i]
		if slices.ContainsFunc(all, func(j alertrules.Judgement) bool {
			return j.Rule.Alerting && j.Rule.Name == name && a.key() == JudgedAsset{Kind: j.Rule.Kind(), Name: j.Rule.String()}.key()
		}) {
			a.Notes = append(a.Notes, note)
		}
	}
}

package compare

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/assets/queries"
	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// works is the aspect of rules and panels: how far they get.
const works = "works"

// assetsDir is where a run folder has the user's assets.
const assetsDir = "assets/"

// trial is one asset on trial.
type trial struct {
	kind        record.Kind
	asset       Asset // without Why
	file        string
	line        int
	text        string // of the query, for evidence
	verdict     queries.Verdict
	chance      bool
	baseline    queries.Outcome
	candidate   queries.Outcome
	losses      []lossAt
	differences []queries.Difference
	notes       []string
	stimuli     []string
}

// lossAt is a loss and where it stands.
type lossAt struct {
	queries.Loss
	place   string // file:line:column, or file:line
	line    int
	through string // the rules in between
}

// court judges assets between two kinds of runtime.
type court struct {
	runtimes  [2]clusters.Runtime
	catalogue *catalogue.Catalogue
}

func courtOf(baseline, candidate *record.Recording) (court, error) {
	known, err := catalogue.Load()
	return court{[2]clusters.Runtime{baseline.Meta.Runtime, candidate.Meta.Runtime}, known}, err
}

// judge adds what became of an asset to a section.
func (c court) judge(s *Section, t trial) {
	k := key{works, t.asset.Kind + " " + t.asset.Name}
	j := JudgedAsset{
		Kind: t.asset.Kind, Name: t.asset.Name, File: t.file, Line: t.line,
		Verdict: AssetVerdict(t.verdict), Why: t.why(), Notes: t.notes, Stimuli: t.stimuli,
	}
	switch {
	case t.verdict == queries.Alive:
		s.agrees(t.kind, k)
	case t.chance && t.baseline.Level == t.candidate.Level && c.explain(t.finding(k)).ID == "":
		// What one run can hardly tell from chance counts if it is known to happen.
		s.agrees(t.kind, k)
		j.Verdict, j.Why, j.Notes = AssetAlive, "", append(j.Notes, "perhaps by chance: "+j.Why)
	case t.verdict == queries.Unproven:
		s.unproven(t.kind, k)
		if why := c.known(t); why != "" {
			j.Verdict, j.Why = AssetBlind, why
		}
	default:
		f := t.finding(k)
		if why := c.gained(f); why != "" {
			j.Verdict, j.Why = AssetBlind, why+"; "+j.Why
			f.Assets[0].Why = j.Why
		}
		s.differs(f)
		j.Finding = s.Findings[len(s.Findings)-1].ID
	}
	s.tried(t.kind, k, j.worked())
	s.Assets = append(s.Assets, j)
}

func (t trial) finding(k key) Finding {
	asset := t.asset
	asset.Why = t.why()
	f := Finding{
		Kind: t.kind, Aspect: k.aspect, Subject: k.subject, Change: Changed, Severity: Changes,
		Remedy: t.remedy(), Assets: []Asset{asset}, Evidence: t.evidence(),
	}
	switch {
	case t.verdict == queries.Dead:
		f.Change, f.Severity = Lost, Breaks
	case t.verdict == queries.New:
		f.Change = New
	case t.chance:
		f.Severity = Info
	}
	f.Baseline, f.Candidate = t.values()
	return f
}

// values are what the asset shows on each side, and on the side that shows less,
// why.
func (t trial) values() (baseline, candidate string) {
	baseline, candidate = t.baseline.String(), t.candidate.String()
	var lost []string
	for _, l := range t.losses {
		lost = append(lost, l.text())
	}
	why := ""
	if len(lost) > 0 {
		why = ": " + strings.Join(lost, "; ")
	}
	switch t.verdict {
	case queries.Dead:
		candidate += why
	case queries.New:
		baseline += why
	case queries.Alive, queries.Changed, queries.Unproven:
	}
	said := [2][]string{{baseline}, {candidate}}
	for _, d := range t.differences {
		said[0] = append(said[0], d.What+": "+d.Baseline)
		said[1] = append(said[1], d.What+": "+d.Candidate)
	}
	return strings.Join(said[0], "; "), strings.Join(said[1], "; ")
}

// text is what was lost and where. The catalogue reads it: see the entries of
// kind query.
func (l lossAt) text() string {
	through := ""
	if l.through != "" {
		through = " through " + l.through
	}
	return fmt.Sprintf("%s (%s%s)", l.Loss, l.place, through)
}

// why is the verdict in one sentence.
func (t trial) why() string {
	var parts []string
	switch t.verdict {
	case queries.Alive:
		return ""
	case queries.Unproven:
		if t.baseline.Level < queries.Chosen && t.candidate.Level < queries.Chosen {
			return "its selectors choose no series on either side"
		}
		return "it was never true on the baseline"
	default:
		parts = append(parts, fmt.Sprintf("%s on the baseline, %s on the candidate", t.baseline.Level, t.candidate.Level))
	}
	for _, l := range t.losses {
		parts = append(parts, l.text()+l.seen(t.verdict)+l.offer())
	}
	for _, d := range t.differences {
		parts = append(parts, d.String())
	}
	return strings.Join(parts, "; ")
}

// seen is what both sides show at the place of the loss.
func (l lossAt) seen(v queries.Verdict) string {
	b, c := l.Has, l.Lacks
	if (v == queries.New) != l.Absent {
		b, c = c, b
	}
	if len(b)+len(c) == 0 {
		return ""
	}
	return fmt.Sprintf(", baseline has %s, candidate %s", cmp.Or(strings.Join(b, " "), "nothing"), cmp.Or(strings.Join(c, " "), "nothing"))
}

// offer is what to write instead, and what that gave.
func (l lossAt) offer() string {
	r := l.Rewrite
	if r == nil {
		return ""
	}
	text := fmt.Sprintf("; write %s instead (%d series on the baseline, %d on the candidate", r.Selector, r.Baseline, r.Candidate)
	if r.Alive {
		text += ", and the whole expression works on both"
	}
	text += ")"
	if r.Note != "" {
		text += ": " + r.Note
	}
	return text
}

// needs is what containerd wants to see instead of what was lost.
func (l lossAt) needs(id string) string {
	if l.Rewrite == nil {
		return "another form: rehearse explain " + id
	}
	text := fmt.Sprintf("%s (%d series there)", l.Rewrite.Selector, l.Rewrite.Candidate)
	if l.Rewrite.Note != "" {
		text += ": " + l.Rewrite.Note
	}
	return text
}

// remedy are the rewrites, for findings that no entry has a remedy for.
func (t trial) remedy() string {
	var offers []string
	for _, l := range t.losses {
		if l.Rewrite != nil {
			offers = append(offers, fmt.Sprintf("%s: write %s.", l.place, l.Rewrite.Selector))
		}
	}
	return strings.Join(offers, " ")
}

// evidence is the place in the asset's file, once for every side.
func (t trial) evidence() []Evidence {
	line := t.line
	text := t.text
	if len(t.losses) > 0 && strings.HasPrefix(t.losses[0].place, t.file+":") {
		line = t.losses[0].line
		text = cmp.Or(t.losses[0].Selector, t.losses[0].Text)
	}
	var all []Evidence
	for i, side := range clusters.Sides() {
		o := [2]queries.Outcome{t.baseline, t.candidate}[i]
		all = append(all, Evidence{Side: side, File: assetsDir + t.file, Line: line, Text: shorten(fmt.Sprintf("%s: %s", text, o))})
	}
	return all
}

// explain is the catalogue's cause of a finding, or the zero entry.
func (c court) explain(f Finding) catalogue.Entry {
	a := attribution{c.catalogue, Pair{Baseline: Side{Runtime: c.runtimes[0]}, Candidate: Side{Runtime: c.runtimes[1]}}}
	return a.explain(f)
}

// known says of an asset that shows nothing on either side that it did in the
// days of dockershim, if the baseline is cri-dockerd and that is known.
func (c court) known(t trial) string {
	if c.runtimes != [2]clusters.Runtime{clusters.Docker, clusters.Containerd} {
		return ""
	}
	for _, l := range t.losses {
		entry, ok := c.catalogue.Explain(catalogue.Difference{
			Kind: query, Runtime: clusters.Dockershim, Docker: queries.Chosen.String(), Containerd: queries.Silent.String() + ": " + l.text(),
		})
		if ok && !slices.Contains(entry.Baselines, clusters.Docker) && len(entry.Baselines) > 0 {
			return fmt.Sprintf("already blind on cri-dockerd: %s; worked with dockershim (%s: %s); on containerd it needs %s",
				l.text(), entry.ID, entry.Title, l.needs(entry.ID))
		}
	}
	return ""
}

// gained says of an asset that is new on the candidate that it had only gone
// quiet with cri-dockerd, if that is why.
func (c court) gained(f Finding) string {
	if f.Change != New || c.runtimes != [2]clusters.Runtime{clusters.Docker, clusters.Containerd} {
		return ""
	}
	entry := c.explain(f)
	if len(entry.Baselines) != 1 || entry.Baselines[0] != clusters.Docker {
		return ""
	}
	return fmt.Sprintf("already blind on cri-dockerd (%s), worked with dockershim, sees again on containerd", entry.ID)
}

// seriesOf are the series of both recordings, with what only a run knows masked;
// ok is false when a side has none, which is a gap.
func (s *Section) seriesOf(ctx context.Context, kind record.Kind, baseline, candidate *record.Recording) (series [2]queries.Series, ok bool) {
	ok = true
	for i, r := range [2]*record.Recording{baseline, candidate} {
		if r.Series == nil {
			s.Gaps = append(s.Gaps, Gap{Side: r.Meta.Side, Gap: record.Gap{Kind: kind, Subject: "all", Reason: "metrics were not recorded as series"}})
			ok = false
			continue
		}
		series[i] = seriesFrom(ctx, r)
	}
	return series, ok
}

// seriesFrom are the series of a recording that has some.
func seriesFrom(ctx context.Context, r *record.Recording) queries.Series {
	series := queries.Series{Queryable: r.Series, Mask: masked(r)}
	series.Start, series.End = r.Series.Range()
	return queries.Settled(ctx, series)
}

// suiteNamespace is a namespace that a suite makes for itself, with a random end.
var suiteNamespace = regexp.MustCompile(`\b(` + suitePrefix + `[a-z]+)-[a-z0-9]{5}\b`)

// masked hides in a label's value what only one run knows.
func masked(r *record.Recording) func(string) string {
	mask := normalise.New(r.Meta.Names)
	return func(value string) string {
		return mask.Text(suiteNamespace.ReplaceAllString(value, "$1"))
	}
}

// unjudged notes something of the user's that could not be judged, on both sides.
func (s *Section) unjudged(kind record.Kind, file string, line int, reason string) {
	place := file
	if line > 0 {
		place = fmt.Sprintf("%s:%d", file, line)
	}
	for _, side := range clusters.Sides() {
		s.Gaps = append(s.Gaps, Gap{Side: side, Gap: record.Gap{Kind: kind, Subject: place, Reason: reason}})
	}
}

// options are how rules and dashboards are replayed.
func (in Input) options() queries.Options {
	observe := in.Scenario.Spec.Observe
	return queries.Options{MaxFor: observe.MaxFor.Duration, MaxRange: observe.MaxRange.Duration}
}

// assetFiles are the files of the run folder that patterns of the scenario name.
func (in Input) assetFiles(patterns []string) ([]string, error) {
	if in.Assets == nil {
		return nil, nil
	}
	return scenarios.MatchAssets(in.Assets, patterns)
}

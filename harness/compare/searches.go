package compare

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/rehearse-dev/rehearse/harness/assets"
	"github.com/rehearse-dev/rehearse/harness/assets/searches"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// hits is the aspect of every search: what it finds.
const hits = "hits"

// Searches judges the user's log searches and log parsers: each is evaluated on all
// log lines of both sides, as they lie in their files and as messages. One that found
// something on the baseline and finds nothing on the candidate is dead, however green
// it looks; one that found nothing on the baseline proves nothing.
func Searches(dir fs.FS, patterns []string) Comparer {
	return Comparer{record.Searches, nil, func(baseline, candidate *record.Recording) (Section, error) {
		if dir == nil || len(patterns) == 0 {
			return Section{}, nil
		}
		files, err := scenarios.MatchAssets(dir, patterns)
		if err != nil {
			return Section{}, err
		}
		set, err := searches.Load(dir, files)
		if err != nil {
			return Section{}, err
		}
		var s Section
		s.refused(set)
		if s.missing(set, baseline, candidate) {
			return s, nil
		}
		return s, s.searchSet(set, baseline, candidate)
	}}
}

// searchSet looks through both sides, and judges everything in the set.
func (s *Section) searchSet(set *searches.Set, baseline, candidate *record.Recording) error {
	b, err := look(baseline, set)
	if err != nil {
		return err
	}
	c, err := look(candidate, set)
	if err != nil {
		return err
	}
	var pairs []*searchPair
	for i, search := range set.Searches {
		pairs = append(pairs, pairUp(search, b, c, i))
	}
	if err := nearest(pairs, b, c); err != nil {
		return err
	}
	for _, p := range pairs {
		p.judge(b, c)
		s.search(p, b, c)
	}
	for i, parser := range set.Parsers {
		s.parser(parser, b.parsed[i], c.parsed[i])
	}
	return nil
}

// refused says aloud what cannot be judged.
func (s *Section) refused(set *searches.Set) {
	refuse := func(a assets.Asset, reason string) {
		subject := fmt.Sprintf("%s (%s)", a, a.Place())
		s.Gaps = append(s.Gaps, Gap{Gap: record.Gap{Kind: record.Searches, Subject: subject, Reason: reason}})
		s.Assets = append(s.Assets, judgedAsset(a, AssetRefused, reason))
	}
	for _, r := range set.Refused {
		refuse(r.Asset, r.Reason)
	}
	for _, invalid := range set.Invalid {
		for _, p := range invalid.Problems {
			refuse(assets.Asset{Kind: assets.LogSearch, Name: p.File, File: p.File, Line: p.Line}, p.Message)
		}
	}
}

// missing is true when the logs of a side were not recorded: then nothing is judged.
func (s *Section) missing(set *searches.Set, recordings ...*record.Recording) bool {
	var gaps []Gap
	for _, r := range recordings {
		if !exists(r, record.LogIndex) {
			gaps = append(gaps, lacking(r, record.Searches, record.LogIndex))
		}
	}
	if len(gaps) == 0 {
		return false
	}
	s.Gaps = append(s.Gaps, gaps...)
	for _, a := range set.All() {
		s.Assets = append(s.Assets, judgedAsset(a, AssetUnproven, "the logs of a side were not recorded"))
	}
	return true
}

// search adds the check of a search, and a finding if it differs.
func (s *Section) search(p *searchPair, b, c *lookout) {
	k := key{hits, p.search.String()}
	asset := judgedAsset(p.search.Asset, p.outcome.verdict, p.why())
	switch p.outcome.verdict {
	case AssetAlive:
		s.agrees(record.Searches, k)
	case AssetUnproven:
		s.unproven(record.Searches, k)
	default:
		f := Finding{
			Kind: record.Searches, Aspect: k.aspect, Subject: k.subject,
			Change: p.outcome.change, Severity: p.outcome.severity, Title: p.title(), Remedy: p.remedy(),
			Baseline: p.value(0, b), Candidate: p.value(1, c),
			Evidence: slices.Concat(p.evidence(0, b), p.evidence(1, c)),
			Assets: []Asset{{
				Kind: asset.Kind, Name: asset.Name, Why: asset.Why, File: asset.File, Line: asset.Line,
			}},
		}
		asset.Finding = s.differs(f)
	}
	s.tried(record.Searches, k, p.worked(asset))
	s.Assets = append(s.Assets, asset)
}

package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// linesParsed is the aspect of every log parser.
const linesParsed = "lines parsed"

// share is how many lines of a side a parser can read.
type share struct {
	parsed, lines int
	read, unread  []Evidence
}

func (s *share) see(parsed bool, line searchLine, r *record.Recording) {
	s.lines++
	if parsed {
		s.parsed++
	}
	places := &s.unread
	if parsed {
		places = &s.read
	}
	if len(*places) < maxEvidence {
		*places = append(*places, line.here(r))
	}
}

// works says that the parser reads most lines.
func (s *share) works() bool { return s.lines > 0 && 2*s.parsed >= s.lines }

func (s *share) String() string {
	if s.lines == 0 {
		return "no lines"
	}
	return fmt.Sprintf("reads %d of %d lines", s.parsed, s.lines)
}

// evidence are lines that the parser reads, or else that it does not.
func (s *share) evidence() []Evidence {
	if s.works() {
		return s.read
	}
	return s.unread
}

// parser adds the check of a log parser. A log agent whose parser does not fit runs and
// is ready, and drops or garbles every line.
func (s *Section) parser(p *searches.Parser, b, c share) {
	k := key{linesParsed, p.String()}
	why := fmt.Sprintf("it is set to read %s: it %s on the baseline, %s on the candidate", strings.Join(p.Formats, ", "), &b, &c)
	asset := judgedAsset(p.Asset, AssetAlive, why)
	f := Finding{
		Kind: record.Searches, Aspect: k.aspect, Subject: k.subject, Baseline: b.String(), Candidate: c.String(),
		Evidence: slices.Concat(b.evidence(), c.evidence()),
		Assets:   []Asset{{Kind: asset.Kind, Name: asset.Name, Why: why, File: asset.File, Line: asset.Line}},
	}
	switch {
	case b.lines == 0 || c.lines == 0 || !b.works() && !c.works():
		asset.Verdict = AssetUnproven
		s.unproven(record.Searches, k)
	case b.works() && !c.works():
		asset.Verdict, f.Change, f.Severity = AssetDead, Lost, Breaks
		f.Title = fmt.Sprintf("Log parser %q cannot read container logs any more", p.Name)
		asset.Finding = s.differs(f)
	case !b.works():
		asset.Verdict, f.Change, f.Severity = AssetNew, New, Changes
		f.Title = fmt.Sprintf("Log parser %q reads container logs on the candidate only", p.Name)
		asset.Finding = s.differs(f)
	default:
		s.agrees(record.Searches, k)
	}
	s.tried(record.Searches, k, asset.worked())
	s.Assets = append(s.Assets, asset)
}

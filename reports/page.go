package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// What a page shows at most, so that a browser opens it whatever was found.
// Every cut is said on the page, and comparison.json has everything.
const (
	pageFindings = 500
	pageSubjects = 40
	pageAssets   = 40
	pageEvidence = 5    // of one side, for one finding
	pageChecks   = 1000 // of one kind
	pageGaps     = 500
	pageRows     = 1000 // of the table of assets
	pageFirst    = 5    // findings on the first screen
	pageText     = 2000 // bytes of a value or a piece of evidence
	pageBrief    = 400  // bytes of a remedy or a reason where it is only quoted
)

// page is what the template shows.
type page struct {
	*compare.Comparison
	Style, Script        any // as template.CSS and template.JS
	Policy               string
	Short, Why           string
	Names, Runtimes      [2]string // of the sides, and their runtime's version; baseline first
	Versions             []versionRow
	Sections             []pageSection
	First                []pageFinding
	FirstTitle           string
	MoreFirst            int
	Hidden, Limit        int // findings beyond pageFindings, and that limit
	AssetRows            []assetRow
	MoreRows             int
	Kinds                []kindChecks
	Parity               parityLedger
	Unproven             []compare.Check
	Tally, Sure, Since   string
	Lanes                []compare.Lane
	Flaky, Varying       []string
	MoreVarying          int
	Past                 []pagePast
	Blinds               []blind
	MoreBlinds           int
	Words                []word
	Total, Agree, Differ int // checks
}

// newPage gathers everything that the template shows, in its order.
func newPage(c *compare.Comparison, known *catalogue.Catalogue) *page {
	p := &page{
		Comparison: c,
		Names:      [2]string{sideName(c, clusters.Baseline), sideName(c, clusters.Candidate)},
		Runtimes:   [2]string{runtimeVersion(c.Pair.Baseline), runtimeVersion(c.Pair.Candidate)},
		Versions:   versionRows(c.Pair),
		Parity:     newParityLedger(c.Parity),
		Words:      glossary(),
		Limit:      pageFindings,
		Total:      len(c.Checks), Agree: inState(c, compare.Agrees), Differ: inState(c, compare.Differs),
	}
	p.Short, p.Why = answer(c)
	p.Tally, p.Since = tally(c), since(c)
	p.addNoise(c)
	p.addPast(c)
	anchors := p.addFindings(c, known)
	p.AssetRows, p.MoreRows = assetRows(c, pageRows)
	p.Kinds = kindsOf(c, anchors)
	for _, check := range c.Checks {
		if check.State == compare.Unproven && len(p.Unproven) < pageGaps {
			p.Unproven = append(p.Unproven, check)
		}
	}
	p.Blinds = blinds(c)
	p.MoreBlinds = max(len(p.Blinds)-pageGaps, 0)
	p.Blinds = p.Blinds[:len(p.Blinds)-p.MoreBlinds]
	return p
}

// findingAnchor is the ID of a finding on the page.
func findingAnchor(number int) string { return fmt.Sprintf("finding-%d", number) }

// pageSection is a section and its findings as the page shows them.
type pageSection struct {
	section
	Shown []pageFinding
}

// addFindings numbers the findings and returns their anchors by ID.
func (p *page) addFindings(c *compare.Comparison, known *catalogue.Catalogue) map[string]string {
	anchors := map[string]string{}
	number := 0
	for _, s := range sections(c) {
		shown := pageSection{section: s}
		for _, f := range s.Findings {
			number++
			if number > pageFindings {
				p.Hidden++
				continue
			}
			pf := newPageFinding(c, f, number)
			pf.Known, _ = known.Entry(f.Cause)
			anchors[f.ID] = pf.Anchor
			shown.Shown = append(shown.Shown, pf)
		}
		p.Sections = append(p.Sections, shown)
	}
	p.pickFirst()
	return anchors
}

// pickFirst chooses what the first screen asks for.
func (p *page) pickFirst() {
	heading, findings, more := first(p.Comparison, pageFirst)
	if len(findings) > 0 { // they head the first section
		p.FirstTitle, p.First, p.MoreFirst = heading, p.Sections[0].Shown[:len(findings)], more
	}
}

// addNoise says how sure the findings are.
func (p *page) addNoise(c *compare.Comparison) {
	p.Sure, p.Lanes, p.Flaky, p.Varying = sure(c), c.Noise.Lanes, flaky(c), varying(c)
	p.MoreVarying = max(len(p.Varying)-pageGaps, 0)
	p.Varying = p.Varying[:len(p.Varying)-p.MoreVarying]
}

// pagePast is a list of what an earlier rehearsal found and this one did not.
type pagePast struct {
	Title    string
	Findings []compare.Past
	More     int
}

func (p *page) addPast(c *compare.Comparison) {
	if c.Since == nil {
		return
	}
	fixed, unseen := goneTitles(c.Since)
	for _, past := range []pagePast{{Title: fixed, Findings: c.Since.Fixed}, {Title: unseen, Findings: c.Since.Unseen}} {
		if n := len(past.Findings); n > 0 {
			past.More = max(n-pageFindings, 0)
			past.Findings = past.Findings[:n-past.More]
			p.Past = append(p.Past, past)
		}
	}
}

// pageFinding is a finding with everything cut to what a page can show.
type pageFinding struct {
	compare.Finding
	Number       int
	New          bool // not there in the earlier rehearsal
	Anchor       string
	Known        catalogue.Entry // of the cause; empty without one
	Sides        [2]pageSide
	ShownAssets  []compare.Asset
	MoreAssets   int
	ShownSubject []string
	MoreSubject  int
}

// pageSide is one half of a finding: what it was there, and what shows it.
type pageSide struct {
	Side     clusters.Side
	Name     string
	Value    string
	Evidence []compare.Evidence
	More     int
}

func newPageFinding(c *compare.Comparison, f compare.Finding, number int) pageFinding {
	p := pageFinding{Finding: f, Number: number, New: isNew(c, f), Anchor: findingAnchor(number)}
	for i, side := range clusters.Sides() {
		s := pageSide{Side: side, Name: sideName(c, side), Value: clip([2]string{f.Baseline, f.Candidate}[i], pageText)}
		for _, e := range f.Evidence {
			switch {
			case e.Side != side:
			case len(s.Evidence) == pageEvidence:
				s.More++
			default:
				e.Text = clip(e.Text, pageText)
				s.Evidence = append(s.Evidence, e)
			}
		}
		p.Sides[i] = s
	}
	all := assets(f)
	p.ShownAssets = all[:min(len(all), pageAssets)]
	p.MoreAssets = len(all) - len(p.ShownAssets)
	p.ShownSubject, p.MoreSubject = subjects(f, pageSubjects)
	return p
}

// Proofs is how many pieces of evidence the page shows of a finding.
func (p pageFinding) Proofs() int { return len(p.Sides[0].Evidence) + len(p.Sides[1].Evidence) }

// HoldsFor names the kinds of Docker side that the finding holds for.
func (p pageFinding) HoldsFor() string { return holdsFor(p.Finding) }

// AssetNames names the assets that a line has room for.
func (p pageFinding) AssetNames() string { return strings.Join(assetNames(p.Finding, 3), ", ") }

// Open reports whether the finding is to be unfolded when the page opens.
func (p pageFinding) Open() bool { return p.Expected == "" && p.Severity == compare.Breaks }

// versionRow is one component's version on both sides.
type versionRow struct {
	Component, Baseline, Candidate string
}

// Same reports whether both sides have the same version.
func (v versionRow) Same() bool { return v.Baseline == v.Candidate }

func versionRows(pair compare.Pair) []versionRow {
	known := []string{"kubernetes", "kubelet", "runtime", "adapter", "runc", "kernel"}
	rest := map[string]bool{}
	for _, versions := range []map[string]string{pair.Baseline.Versions, pair.Candidate.Versions} {
		for name := range versions {
			rest[name] = !slices.Contains(known, name)
		}
	}
	var others []string
	for name, other := range rest {
		if other {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	var rows []versionRow
	for _, name := range append(known, others...) {
		if _, there := rest[name]; there {
			rows = append(rows, versionRow{name, pair.Baseline.Versions[name], pair.Candidate.Versions[name]})
		}
	}
	return rows
}

// kindChecks is what was compared of one kind of evidence.
type kindChecks struct {
	Kind                    record.Kind
	Agree, Differ, Unproven int
	Checks                  []pageCheck // differing first, then unproven, then agreeing
	More                    int
}

// Total is how many checks there are.
func (k kindChecks) Total() int { return k.Agree + k.Differ + k.Unproven }

// pageCheck is a check and where on the page its finding is.
type pageCheck struct {
	compare.Check
	Anchor string
}

func kindsOf(c *compare.Comparison, anchors map[string]string) []kindChecks {
	var kinds []kindChecks
	at := map[record.Kind]int{}
	for _, check := range c.Checks {
		i, ok := at[check.Kind]
		if !ok {
			i = len(kinds)
			at[check.Kind] = i
			kinds = append(kinds, kindChecks{Kind: check.Kind})
		}
		k := &kinds[i]
		switch check.State {
		case compare.Differs:
			k.Differ++
		case compare.Unproven:
			k.Unproven++
		default:
			k.Agree++
		}
		k.Checks = append(k.Checks, pageCheck{check, anchors[check.Finding]})
	}
	for i := range kinds {
		kinds[i].cut()
	}
	return kinds
}

func (k *kindChecks) cut() {
	order := []compare.CheckState{compare.Differs, compare.Unproven, compare.Agrees}
	slices.SortStableFunc(k.Checks, func(a, b pageCheck) int {
		return cmp.Compare(slices.Index(order, a.State), slices.Index(order, b.State))
	})
	k.More = max(len(k.Checks)-pageChecks, 0)
	k.Checks = k.Checks[:len(k.Checks)-k.More]
}

// parityLedger is the parity ledger in two parts: what a reader should see, and
// what is equal and says no more than that.
type parityLedger struct {
	Telling, Equal []clusters.Parity
	Confounders    int
}

func newParityLedger(entries []clusters.Parity) parityLedger {
	var l parityLedger
	for _, e := range entries {
		switch {
		case e.Class == clusters.ParityEqual && e.Note == "":
			l.Equal = append(l.Equal, e)
			continue
		case e.Class == clusters.ParityConfounder:
			l.Confounders++
		}
		l.Telling = append(l.Telling, e)
	}
	order := []clusters.ParityClass{clusters.ParityConfounder, clusters.ParitySubject, clusters.ParityExpected}
	place := func(e clusters.Parity) int {
		if i := slices.Index(order, e.Class); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(l.Telling, func(a, b clusters.Parity) int { return cmp.Compare(place(a), place(b)) })
	return l
}

// anchorOf is the ID of a glossary entry on the page.
func anchorOf(term string) string { return "word-" + strings.ReplaceAll(term, " ", "-") }

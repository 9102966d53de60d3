package reports

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// runtimeName is what people call a runtime.
func runtimeName(r clusters.Runtime) string {
	switch r {
	case clusters.Docker:
		return "Docker Engine"
	case clusters.Dockershim:
		return "Docker Engine (dockershim)"
	case clusters.Containerd:
		return "containerd"
	}
	return string(r)
}

// sideName is a side's runtime, and the side too when both have the same.
func sideName(c *compare.Comparison, side clusters.Side) string {
	b, d := runtimeName(c.Pair.Baseline.Runtime), runtimeName(c.Pair.Candidate.Runtime)
	switch {
	case b == d:
		return fmt.Sprintf("%s (%s)", b, side)
	case side == clusters.Baseline:
		return b
	}
	return d
}

// kindName is what a kind of evidence is called in a heading.
func kindName(k record.Kind) string {
	if k == record.Events {
		return "Events and status"
	}
	first, size := utf8.DecodeRuneInString(string(k))
	if size == 0 {
		return "Other"
	}
	return string(unicode.ToUpper(first)) + string(k[size:])
}

// runtimeVersion of one side, without the scheme that Kubernetes puts before it.
func runtimeVersion(s compare.Side) string {
	version := s.Versions["runtime"]
	if _, after, ok := strings.Cut(version, "://"); ok {
		return after
	}
	return version
}

// assets lists each asset of a finding once, with all that is said of it.
func assets(f compare.Finding) []compare.Asset {
	var once []compare.Asset
	for _, a := range f.Assets {
		i := slices.IndexFunc(once, func(o compare.Asset) bool { return o.Kind == a.Kind && o.Name == a.Name })
		switch {
		case i < 0:
			once = append(once, a)
		case a.Why != "":
			once[i].Why = strings.TrimPrefix(once[i].Why+"; "+a.Why, "; ")
		}
	}
	return once
}

// assetNames names at most limit assets of a finding, and how many more it has.
func assetNames(f compare.Finding, limit int) []string {
	var names []string
	all := assets(f)
	for i, a := range all {
		if i == limit {
			return append(names, fmt.Sprintf("%d more", len(all)-i))
		}
		names = append(names, a.Kind+" "+a.Name)
	}
	return names
}

// list joins words as a sentence does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// titleFor is the title of a finding behind the names of those that it touches, unless
// it names them itself.
func titleFor(f compare.Finding) string {
	var whom []string
	for _, a := range assets(f) {
		if !strings.Contains(f.Title, a.Name) {
			whom = append(whom, a.Kind+" "+a.Name)
		}
	}
	if len(whom) > maxWhom {
		whom = append(whom[:maxWhom:maxWhom], fmt.Sprintf("%d more", len(whom)-maxWhom))
	}
	if len(whom) == 0 {
		return f.Title
	}
	return list(whom) + ": " + f.Title
}

// maxWhom is how many of those that a finding touches stand before its title.
const maxWhom = 2

// subjects lists what a finding is about, at most limit of them, and how many
// more there are.
func subjects(f compare.Finding, limit int) (shown []string, more int) {
	all := f.Subjects
	if len(all) == 0 {
		all = []string{f.Subject}
	}
	if len(all) <= limit {
		return all, 0
	}
	return all[:limit], len(all) - limit
}

// causeOf names the cause of a finding, or says that there is none and by which ID
// the finding can be accepted.
func causeOf(f compare.Finding) string {
	if f.Cause == "" {
		return fmt.Sprintf("no known cause (%s)", f.ID)
	}
	return f.Cause
}

// holdsFor names the kinds of Docker side that a finding about metrics holds for.
func holdsFor(f compare.Finding) string {
	var kinds []string
	for _, r := range f.Baselines {
		kinds = append(kinds, map[clusters.Runtime]string{
			clusters.Docker: "cri-dockerd", clusters.Dockershim: "dockershim",
		}[r])
	}
	return strings.Join(kinds, " and ")
}

// where is the place of a piece of evidence, as editors and grep write it.
func where(e compare.Evidence) string { return place(e.File, e.Line) }

func place(file string, line int) string {
	if line > 0 {
		return fmt.Sprintf("%s:%d", file, line)
	}
	return file
}

// codeParts splits prose at its backticks: parts with an odd index are code. A
// backtick without a partner is left as it is.
func codeParts(s string) []string {
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 {
		return []string{s}
	}
	return parts
}

func count(n int, one, many string) string {
	return fmt.Sprintf("%d %s", n, pick(n, one, many))
}

func pick(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// clip shortens s to at most limit bytes without cutting a character in two.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}

// oneLine is s with every run of white space as one space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

package catalogue

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/suggest"
)

//go:embed *.yaml
var files embed.FS

// Catalogue is a set of entries.
type Catalogue struct {
	// Entries in the order in which they are tried: the first that fits
	// explains.
	Entries []Entry
}

// Load returns the catalogue that ships with the program.
func Load() (*Catalogue, error) { return Read(files) }

// Read reads every YAML file in the root of dir, in the order of their names,
// and reports all mistakes at once.
func Read(dir fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("reading catalogue: %w", err)
	}
	c := &Catalogue{}
	var errs []error
	for _, name := range names {
		entries, err := readFile(dir, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("reading catalogue: %s: %w", name, err))
		}
		c.Entries = append(c.Entries, entries...)
	}
	return c, errors.Join(append(errs, c.validate()...)...)
}

// Entry returns the entry with the given ID, whatever its case.
func (c *Catalogue) Entry(id string) (Entry, bool) {
	at := slices.IndexFunc(c.Entries, func(e Entry) bool { return strings.EqualFold(e.ID, id) })
	if at < 0 {
		return Entry{}, false
	}
	return c.Entries[at], true
}

// Explain returns the entry that accounts for a difference.
func (c *Catalogue) Explain(d Difference) (Entry, bool) {
	at := slices.IndexFunc(c.Entries, func(e Entry) bool { return e.Explains(d) })
	if at < 0 {
		return Entry{}, false
	}
	return c.Entries[at], true
}

// Near returns the IDs that are nearest to one that no entry has, the nearest first.
func (c *Catalogue) Near(id string) []string {
	var ids []string
	for _, e := range c.Entries {
		ids = append(ids, e.ID)
	}
	return suggest.Near(id, ids, maxNear)
}

// maxNear is how many IDs are worth proposing.
const maxNear = 3

// Search returns the entries in which every word of the text stands, whatever its
// case.
func (c *Catalogue) Search(text string) []Entry {
	words := strings.Fields(strings.ToLower(text))
	return slices.DeleteFunc(slices.Clone(c.Entries), func(e Entry) bool {
		all := strings.ToLower(strings.Join([]string{e.ID, e.Title, e.Docker, e.Containerd, e.Why, e.Who, e.Remedy, e.Dockershim}, "\n"))
		return len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) })
	})
}

// IsID says whether a text is written as IDs are.
func IsID(text string) bool { return validID.MatchString(strings.ToUpper(text)) }

func readFile(dir fs.FS, name string) ([]Entry, error) {
	raw, err := fs.ReadFile(dir, name)
	if err != nil {
		return nil, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	var entries []Entry
	if err := dec.Decode(&entries); err != nil {
		return nil, err
	}
	return entries, nil
}

func (c *Catalogue) validate() []error {
	var errs []error
	seen := map[string]bool{}
	for _, e := range c.Entries {
		for _, mistake := range e.mistakes() {
			errs = append(errs, fmt.Errorf("catalogue entry %q: %s", e.ID, mistake))
		}
		if seen[e.ID] {
			errs = append(errs, fmt.Errorf("catalogue entry %q: listed twice", e.ID))
		}
		seen[e.ID] = true
	}
	return errs
}

var validID = regexp.MustCompile(`^[A-Z]{3,4}-\d{3}$`)

func (e *Entry) mistakes() []string {
	var mistakes []string
	check := func(ok bool, mistake string) {
		if !ok {
			mistakes = append(mistakes, mistake)
		}
	}
	check(validID.MatchString(e.ID), "id: want letters, a dash and three digits, such as LOG-001")
	for field, text := range map[string]string{
		"title": e.Title, "docker": e.Docker, "containerd": e.Containerd,
		"why": e.Why, "who": e.Who, "remedy": e.Remedy,
	} {
		check(strings.TrimSpace(text) != "", field+": missing")
	}
	check(e.Severity == "changes" || e.Severity == "info", "severity: want changes or info")
	mistakes = append(mistakes, e.Known.mistakes()...)
	check(len(e.Match) > 0, "match: missing")
	for _, b := range e.Baselines {
		check(b == clusters.Docker || b == clusters.Dockershim, "baselines: want docker or dockershim")
	}
	for _, m := range e.Match {
		check(m.Kind != "", "match: kind: missing")
		check(slices.Contains([]string{"", "docker", "containerd"}, m.Only), "match: only: want docker or containerd")
		check(m.selective(), "match: matches everything of its kind")
	}
	slices.Sort(mistakes)
	return mistakes
}

// selective is false for a matcher that would explain whatever it is shown.
func (m *Matcher) selective() bool {
	return slices.ContainsFunc([]Pattern{m.Aspect, m.Subject, m.Docker, m.Containerd},
		func(p Pattern) bool { return p.Regexp != nil && p.String() != "" })
}

package catalogue

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/wrap"
)

// Entry is one known difference.
type Entry struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"` // one sentence for a stranger
	// Docker and Containerd say how each of them behaves.
	Docker     string `yaml:"docker"`
	Containerd string `yaml:"containerd"`
	// Dockershim is how Docker behaves behind dockershim, where that is not how it
	// behaves behind cri-dockerd, which Docker then is about.
	Dockershim string `yaml:"dockershim,omitempty"`
	Why        string `yaml:"why"`    // what in the runtimes makes it so
	Who        string `yaml:"who"`    // what usually leans on the Docker behaviour
	Remedy     string `yaml:"remedy"` // what to do about it
	// Severity is changes or info; whether something breaks depends on what the
	// user has, not on the entry.
	Severity string `yaml:"severity"`
	// Known says how the difference is known.
	Known Known `yaml:"known"`
	// Versions are those that the entry holds for; empty means all that are in use.
	Versions string `yaml:"versions,omitempty"`
	// Baselines are the kinds of Docker side that the entry holds for; empty
	// means all of them.
	Baselines []clusters.Runtime `yaml:"baselines,omitempty"`
	// Match lists what the entry explains: a difference that fits any of them.
	Match []Matcher `yaml:"match"`
}

// Matcher fits a difference when every pattern that is set does. Patterns are
// regular expressions (RE2) that may match anywhere in the text.
type Matcher struct {
	Kind    string  `yaml:"kind"` // of evidence, exactly
	Aspect  Pattern `yaml:"aspect,omitempty"`
	Subject Pattern `yaml:"subject,omitempty"`
	// Docker and Containerd are patterns of the value on that side.
	Docker     Pattern `yaml:"docker,omitempty"`
	Containerd Pattern `yaml:"containerd,omitempty"`
	// Only names the one side, docker or containerd, that has a value at all.
	Only string `yaml:"only,omitempty"`
	// Unless is a pattern that neither value may match.
	Unless Pattern `yaml:"unless,omitempty"`
}

// Difference is something that differs between a Docker side and a containerd
// side. A value is empty where that side has none.
type Difference struct {
	Kind    string // of evidence
	Aspect  string // what was compared
	Subject string // of what
	// Runtime of the Docker side: docker or dockershim.
	Runtime            clusters.Runtime
	Docker, Containerd string
}

// Pattern is a regular expression in YAML. The zero value matches everything.
type Pattern struct{ *regexp.Regexp }

// UnmarshalYAML compiles the expression.
func (p *Pattern) UnmarshalYAML(node *yaml.Node) error {
	var text string
	if err := node.Decode(&text); err != nil {
		return err
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	p.Regexp = re
	return nil
}

func (p Pattern) fits(s string) bool { return p.Regexp == nil || p.MatchString(s) }

// Explains is true when any matcher fits and the entry holds for the Docker side
// at hand.
func (e *Entry) Explains(d Difference) bool {
	if len(e.Baselines) > 0 && !slices.Contains(e.Baselines, d.Runtime) {
		return false
	}
	return slices.ContainsFunc(e.Match, func(m Matcher) bool { return m.fits(d) })
}

func (m *Matcher) fits(d Difference) bool {
	switch {
	case m.Kind != d.Kind,
		m.Only == "docker" && (d.Docker == "" || d.Containerd != ""),
		m.Only == "containerd" && (d.Docker != "" || d.Containerd == ""),
		m.Unless.Regexp != nil && (m.Unless.MatchString(d.Docker) || m.Unless.MatchString(d.Containerd)):
		return false
	}
	return m.Aspect.fits(d.Aspect) && m.Subject.fits(d.Subject) &&
		m.Docker.fits(d.Docker) && m.Containerd.fits(d.Containerd)
}

// Text is the entry as a page of plain text.
func (e *Entry) Text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s\n", e.ID, e.Title)
	for _, part := range e.parts() {
		if part[1] != "" {
			fmt.Fprintf(&out, "\n%s:\n%s", part[0], indent(part[1]))
		}
	}
	return out.String()
}

// parts are what an entry says, under the heading that each has.
func (e *Entry) parts() [][2]string {
	docker := [][2]string{{"Docker", e.Docker}}
	if e.Dockershim != "" {
		docker = [][2]string{{"Docker behind dockershim (kubelet up to 1.23)", e.Dockershim}, {"Docker behind cri-dockerd", e.Docker}}
	}
	return append(docker, [][2]string{
		{"containerd", e.Containerd},
		{"Why", e.Why},
		{"Who is hit", e.Who},
		{"What to do", e.Remedy},
		{"Known", e.Known.String()},
		{"Holds for", baselines(e.Baselines)},
		{"Versions", e.Versions},
	}...)
}

const width = 76

// indent wraps a text at the width of a page, two spaces in.
func indent(text string) string { return wrap.Indent(text, "  ", width) }

func baselines(kinds []clusters.Runtime) string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

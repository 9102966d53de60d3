package translate

import (
	"fmt"
	"io"
	"strings"

	"github.com/rehearse-dev/rehearse/internal/wrap"
)

// WriteText writes the plan for people: first what is lost, which is what they
// have to decide about.
func (p *Plan) WriteText(w io.Writer) error {
	out := &strings.Builder{}
	for _, part := range []struct {
		fate  Fate
		title string
	}{
		{Lost, "No counterpart"}, {Carried, "Carried over"}, {Unneeded, "Nothing to do"},
	} {
		p.items(out, part.fate, part.title)
	}
	if len(p.Unsaid) > 0 {
		fmt.Fprintf(out, "Docker does unasked (%d)\n", len(p.Unsaid))
	}
	for _, d := range p.Unsaid {
		fmt.Fprintf(out, "  %s: %s\n%s", d.About, d.Docker, wrapped(d.Containerd))
	}
	fmt.Fprintf(out, "%sFiles (%d)\n", blank(out), len(p.Files))
	for _, f := range p.Files {
		fmt.Fprintf(out, "  %-48s belongs at %s\n", f.Path, f.Place)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// items writes the settings of one fate, followed by an empty line.
func (p *Plan) items(out *strings.Builder, fate Fate, title string) {
	var of []Item
	for _, i := range p.Items {
		if i.Fate == fate {
			of = append(of, i)
		}
	}
	if len(of) == 0 {
		return
	}
	fmt.Fprintf(out, "%s (%d)\n", title, len(of))
	for _, i := range of {
		fmt.Fprintf(out, "  %s = %s  [%s]\n", i.Setting, i.Value, i.From)
		for _, to := range i.To {
			fmt.Fprintf(out, "    to %s\n", to)
		}
		out.WriteString(wrapped(i.Meaning))
	}
	out.WriteByte('\n')
}

// blank is an empty line between parts.
func blank(out *strings.Builder) string {
	if out.Len() == 0 || strings.HasSuffix(out.String(), "\n\n") {
		return ""
	}
	return "\n"
}

// pageWidth is how long a line of the text gets.
const pageWidth = 80

// wrapped is text for people, below the line that it is about.
func wrapped(text string) string { return wrap.Indent(text, "    ", pageWidth) }

package detect

import (
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// dockerfile looks at how an image is made: what it brings along that reaches for
// Docker once it runs. That Docker may build it is no matter of the nodes.
func (d *detector) dockerfile(t *text.Text) {
	result, err := parser.Parse(strings.NewReader(t.Value))
	if err != nil {
		if mattering.MatchString(t.Value) {
			d.gap(t.At(0), fmt.Sprintf("reading a Dockerfile: %v", err))
		}
		return
	}
	d = d.in(ImageBuild)
	for _, n := range result.AST.Children {
		d.instruction(n)
	}
}

func (d *detector) instruction(n *parser.Node) {
	// The text of an instruction, without its keyword and with its continuations
	// as spaces.
	line := text.Unfold(d.Text, d.Offset(n.StartLine, 1), d.Offset(n.EndLine+1, 1))
	keyword := len(line.Value) - len(strings.TrimLeft(line.Value, " \t")) + len(n.Value)
	rest := line.Trim(min(keyword, len(line.Value)), len(line.Value))
	switch strings.ToUpper(n.Value) {
	case "FROM":
		d.from(n, rest)
	case "COPY":
		d.copied(n, rest)
	case "ENV":
		d.environmentVariables(n, rest)
	case "RUN":
		d.run(n, rest)
	case "CMD", "ENTRYPOINT", "HEALTHCHECK":
		d.in(Pod).started(n, rest)
	case "VOLUME":
		for arg := n.Next; arg != nil; arg = arg.Next {
			if rule := pathRule(arg.Value); rule == finding.DockerSocket || rule == finding.DockerData && !d.ownDaemon() {
				d.report(hit{rule: rule, at: rest.At(0), found: arg.Value, message: "declares a volume at " + arg.Value})
			}
		}
	}
}

// ownDaemon is true for the image of a Docker daemon, whose folders are its own.
func (d *detector) ownDaemon() bool { return strings.Contains(d.Value, "dind") }

func (d *detector) from(n *parser.Node, rest *text.Text) {
	if n.Next == nil {
		return
	}
	image := n.Next.Value
	// The last stage is the image; an earlier one named docker is only copied from,
	// which is reported where it is.
	last := !strings.Contains(strings.ToUpper(d.Value[d.Offset(n.EndLine+1, 1):]), "\nFROM ") &&
		!strings.HasPrefix(strings.ToUpper(d.Value[d.Offset(n.EndLine+1, 1):]), "FROM ")
	if isDockerCLI(image) && last {
		d.report(hit{
			rule: finding.DockerImage, at: rest.At(0), found: image, severity: compare.Changes,
			message: "an image that builds on the docker program's",
		})
	}
}

// copied looks at programs that come out of Docker's image, or from the context.
func (d *detector) copied(n *parser.Node, rest *text.Text) {
	from := ""
	for _, flag := range n.Flags {
		from = strings.TrimPrefix(flag, "--from=")
	}
	for arg := n.Next; arg != nil; arg = arg.Next {
		name := programOf(arg.Value)
		if dockerPrograms[name] && (from != "" || isBinary(segments(arg.Value))) {
			d.report(hit{
				rule: finding.DockerInstall, at: rest.At(0), found: arg.Value,
				message: fmt.Sprintf("puts %s into an image, which so becomes a client of Docker", name),
			})
			return
		}
	}
}

func (d *detector) environmentVariables(n *parser.Node, rest *text.Text) {
	// The parser gives name, value and separator in turn.
	for name := n.Next; name != nil && name.Next != nil; {
		value := name.Next
		d.env(name.Value, plainWord(strings.Trim(value.Value, `"'`), rest))
		name = value.Next
		if name != nil {
			name = name.Next
		}
	}
}

func (d *detector) run(n *parser.Node, rest *text.Text) {
	for _, h := range n.Heredocs {
		if at := strings.Index(d.Value, h.Content); at >= 0 {
			body := d.Slice(at, at+len(h.Content))
			d.within(body).shell(body)
			return
		}
	}
	if n.Attributes["json"] {
		d.execute(jsonWords(n, rest))
		return
	}
	flags := 0
	for _, f := range n.Flags {
		flags = strings.Index(rest.Value, f) + len(f)
	}
	script := rest.Slice(flags, len(rest.Value))
	d.within(script).shell(script)
}

// started looks at what a container of the image runs.
func (d *detector) started(n *parser.Node, rest *text.Text) {
	if n.Attributes["json"] {
		d.execute(jsonWords(n, rest))
		return
	}
	script := rest
	if at := strings.Index(rest.Value, "CMD "); strings.EqualFold(n.Value, "HEALTHCHECK") && at >= 0 {
		script = rest.Slice(at+len("CMD "), len(rest.Value))
	}
	d.within(script).shell(script)
}

func jsonWords(n *parser.Node, rest *text.Text) []word {
	var words []word
	for arg := n.Next; arg != nil; arg = arg.Next {
		at := max(strings.Index(rest.Value, arg.Value), 0)
		words = append(words, plainWord(arg.Value, rest.Slice(at, at+len(arg.Value))))
	}
	return words
}

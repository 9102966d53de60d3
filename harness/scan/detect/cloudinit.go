package detect

import (
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// cloudInit looks at what a machine is given when it starts for the first time.
func (d *detector) cloudInit(t *text.Text) {
	d = d.in(Node)
	if strings.HasPrefix(t.Value, "#cloud-config") || strings.HasPrefix(t.Value, "## template") {
		d.cloudConfig(t)
		return
	}
	for _, part := range mimeParts(t) {
		inner := d.within(part)
		switch {
		case strings.HasPrefix(part.Value, "#cloud-config"):
			inner.cloudConfig(part)
		case strings.HasPrefix(part.Value, "#!") && shebang.MatchString(part.Value):
			inner.shell(part)
		default:
			inner.content("part", part)
		}
	}
}

var boundary = regexp.MustCompile(`(?i)boundary="?([^"\s;]+)"?`)

// mimeParts are the bodies of a multipart message.
func mimeParts(t *text.Text) []*text.Text {
	found := boundary.FindStringSubmatch(t.Value)
	if found == nil {
		return nil
	}
	var parts []*text.Text
	at := 0
	for i, part := range strings.Split(t.Value, "--"+found[1]) {
		start := at
		at += len(part) + len("--"+found[1])
		if i == 0 {
			continue
		}
		// Headers end at the first empty line.
		head := headerEnd.FindStringIndex(part)
		if head == nil {
			continue
		}
		parts = append(parts, t.Trim(start+head[1], start+len(part)))
	}
	return parts
}

var headerEnd = regexp.MustCompile(`\r?\n\r?\n`)

func (d *detector) cloudConfig(t *text.Text) {
	for _, doc := range d.documents(t) {
		inner := d.within(doc.Text)
		for _, key := range []string{"runcmd", "bootcmd"} {
			inner.runcmd(text.Get(doc.Root, key))
		}
		for _, item := range text.Items(text.Get(doc.Root, "packages")) {
			inner.packageItem(item)
		}
		for _, file := range text.Items(text.Get(doc.Root, "write_files")) {
			inner.writtenFile(file)
		}
		for _, p := range text.Pairs(doc.Root) {
			if !anyOf(p.Key.Value, "runcmd", "bootcmd", "packages", "write_files", "final_message", "ssh_authorized_keys", "users", "groups", "apt", "yum_repos") {
				inner.walk(p.Key.Value, p.Value)
			}
		}
	}
}

// runcmd looks at commands, each a line of shell or a list of words.
func (d *detector) runcmd(n *yaml.Node) {
	for _, item := range text.Items(n) {
		switch {
		case text.IsScalar(item):
			t := d.Scalar(item)
			d.within(t).shell(t)
		case text.IsList(item):
			d.execute(d.wordsOf(item))
		}
	}
}

// packageItem is a package, or a list of one and its version.
func (d *detector) packageItem(n *yaml.Node) {
	if items := text.Items(n); len(items) > 0 && text.IsScalar(items[0]) && dockerPackage.MatchString(items[0].Value) {
		d.installs(d.scalarWord(items[0]), items[0].Value, items[0].Value)
	}
}

// writtenFile looks at a file that is put onto the machine.
func (d *detector) writtenFile(n *yaml.Node) {
	at, content := text.Get(n, "path"), text.Get(n, "content")
	if !text.IsScalar(at) {
		return
	}
	if rule := pathRule(at.Value); rule != "" {
		w := d.scalarWord(at)
		d.report(hit{rule: rule, at: w.At(0), found: at.Value, message: "writes " + at.Value})
	}
	if text.IsScalar(content) && !strings.Contains(text.String(n, "encoding"), "b64") && !strings.Contains(text.String(n, "encoding"), "base64") {
		t := d.Scalar(content)
		inner := d.within(t)
		if !inner.content(at.Value, t) && path.Ext(at.Value) == "" && shebang.MatchString(t.Value) {
			inner.shell(t)
		}
	}
}

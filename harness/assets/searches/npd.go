package searches

import (
	"cmp"
	"fmt"

	"github.com/rehearse-dev/rehearse/harness/assets"
)

// readNPD reads a log monitor of node-problem-detector: expressions over the journal of
// one program. The detector matches them up to the end of what it has read so far.
func (l *loader) readNPD(root node) {
	program := root.get("pluginConfig", "source").text()
	monitor := cmp.Or(root.get("source").text(), l.file)
	for _, rule := range root.get("rules").items() {
		name := fmt.Sprintf("%s %s", monitor, cmp.Or(rule.get("reason").text(), "rule"))
		line := rule.get("pattern").line()
		switch plugin := root.get("plugin").text(); {
		case plugin != "journald":
			l.refuse(assets.LogSearch, name, line, "plugin %q reads logs that are not recorded; those of journald are", plugin)
			continue
		case program == "" || program == "kernel":
			l.refuse(assets.LogSearch, name, line, "the journal of %q is not recorded", cmp.Or(program, "everything"))
			continue
		}
		s := Search{
			Asset: assets.Asset{Name: name, Line: line}, Language: Regex, Expression: rule.get("pattern").text() + `\z`,
			Sources: []Source{{Identifier: program}},
		}
		l.add(s)
	}
}

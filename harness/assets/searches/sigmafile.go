package searches

import (
	"cmp"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/assets"
)

// readSigma reads a Sigma rule: one document, one rule.
func (l *loader) readSigma(root node) {
	name := cmp.Or(root.get("title").text(), l.file)
	line := root.key("detection").line()
	source := root.get("logsource")
	for _, part := range []string{"product", "category", "service"} {
		// What these name is in container logs and journals; what others name is not.
		if text := source.get(part).text(); !slices.Contains([]string{"", "linux", "kubernetes", "docker", "containerd", "application"}, text) {
			l.refuse(assets.LogSearch, name, line, "its logsource (%s: %s) is none that is recorded", part, text)
			return
		}
	}
	text, err := yaml.Marshal(root.Node)
	if err != nil {
		l.refuse(assets.LogSearch, name, line, "%v", err)
		return
	}
	l.add(Search{Asset: assets.Asset{Name: name, Line: line}, Language: Sigma, Expression: string(text)})
}

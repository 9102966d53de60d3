package detect

import (
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// Object looks at a Kubernetes object that is decoded already. source says where
// it comes from and takes the place of a file; there are no lines.
func Object(source string, object map[string]any) Result {
	out := Result{Known: true}
	newDetector(source, text.New(""), &out).in(Pod).kubernetes(tree(object))
	for i := range out.Findings {
		out.Findings[i].Line, out.Findings[i].Column = 0, 0
	}
	for i := range out.Gaps {
		out.Gaps[i].Line = 0
	}
	return out
}

// tree is a decoded value as what the parsers make. Fields are in the order of
// their names, so that findings come in the same order each time.
func tree(value any) *yaml.Node {
	switch value := value.(type) {
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, tree(value[key]))
		}
		return n
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range value {
			n.Content = append(n.Content, tree(item))
		}
		return n
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(value)}
}

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
	return out.unplaced()
}

// Command looks at the command line of a process, in a pod or on a node.
func Command(source string, where Setting, argv []string) Result {
	out := Result{Known: true}
	d := newDetector(source, text.New(""), &out).in(where)
	var words []word
	for _, argument := range argv {
		words = append(words, plainWord(argument, text.Anywhere(argument, d.At(0))))
	}
	d.execute(words)
	return out.unplaced()
}

// unplaced forgets the lines, of which there were none.
func (r Result) unplaced() Result {
	for i := range r.Findings {
		r.Findings[i].Line, r.Findings[i].Column = 0, 0
	}
	for i := range r.Gaps {
		r.Gaps[i].Line = 0
	}
	return r
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

package text

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Document is a tree, and the text that the lines and columns of its nodes
// count in.
type Document struct {
	*Text
	Root *yaml.Node
}

var separator = regexp.MustCompile(`(?m)^---(?:[ \t].*)?\r?$`)

// YAML reads every document of a text. One that is broken does not keep the
// others from being read; the errors name the lines of the file.
func YAML(t *Text) ([]Document, error) {
	var documents []Document
	var errs []error
	for _, part := range split(t) {
		root, err := parseYAML(part)
		if err != nil {
			errs = append(errs, err)
		}
		if root != nil {
			documents = append(documents, Document{part, root})
		}
	}
	return documents, errors.Join(errs...)
}

// split cuts a text into its documents.
func split(t *Text) []*Text {
	ends := separator.FindAllStringIndex(t.Value, -1)
	if ends == nil {
		return []*Text{t}
	}
	var parts []*Text
	start := 0
	for _, end := range append(ends, []int{len(t.Value), len(t.Value)}) {
		// What follows the dashes on their line, `--- {a: b}`, belongs to the
		// document; three spaces of text in front of it would not parse.
		if part := t.Slice(start, end[0]); strings.TrimSpace(part.Value) != "" {
			parts = append(parts, part)
		}
		start = min(end[0]+len("---"), end[1])
	}
	return parts
}

// parseYAML reads one document; nil for one without content. Aliases stay
// aliases, so a file cannot grow by reading it.
func parseYAML(t *Text) (*yaml.Node, error) {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(t.Value), &n); err != nil {
		return nil, relocate(t, err)
	}
	if n.Kind != yaml.DocumentNode || len(n.Content) != 1 {
		return nil, nil
	}
	return n.Content[0], nil
}

var errorLine = regexp.MustCompile(`^yaml: line (\d+): (.*)`)

// relocate makes the line in a message of the parser that of the file.
func relocate(t *Text, err error) error {
	parts := errorLine.FindStringSubmatch(err.Error())
	if parts == nil {
		return fmt.Errorf("line %d: %s", t.At(0).Line, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	line, _ := strconv.Atoi(parts[1]) // digits, by the expression
	return fmt.Errorf("line %d: %s", t.At(t.Offset(line, 1)).Line, parts[2])
}

// Get is the value of a key of a mapping, through aliases and merge keys; nil
// when there is none.
func Get(n *yaml.Node, path ...string) *yaml.Node {
	n = Deref(n)
	for _, key := range path {
		merges := maxMerges
		n = Deref(get(n, key, &merges))
		if n == nil {
			return nil
		}
	}
	return n
}

// maxMerges bounds how many mappings are looked through for one key, should they
// merge each other over and over.
const maxMerges = 100

func get(n *yaml.Node, key string, merges *int) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != "!!merge" {
			continue
		}
		for _, merged := range Items(n.Content[i+1]) {
			if *merges--; *merges < 0 {
				return nil
			}
			if v := get(merged, key, merges); v != nil {
				return v
			}
		}
	}
	return nil
}

// Key is the node of a key itself, for its place; nil when there is none.
func Key(n *yaml.Node, key string) *yaml.Node {
	n = Deref(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i]
		}
	}
	return nil
}

// Deref is the node itself, or what an alias stands for.
func Deref(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// Items are the elements of a list; of anything else, the thing itself.
func Items(n *yaml.Node) []*yaml.Node {
	n = Deref(n)
	switch {
	case n == nil:
		return nil
	case n.Kind != yaml.SequenceNode:
		return []*yaml.Node{n}
	}
	items := make([]*yaml.Node, 0, len(n.Content))
	for _, item := range n.Content {
		items = append(items, Deref(item))
	}
	return items
}

// Pair is a key of a mapping and its value.
type Pair struct{ Key, Value *yaml.Node }

// Pairs are the keys and values of a mapping as it writes them itself, without
// what it merges; none of anything else.
func Pairs(n *yaml.Node) []Pair {
	n = Deref(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	pairs := make([]Pair, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		pairs = append(pairs, Pair{n.Content[i], Deref(n.Content[i+1])})
	}
	return pairs
}

// String is the value of a scalar at a path, or empty.
func String(n *yaml.Node, path ...string) string {
	if v := Get(n, path...); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// IsMap is true for a mapping.
func IsMap(n *yaml.Node) bool { return n != nil && n.Kind == yaml.MappingNode }

// IsList is true for a list.
func IsList(n *yaml.Node) bool { return n != nil && n.Kind == yaml.SequenceNode }

// IsScalar is true for a single value.
func IsScalar(n *yaml.Node) bool { return n != nil && n.Kind == yaml.ScalarNode }

package searches

import (
	"iter"

	"go.yaml.in/yaml/v3"
)

// node is a place in another tool's YAML or JSON file, which may hold anything: what
// is not there is empty.
type node struct{ *yaml.Node }

// rootOf is the first document.
func rootOf(document *yaml.Node) node {
	if len(document.Content) == 0 {
		return node{}
	}
	return node{document.Content[0]}.resolved()
}

// resolved follows an alias. An alias of an alias is nothing: no tool writes one, and
// a loop of them would never end.
func (n node) resolved() node {
	if n.Node != nil && n.Kind == yaml.AliasNode {
		n = node{n.Alias}
	}
	if n.Node == nil || n.Kind == yaml.AliasNode {
		return node{}
	}
	return n
}

func (n node) ok() bool { return n.Node != nil }

// line from 1; 0 of what is not there.
func (n node) line() int {
	if n.Node == nil {
		return 0
	}
	return n.Line
}

// get goes down by names.
func (n node) get(names ...string) node {
	for _, name := range names {
		n = n.field(name)
	}
	return n
}

func (n node) field(name string) node {
	for key, value := range n.fields() {
		if key.Value == name {
			return value
		}
	}
	return node{}
}

// text of a single value.
func (n node) text() string {
	if n.Node == nil || n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		return ""
	}
	return n.Value
}

// items of a list; a single value is a list of one.
func (n node) items() []node {
	switch {
	case n.Node == nil:
		return nil
	case n.Kind != yaml.SequenceNode:
		return []node{n}
	}
	var items []node
	for _, item := range n.Content {
		items = append(items, node{item}.resolved())
	}
	return items
}

// fields of a mapping, in their order: the node of each key and its value.
func (n node) fields() iter.Seq2[node, node] {
	return func(yield func(node, node) bool) {
		if n.Node == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(node{n.Content[i]}, node{n.Content[i+1]}.resolved()) {
				return
			}
		}
	}
}

// key is the node of a field's name, for its line.
func (n node) key(name string) node {
	for key := range n.fields() {
		if key.Value == name {
			return key
		}
	}
	return node{}
}

// strings are the texts of a list.
func (n node) strings() []string {
	var texts []string
	for _, item := range n.items() {
		texts = append(texts, item.text())
	}
	return texts
}

package text

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
	"go.yaml.in/yaml/v3"
)

// TOML reads a text as TOML into the tree that YAML would be: tables are
// mappings, arrays of tables are lists of them.
func TOML(t *Text) (Document, error) {
	r := tomlReader{t: t, root: &yaml.Node{Kind: yaml.MappingNode, Line: 1, Column: 1}}
	r.parser.Reset([]byte(t.Value))
	table := r.root
	for r.parser.NextExpression() {
		e := r.parser.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = r.table(e)
		default: // a key and its value
			r.set(table, e)
		}
	}
	if err := r.parser.Error(); err != nil {
		at := 0
		if perr, ok := errors.AsType[*unstable.ParserError](err); ok {
			at = int(r.parser.Range(perr.Highlight).Offset)
		}
		return Document{}, fmt.Errorf("line %d: reading TOML: %w", t.At(at).Line, err)
	}
	return Document{t, r.root}, nil
}

type tomlReader struct {
	t      *Text
	parser unstable.Parser
	root   *yaml.Node
}

// table is the mapping that a header, [a.b] or [[a.b]], opens.
func (r *tomlReader) table(e *unstable.Node) *yaml.Node {
	table := r.root
	for keys := e.Key(); keys.Next(); {
		key := keys.Node()
		last := keys.IsLast()
		child := r.child(table, key)
		if last && e.Kind == unstable.ArrayTable {
			child.Kind = yaml.SequenceNode
			child.Content = append(child.Content, r.node(key, yaml.MappingNode))
		}
		table = lastTable(child)
	}
	return table
}

// lastTable is the mapping that keys below a header's key belong to.
func lastTable(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.SequenceNode && len(n.Content) > 0 {
		return n.Content[len(n.Content)-1]
	}
	return n
}

// set adds a key and its value to a table.
func (r *tomlReader) set(table *yaml.Node, e *unstable.Node) {
	for keys := e.Key(); keys.Next(); {
		if key := keys.Node(); keys.IsLast() {
			table.Content = append(table.Content, r.scalar(key, string(key.Data)), r.value(e.Value(), key))
		} else {
			table = r.child(table, key)
		}
	}
}

// child is what a key of a table holds; a mapping when there is nothing yet.
func (r *tomlReader) child(table *yaml.Node, key *unstable.Node) *yaml.Node {
	if found := Get(table, string(key.Data)); found != nil {
		return found
	}
	child := r.node(key, yaml.MappingNode)
	table.Content = append(table.Content, r.scalar(key, string(key.Data)), child)
	return child
}

func (r *tomlReader) value(e, key *unstable.Node) *yaml.Node {
	switch e.Kind {
	case unstable.Array:
		list := r.node(key, yaml.SequenceNode)
		for items := e.Children(); items.Next(); {
			list.Content = append(list.Content, r.value(items.Node(), key))
		}
		return list
	case unstable.InlineTable:
		table := r.node(key, yaml.MappingNode)
		for items := e.Children(); items.Next(); {
			r.set(table, items.Node())
		}
		return table
	case unstable.String:
		return r.text(e)
	default: // without quotes, a value carries no place of its own
		return r.scalar(key, string(e.Data))
	}
}

// text is a string, in the style that YAML has for its quotes, so that
// [Text.Scalar] finds its characters.
func (r *tomlReader) text(e *unstable.Node) *yaml.Node {
	n := r.scalar(e, string(e.Data))
	switch raw := string(r.parser.Raw(e.Raw)); {
	case strings.HasPrefix(raw, `"""`), strings.HasPrefix(raw, "'''"):
		n.Style = yaml.FoldedStyle | yaml.FlowStyle // begins where its node does
		n.Column += len("'''")
	case strings.HasPrefix(raw, `"`):
		n.Style = yaml.DoubleQuotedStyle
	default:
		n.Style = yaml.SingleQuotedStyle
	}
	return n
}

func (r *tomlReader) scalar(e *unstable.Node, value string) *yaml.Node {
	n := r.node(e, yaml.ScalarNode)
	n.Value = value
	return n
}

func (r *tomlReader) node(e *unstable.Node, kind yaml.Kind) *yaml.Node {
	at := int(e.Raw.Offset)
	line := r.t.lineAt(at)
	return &yaml.Node{Kind: kind, Line: line + 1, Column: len([]rune(r.t.Value[r.t.lines()[line]:at])) + 1}
}

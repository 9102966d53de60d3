package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxDepth is how deep a JSON document may be nested. Nobody writes such, and
// reading it must not use up the stack.
const maxDepth = 1000

// JSON reads the one value that a text is.
func JSON(t *Text) (Document, error) {
	r := jsonReader{t: t, dec: json.NewDecoder(strings.NewReader(t.Value))}
	r.dec.UseNumber()
	root, err := r.value(maxDepth)
	if err == nil {
		_, err = r.dec.Token()
		if errors.Is(err, io.EOF) {
			return Document{t, root}, nil
		}
		err = errors.New("more text after the value")
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	at := int(r.dec.InputOffset())
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = int(syntax.Offset) - 1
	}
	return Document{}, fmt.Errorf("line %d: reading JSON: %w", t.At(at).Line, err)
}

type jsonReader struct {
	t   *Text
	dec *json.Decoder
	// the place of the last node: its offset, line and column, all from zero
	at, line, column int
}

func (r *jsonReader) value(depth int) (*yaml.Node, error) {
	if depth == 0 {
		return nil, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	n := r.node()
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		n.Kind = yaml.SequenceNode
		if token == '{' {
			n.Kind = yaml.MappingNode
		}
		return n, r.children(n, depth-1)
	case string:
		n.Kind, n.Tag, n.Style, n.Value = yaml.ScalarNode, "!!str", yaml.DoubleQuotedStyle, token
	case nil:
		n.Kind, n.Tag = yaml.ScalarNode, "!!null"
	default:
		n.Kind, n.Value = yaml.ScalarNode, fmt.Sprint(token)
	}
	return n, nil
}

// children reads what is between two braces or brackets, and the second one.
func (r *jsonReader) children(n *yaml.Node, depth int) error {
	for r.dec.More() {
		child, err := r.value(depth)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, child)
	}
	_, err := r.dec.Token()
	return err
}

// node is one that begins where the next token does. Places are counted on from
// the node before, since a whole document may stand on one line.
func (r *jsonReader) node() *yaml.Node {
	at := int(r.dec.InputOffset())
	at += len(r.t.Value[at:]) - len(strings.TrimLeft(r.t.Value[at:], " \t\r\n,:"))
	for _, c := range r.t.Value[r.at:at] {
		r.column++
		if c == '\n' {
			r.line, r.column = r.line+1, 0
		}
	}
	r.at = at
	return &yaml.Node{Line: r.line + 1, Column: r.column + 1}
}

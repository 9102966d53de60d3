package dashboards

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// node is a JSON value and the line on which it begins; nil for a value that is
// not there.
type node struct {
	line   int
	text   string // of a string, number or truth value
	isText bool   // a string
	fields map[string]*node
	items  []*node
}

// parse reads a JSON file.
func parse(raw []byte) (*node, error) {
	p := &jsonReader{raw: raw, dec: json.NewDecoder(bytes.NewReader(raw)), line: 1}
	p.dec.UseNumber()
	n, err := p.value()
	if err == nil {
		_, err = p.dec.Token()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		err = errors.Join(err, errors.New("something stands behind the dashboard"))
	}
	p.count(int(p.dec.InputOffset()))
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		p.count(int(syntax.Offset))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		p.count(len(raw))
		err = io.ErrUnexpectedEOF
	}
	return nil, fmt.Errorf("line %d: %w", p.line, err)
}

// jsonReader reads JSON token by token and counts lines.
type jsonReader struct {
	raw    []byte
	dec    *json.Decoder
	line   int
	offset int
}

func (p *jsonReader) count(to int) {
	if to = min(to, len(p.raw)); to > p.offset {
		p.line += bytes.Count(p.raw[p.offset:to], []byte("\n"))
		p.offset = to
	}
}

func (p *jsonReader) token() (json.Token, error) {
	token, err := p.dec.Token()
	p.count(int(p.dec.InputOffset()))
	return token, err
}

func (p *jsonReader) value() (*node, error) {
	token, err := p.token()
	if err != nil {
		return nil, err
	}
	n := &node{line: p.line}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			n.fields = map[string]*node{}
			return n, p.object(n)
		}
		return n, p.array(n)
	case string:
		n.text, n.isText = token, true
	case nil:
		return nil, nil
	default:
		n.text = fmt.Sprint(token)
	}
	return n, nil
}

func (p *jsonReader) object(n *node) error {
	for p.dec.More() {
		key, err := p.token()
		if err != nil {
			return err
		}
		value, err := p.value()
		if err != nil {
			return err
		}
		n.fields[fmt.Sprint(key)] = value
	}
	_, err := p.token()
	return err
}

func (p *jsonReader) array(n *node) error {
	for p.dec.More() {
		item, err := p.value()
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := p.token()
	return err
}

// at follows keys into objects.
func (n *node) at(keys ...string) *node {
	for _, key := range keys {
		if n == nil {
			return nil
		}
		n = n.fields[key]
	}
	return n
}

// string is the text at some keys; empty when there is none.
func (n *node) string(keys ...string) string {
	if n = n.at(keys...); n == nil {
		return ""
	}
	return n.text
}

// list are the items at some keys.
func (n *node) list(keys ...string) []*node {
	if n = n.at(keys...); n == nil {
		return nil
	}
	return n.items
}

// texts are the texts of a list, or of a single value.
func (n *node) texts() []string {
	if n == nil {
		return nil
	}
	if n.items == nil {
		return []string{n.text}
	}
	var all []string
	for _, item := range n.items {
		if item != nil {
			all = append(all, item.text)
		}
	}
	return all
}

func (n *node) lineOr(line int) int {
	if n == nil {
		return line
	}
	return n.line
}

// words joins the fields of a text by single spaces.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

package strictyaml

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/internal/suggest"
)

// Decode reads the only document of a YAML file into v, a pointer to a struct with
// json tags, and notes every mistake. Unlike the YAML library's own decoding it goes
// on after a mistake, and knows each field's path and line; fields that the struct
// does not have, aliases and second documents are mistakes. It is false when there is
// nothing that could be decoded.
func Decode(data []byte, v any, found *Problems) bool {
	root := parse(data, found)
	if root != nil {
		decoder{found}.value(root, reflect.ValueOf(v).Elem(), "")
	}
	return root != nil
}

// ShortForm is a value that may be written as one word instead of as fields.
type ShortForm interface{ Short(word string) }

// decoder fills Go values from YAML nodes.
type decoder struct{ *Problems }

// value fills v from n, which stands at path.
func (d decoder) value(n *yaml.Node, v reflect.Value, path string) {
	if n.ShortTag() == "!!null" {
		return // a field without a value is as good as none
	}
	if short, ok := reflect.TypeAssert[ShortForm](v.Addr()); ok && n.Kind == yaml.ScalarNode {
		short.Short(n.Value)
		return
	}
	if text, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		d.text(n, text, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), path)
	case reflect.Struct:
		if d.expect(n, yaml.MappingNode, path) {
			d.fields(n, v, path)
		}
	case reflect.Slice:
		if d.expect(n, yaml.SequenceNode, path) {
			d.items(n, v, path)
		}
	case reflect.Map:
		if d.expect(n, yaml.MappingNode, path) {
			d.free(n, v, path)
		}
	default:
		d.scalar(n, v, path)
	}
}

func (d decoder) text(n *yaml.Node, v encoding.TextUnmarshaler, path string) {
	if !d.expect(n, yaml.ScalarNode, path) {
		return
	}
	if err := v.UnmarshalText([]byte(n.Value)); err != nil {
		d.Add(path, "", "%v", err)
	}
}

func (d decoder) items(n *yaml.Node, v reflect.Value, path string) {
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		itemPath := fmt.Sprintf("%s[%d]", path, i)
		d.lines[itemPath] = item.Line
		d.value(item, v.Index(i), itemPath)
	}
}

// free decodes a value whose shape is the user's own.
func (d decoder) free(n *yaml.Node, v reflect.Value, path string) {
	if err := n.Decode(v.Addr().Interface()); err != nil {
		d.Add(path, "", "%v", err)
	}
}

func (d decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	wanted := map[reflect.Kind]string{reflect.String: "!!str", reflect.Int: "!!int", reflect.Bool: "!!bool"}[v.Kind()]
	if n.Kind == yaml.ScalarNode && n.ShortTag() == wanted {
		if err := n.Decode(v.Addr().Interface()); err != nil {
			d.Add(path, "", "%q does not fit: %v", n.Value, err)
		}
		return
	}
	hint := ""
	if n.Kind == yaml.ScalarNode && wanted == "!!str" {
		hint = "put it in quotes"
	}
	d.Add(path, hint, "expected %s, found %s", tagWords[wanted], words(n))
}

func (d decoder) fields(n *yaml.Node, v reflect.Value, path string) {
	known := fieldsOf(v)
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		fieldPath := strings.TrimPrefix(path+"."+key.Value, ".")
		field, ok := known[key.Value]
		switch {
		case seen[key.Value]:
			d.AddAt(key.Line, fieldPath, "", fmt.Sprintf("given twice, first on line %d", d.lines[fieldPath]))
		case !ok:
			d.AddAt(key.Line, fieldPath, unknownHint(key.Value, known), "unknown field")
		default:
			seen[key.Value] = true
			d.lines[fieldPath] = key.Line
			d.value(value, field, fieldPath)
		}
	}
}

func (d decoder) expect(n *yaml.Node, kind yaml.Kind, path string) bool {
	if n.Kind == kind {
		return true
	}
	d.Add(path, "", "expected %s, found %s", kindWords[kind], words(n))
	return false
}

// unknownHint proposes the field that was probably meant, or lists them all.
func unknownHint(name string, known map[string]reflect.Value) string {
	names := slices.Sorted(maps.Keys(known))
	if near := suggest.Nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here: " + strings.Join(names, ", ")
}

// fieldsOf are the fields of a struct by their names in a file, those of
// embedded structs included.
func fieldsOf(v reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			maps.Copy(fields, fieldsOf(v.Field(i)))
		case name != "-":
			fields[name] = v.Field(i)
		}
	}
	return fields
}

var (
	kindWords = map[yaml.Kind]string{yaml.MappingNode: "fields", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}
	tagWords  = map[string]string{"!!str": "text", "!!int": "a whole number", "!!bool": "true or false"}
)

// words says what a node is, in the terms of [kindWords] and [tagWords].
func words(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return kindWords[n.Kind]
	}
	switch n.ShortTag() {
	case "!!int", "!!float":
		return "the number " + n.Value
	case "!!str":
		return fmt.Sprintf("the text %q", n.Value)
	default:
		return n.Value
	}
}

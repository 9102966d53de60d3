package scenarios

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// notYet are fields that the format reserves and that nothing reads so far.
// Taking them silently would promise a check that is never made.
var notYet = map[string]bool{
	"spec.assets.alertRules":      true,
	"spec.assets.dashboards":      true,
	"spec.assets.logSearches":     true,
	"spec.expect":                 true,
	"spec.observe.scrapeInterval": true,
}

// shortForm is a value that may be written as one word instead of as fields.
type shortForm interface{ short(word string) }

// decoder fills Go values from YAML nodes. Unlike the YAML library's own
// decoding it goes on after a mistake, and knows each field's path and line.
type decoder struct {
	*problems
}

// value fills v from n, which stands at path.
func (d decoder) value(n *yaml.Node, v reflect.Value, path string) {
	if n.ShortTag() == "!!null" {
		return // a field without a value is as good as none
	}
	if short, ok := reflect.TypeAssert[shortForm](v.Addr()); ok && n.Kind == yaml.ScalarNode {
		short.short(n.Value)
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
		d.add(path, "", "%v", err)
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
		d.add(path, "", "%v", err)
	}
}

func (d decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	wanted := map[reflect.Kind]string{reflect.String: "!!str", reflect.Int: "!!int", reflect.Bool: "!!bool"}[v.Kind()]
	if n.Kind == yaml.ScalarNode && n.ShortTag() == wanted {
		if err := n.Decode(v.Addr().Interface()); err != nil {
			d.add(path, "", "%q does not fit: %v", n.Value, err)
		}
		return
	}
	hint := ""
	if n.Kind == yaml.ScalarNode && wanted == "!!str" {
		hint = "put it in quotes"
	}
	d.add(path, hint, "expected %s, found %s", tagWords[wanted], words(n))
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
			d.addAt(key.Line, fieldPath, "", fmt.Sprintf("given twice, first on line %d", d.lines[fieldPath]))
		case notYet[fieldPath]:
			d.addAt(key.Line, fieldPath, "remove it", "not supported yet")
		case !ok:
			d.addAt(key.Line, fieldPath, unknownHint(key.Value, known), "unknown field")
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
	d.add(path, "", "expected %s, found %s", kindWords[kind], words(n))
	return false
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

package searches

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Origin is where log lines come from: a container, or a unit of a node.
type Origin struct {
	Namespace, Workload, Pod, Container, Node string
	// App is the pod's label app.kubernetes.io/name, or else app, or else its
	// workload: what log agents usually take for a label called app.
	App string
	// Unit and Identifier of a journal's entry; empty for a container.
	Unit, Identifier string

	name   string // cached, as are the fields
	fields map[string]string
}

// Journal says that the lines come from a node's journal.
func (o *Origin) Journal() bool { return o.Unit != "" || o.Identifier != "" }

// String names the origin the same way on both sides.
func (o *Origin) String() string {
	if o.name == "" {
		o.name = strings.Join([]string{o.Namespace, o.Workload, o.Container}, "/")
		if o.Journal() {
			o.name = cmp.Or(o.Unit, o.Identifier)
		}
	}
	return o.name
}

// Line is a log line as a search sees it: the raw line of a file, or a message.
type Line struct {
	*Origin
	Stream string // stdout or stderr; empty for a journal
	Time   time.Time
	Text   []byte

	parsed bool
	object any               // what the text is in JSON, if it is
	own    map[string]string // fields of the text itself
}

// Set makes it another line and forgets what was known of the one before, so that one
// Line can serve a whole file.
func (l *Line) Set(text []byte) {
	l.Text, l.parsed, l.object, l.own = text, false, nil, nil
}

// Field is a field of the text, if that is JSON or has key=value pairs, or else one of
// the line's origin, under any of its [Aliases].
func (l *Line) Field(name string) (string, bool) {
	l.parse()
	if value, ok := l.own[name]; ok {
		return value, true
	}
	switch meanings[name] {
	case "message":
		return string(l.Text), true
	case "stream":
		return l.Stream, l.Stream != ""
	}
	value, ok := l.about()[name]
	return value, ok
}

// about are the fields that every line of the origin has.
func (o *Origin) about() map[string]string {
	if o.fields != nil {
		return o.fields
	}
	o.fields = map[string]string{}
	values := map[string]string{
		"namespace": o.Namespace, "workload": o.Workload, "app": o.App, "pod": o.Pod, "container": o.Container,
		"node": o.Node, "unit": o.Unit, "identifier": o.Identifier,
	}
	for name, meaning := range meanings {
		if value := values[meaning]; value != "" {
			o.fields[name] = value
		}
	}
	if !o.Journal() {
		o.fields["job"] = o.Namespace + "/" + o.App
	}
	o.fields["_stream"] = o.stream()
	return o.fields
}

// stream is the origin as Loki and VictoriaLogs write what identifies a stream.
func (o *Origin) stream() string {
	if o.Journal() {
		return fmt.Sprintf("{unit=%q}", o.Unit)
	}
	return fmt.Sprintf("{container=%q,namespace=%q,pod=%q}", o.Container, o.Namespace, o.Pod)
}

// JSON is the text decoded, when it is a JSON object or list.
func (l *Line) JSON() (any, bool) {
	l.parse()
	return l.object, l.object != nil
}

func (l *Line) parse() {
	if l.parsed {
		return
	}
	l.parsed = true
	if object, ok := decodeJSON(l.Text); ok {
		l.object, l.own = object, map[string]string{}
		flatten("", object, l.own)
		return
	}
	l.own = pairs(l.Text)
}

// decodeJSON decodes an object or a list. Numbers stay as they are written.
func decodeJSON(text []byte) (any, bool) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var object any
	if dec.Decode(&object) != nil || dec.More() {
		return nil, false
	}
	return object, true
}

// flatten names nested values with dots between their names.
func flatten(name string, value any, fields map[string]string) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			flatten(strings.TrimPrefix(name+"."+key, "."), inner, fields)
		}
	case string:
		fields[name] = v
	case nil:
		fields[name] = ""
	case []any:
		if name == "" {
			return // a list as a whole has no name
		}
		if text, err := json.Marshal(v); err == nil {
			fields[name] = string(text)
		}
	default:
		fields[name] = fmt.Sprint(v)
	}
}

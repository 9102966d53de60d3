package scenarios

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// newExpectations is a file without any.
const newExpectations = "apiVersion: " + APIVersion + "\nkind: " + KindExpectations + "\nexpectations:\n"

// AddExpectations returns the file of that name with more expectations at its end, and
// everything else as it stands, comments included. An empty file gets its head. Only findings can be
// named, no matches.
// Mistakes in the file as it was, or as it would be, come as an [*InvalidError].
func AddExpectations(file string, content []byte, more []Expectation) ([]byte, error) {
	if len(bytes.TrimSpace(content)) == 0 {
		content = []byte(newExpectations)
	}
	before, err := ReadExpectations(file, content)
	if err != nil {
		return nil, err
	}
	want := slices.Concat(before.Expectations, more)
	appended, err := appendText(content, more)
	if err != nil {
		return nil, fmt.Errorf("adding to expectations %q: %w", file, err)
	}
	if after, err := ReadExpectations(file, appended); err == nil && reflect.DeepEqual(after.Expectations, want) {
		return appended, nil
	}
	// The list is not a block at the end of the file: its layout has to go.
	rewritten, err := appendNodes(content, more)
	if err != nil {
		return nil, fmt.Errorf("adding to expectations %q: %w", file, err)
	}
	_, err = ReadExpectations(file, rewritten)
	return rewritten, err
}

// item is the beginning of an entry of a list, with what it is indented by.
var item = regexp.MustCompile(`(?m)^( *)- `)

// appendText writes the entries behind all else, indented as those before them.
func appendText(content []byte, more []Expectation) ([]byte, error) {
	indent := "  "
	if items := item.FindAllSubmatch(content, -1); len(items) > 0 {
		indent = string(items[len(items)-1][1])
	}
	nodes := &yaml.Node{Kind: yaml.SequenceNode, Content: entries(more)}
	text, err := encode(nodes)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	out.Write(content)
	if !bytes.HasSuffix(content, []byte("\n")) {
		out.WriteByte('\n')
	}
	for line := range strings.Lines(string(text)) {
		out.WriteString(indent + line)
	}
	return []byte(out.String()), nil
}

// appendNodes puts the entries into the list, wherever it stands.
func appendNodes(content []byte, more []Expectation) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, err
	}
	fields := document.Content[0].Content
	for i := 0; i < len(fields); i += 2 {
		if fields[i].Value == "expectations" {
			list := fields[i+1]
			// A comment behind brackets has no place behind a block, but behind its key.
			fields[i].LineComment = cmp.Or(fields[i].LineComment, list.LineComment)
			fields[i+1] = &yaml.Node{
				Kind: yaml.SequenceNode, Content: append(list.Content, entries(more)...),
				HeadComment: list.HeadComment, FootComment: list.FootComment,
			}
			return encode(&document)
		}
	}
	document.Content[0].Content = append(fields, text("expectations"), &yaml.Node{Kind: yaml.SequenceNode, Content: entries(more)})
	return encode(&document)
}

func encode(n *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return nil, err
	}
	return out.Bytes(), enc.Close()
}

// entries are the expectations as YAML, each with its fields in their usual order.
func entries(of []Expectation) []*yaml.Node {
	var nodes []*yaml.Node
	for _, e := range of {
		entry := &yaml.Node{Kind: yaml.MappingNode}
		for _, field := range [][2]string{
			{"finding", e.Finding}, {"upTo", e.UpTo}, {"reason", e.Reason}, {"owner", e.Owner},
		} {
			if field[1] != "" {
				entry.Content = append(entry.Content, text(field[0]), text(field[1]))
			}
		}
		day := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!timestamp", Value: e.Expires.String()}
		entry.Content = append(entry.Content, text("expires"), day)
		nodes = append(nodes, entry)
	}
	return nodes
}

// text is a scalar, quoted where it has to be.
func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

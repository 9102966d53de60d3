package strictyaml

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// parse returns the fields of the file's only document, or nil when there is
// nothing to decode, which it then has noted.
func parse(data []byte, found *Problems) *yaml.Node {
	documents := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := documents.Decode(&document); errors.Is(err, io.EOF) {
		found.AddAt(1, "", "", "the file is empty")
		return nil
	} else if err != nil {
		found.notYAML(err)
		return nil
	}
	if err := documents.Decode(&second); err == nil {
		found.AddAt(second.Line, "", "one file holds one "+found.what, "a second YAML document begins here")
		return nil
	} else if !errors.Is(err, io.EOF) {
		found.notYAML(err)
		return nil
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		found.AddAt(root.Line, "", "", "expected fields, found "+words(root))
		return nil
	}
	if alias := aliasIn(root); alias != nil {
		found.AddAt(alias.Line, "", "write the value out", "anchors and aliases are not supported")
		return nil
	}
	return root
}

// aliasIn finds the first alias or anchor. A few nested aliases can stand for
// billions of values, and no file of ours needs one.
func aliasIn(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return n
	}
	for _, child := range n.Content {
		if alias := aliasIn(child); alias != nil {
			return alias
		}
	}
	return nil
}

// yamlLine is how the YAML library, which has no type for it, says where a
// syntax error is.
var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

func (p *Problems) notYAML(err error) {
	line, message := 1, err.Error()
	if match := yamlLine.FindStringSubmatch(message); match != nil {
		message = match[2]
		if n, err := strconv.Atoi(match[1]); err == nil {
			line = n
		}
	}
	p.AddAt(line, "", "", "not valid YAML: "+message)
}

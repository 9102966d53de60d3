package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// FileName of a scenario in its folder.
const FileName = "scenario.yaml"

// maxFileBytes is far more than any scenario needs; what is larger is something
// else, given by mistake.
const maxFileBytes = 1 << 20

// Load reads a scenario file, or the file named [FileName] in a folder, fills
// in the defaults and checks everything that can be checked without a cluster.
// Mistakes in the file come as one [*InvalidError] that lists them all.
func Load(path string) (*Scenario, error) {
	file, err := locate(path)
	if err != nil {
		return nil, fmt.Errorf("reading scenario: %w", err)
	}
	data, err := readFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading scenario: %w", err)
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, fmt.Errorf("reading scenario %q: %w", file, err)
	}
	found := &problems{file: file, lines: map[string]int{}}
	s := &Scenario{Dir: dir}
	if root := parse(data, found); root != nil {
		decoder{found}.value(root, reflect.ValueOf(s).Elem(), "")
		s.SetDefaults()
		validator{found, s, slices.Clone(found.list)}.all()
	}
	if err := found.err(); err != nil {
		return nil, err
	}
	return s, nil
}

func locate(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return path, nil
	}
	file := filepath.Join(path, FileName)
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("folder %q has no %s", path, FileName)
	} else if err != nil {
		return "", err
	}
	return file, nil
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a regular file", path)
	}
	if info.Size() > maxFileBytes {
		return nil, fmt.Errorf("%q has %d bytes, more than the %d that a scenario may have", path, info.Size(), maxFileBytes)
	}
	return os.ReadFile(path)
}

// parse returns the fields of the file's only document, or nil when there is
// nothing to decode, which it then has noted.
func parse(data []byte, found *problems) *yaml.Node {
	documents := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	if err := documents.Decode(&document); errors.Is(err, io.EOF) {
		found.addAt(1, "", "", "the file is empty")
		return nil
	} else if err != nil {
		found.notYAML(err)
		return nil
	}
	if err := documents.Decode(&second); err == nil {
		found.addAt(second.Line, "", "one file holds one scenario", "a second YAML document begins here")
		return nil
	} else if !errors.Is(err, io.EOF) {
		found.notYAML(err)
		return nil
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		found.addAt(root.Line, "", "", "expected fields, found "+words(root))
		return nil
	}
	if alias := aliasIn(root); alias != nil {
		found.addAt(alias.Line, "", "write the value out", "anchors and aliases are not supported")
		return nil
	}
	return root
}

// aliasIn finds the first alias or anchor. A few nested aliases can stand for
// billions of values, and a scenario needs none.
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

func (p *problems) notYAML(err error) {
	line, message := 1, err.Error()
	if match := yamlLine.FindStringSubmatch(message); match != nil {
		message = match[2]
		if n, err := strconv.Atoi(match[1]); err == nil {
			line = n
		}
	}
	p.addAt(line, "", "", "not valid YAML: "+message)
}

package apply

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// document is one YAML document of a file.
type document struct {
	data []byte
	line int // where its first field stands
}

var (
	separator  = regexp.MustCompile(`(?m)^---(?:[ \t].*)?\r?$`)
	firstField = regexp.MustCompile(`(?m)^[^#\s]`)
)

// split cuts a file into its documents and drops those without content.
func split(data []byte) []document {
	var documents []document
	start := 0
	ends := append(separator.FindAllIndex(data, -1), []int{len(data), len(data)})
	for _, end := range ends {
		content := data[start:end[0]]
		if field := firstField.FindIndex(content); field != nil {
			line := 1 + bytes.Count(data[:start+field[0]], []byte("\n"))
			documents = append(documents, document{content[field[0]:], line})
		}
		start = end[1]
	}
	return documents
}

// parse reads every object of a file. What is wrong with one document does not
// keep the others from being checked.
func parse(name string, data []byte) ([]Object, error) {
	var objects []Object
	var errs []error
	for i, d := range split(data) {
		source := fmt.Sprintf("%s:%d", name, d.line)
		found, err := d.objects(source)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s (document %d): %w", source, i+1, err))
		}
		objects = append(objects, found...)
	}
	return objects, errors.Join(errs...)
}

func (d document) objects(source string) ([]Object, error) {
	// Empty lines in front make the line in a syntax error that of the file.
	padded := append(bytes.Repeat([]byte("\n"), d.line-1), d.data...)
	asJSON, err := yaml.YAMLToJSONStrict(padded)
	if err != nil {
		return nil, fmt.Errorf("reading YAML: %w", err)
	}
	fields := map[string]any{}
	if err := utiljson.Unmarshal(asJSON, &fields); err != nil {
		return nil, fmt.Errorf("expected the fields of an object, found %q", firstLine(d.data))
	}
	return objectsOf(&unstructured.Unstructured{Object: fields}, source)
}

// objectsOf unpacks a list of objects, and checks each for what Kubernetes
// needs in order to know it.
func objectsOf(u *unstructured.Unstructured, source string) ([]Object, error) {
	if !u.IsList() {
		return []Object{{Unstructured: u, Source: source, Wait: true, home: "default", phase: ordinary}}, identify(u)
	}
	var objects []Object
	err := u.EachListItem(func(item runtime.Object) error {
		child, ok := item.(*unstructured.Unstructured)
		if !ok {
			return fmt.Errorf("item %d is no object", len(objects)+1)
		}
		itemSource := fmt.Sprintf("%s item %d", source, len(objects)+1)
		found, err := objectsOf(child, itemSource)
		objects = append(objects, found...)
		return err
	})
	return objects, err
}

func identify(u *unstructured.Unstructured) error {
	var missing []string
	if u.GetAPIVersion() == "" {
		missing = append(missing, "apiVersion")
	}
	if u.GetKind() == "" {
		missing = append(missing, "kind")
	}
	if u.GetName() == "" {
		missing = append(missing, "metadata.name")
	}
	if len(missing) > 0 {
		return fmt.Errorf("the object has no %s", strings.Join(missing, " and no "))
	}
	return nil
}

func firstLine(data []byte) string {
	line, _, _ := strings.Cut(string(data), "\n")
	return line
}

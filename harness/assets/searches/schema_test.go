package searches_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
	"github.com/rehearse-dev/rehearse/internal/golden"
)

const schemaID = "https://rehearse.dev/schemas/log-searches-v1alpha1.json"

// enum are types that are one of a few words.
func enum(t reflect.Type) *jsonschema.Schema {
	words := &jsonschema.Schema{Type: "string"}
	switch t {
	case reflect.TypeFor[searches.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?(s|m|h))+$`}
	case reflect.TypeFor[searches.Language]():
		for _, language := range searches.Languages() {
			words.Enum = append(words.Enum, language)
		}
	case reflect.TypeFor[searches.Expectation]():
		words.Enum = []any{searches.Hits, searches.Silence}
	case reflect.TypeFor[searches.Reading]():
		words.Enum = []any{searches.Raw, searches.Message}
	default:
		return nil
	}
	return words
}

func TestGeneratedSchemaFollowsTheTypes(t *testing.T) {
	t.Parallel()
	reflector := jsonschema.Reflector{Mapper: enum}
	if err := reflector.AddGoComments("github.com/rehearse-dev/rehearse/harness/assets/searches", ".", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	for name, comment := range reflector.CommentMap {
		reflector.CommentMap[name] = strings.Join(strings.Fields(comment), " ")
	}
	schema := reflector.Reflect(&searches.File{})
	schema.ID, schema.Title = schemaID, "Rehearse log searches"
	got, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "schema.json", append(got, '\n'))
}

func TestSchemaTellsFilesApart(t *testing.T) {
	t.Parallel()
	document, err := validator.UnmarshalJSON(bytes.NewReader(searches.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource(schemaID, document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(schemaID)
	if err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]bool{
		header + "  - {name: a, language: jq, expression: .a, sources: [{unit: a}], threshold: {count: 1, within: 5m, by: b}, expect: silence, reads: raw}\n": true,
		header + "  - {name: a, language: grep, expression: a}\n":                                false,
		header + "  - {name: a, language: jq}\n":                                                 false,
		header + "  - {name: a, language: jq, expression: a, threshold: {count: 0}}\n":           false,
		header + "  - {name: a, language: jq, expression: a, threshold: {within: five}}\n":       false,
		header + "  - {name: a, language: jq, expression: a, expect: nothing}\n":                 false,
		"apiVersion: rehearse.dev/v1alpha1\nkind: LogSearches\nsearches: []\n":                   false,
		"apiVersion: rehearse.dev/v1alpha1\nkind: Scenario\nsearches: [{name: a}]\nmore: true\n": false,
	} {
		asJSON, err := yaml.YAMLToJSON([]byte(content))
		if err != nil {
			t.Fatal(err)
		}
		instance, err := validator.UnmarshalJSON(bytes.NewReader(asJSON))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); (err == nil) != want {
			t.Errorf("the schema says %v of\n%s", err, content)
		}
	}
}

package scenarios_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/golden"
	"github.com/rehearse-dev/rehearse/scenarios"
)

const (
	schemaID       = "https://rehearse.dev/schemas/scenario-v1alpha1.json"
	expectationsID = "https://rehearse.dev/schemas/expectations-v1alpha1.json"
)

// reflected is the schema as the Go types and their comments have it.
func reflected(t *testing.T, file any, id, title string) *jsonschema.Schema {
	t.Helper()
	reflector := jsonschema.Reflector{Mapper: special}
	if err := reflector.AddGoComments("github.com/rehearse-dev/rehearse/scenarios", ".", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	for name, comment := range reflector.CommentMap {
		reflector.CommentMap[name] = strings.Join(strings.Fields(comment), " ")
	}
	schema := reflector.Reflect(file)
	schema.ID = jsonschema.ID(id)
	schema.Title = title
	return schema
}

func scenarioSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema := reflected(t, &scenarios.Scenario{}, schemaID, "Rehearse scenario")
	allowShortStimuli(schema)
	return schema
}

// allowShortStimuli adds that a shipped stimulus is written as its name.
func allowShortStimuli(schema *jsonschema.Schema) {
	stimuli, _ := schema.Definitions["Spec"].Properties.Get("stimuli")
	names := &jsonschema.Schema{Type: "string"}
	for _, name := range scenarios.BuiltinStimuli() {
		names.Enum = append(names.Enum, name)
	}
	stimuli.Items = &jsonschema.Schema{OneOf: []*jsonschema.Schema{names, stimuli.Items}}
}

func expectationsSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	return reflected(t, &scenarios.Expectations{}, expectationsID, "Rehearse expectations")
}

// special are types that are written differently from how Go sees them.
func special(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[scenarios.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$`}
	case reflect.TypeFor[scenarios.Date]():
		return &jsonschema.Schema{Type: "string", Format: "date"}
	case reflect.TypeFor[scenarios.Readiness]():
		return &jsonschema.Schema{Type: "string", Enum: []any{scenarios.ReadyAll, scenarios.ReadyNone}}
	case reflect.TypeFor[scenarios.StoreKind]():
		enum := &jsonschema.Schema{Type: "string"}
		for _, kind := range scenarios.StoreKinds() {
			enum.Enum = append(enum.Enum, kind)
		}
		return enum
	case reflect.TypeFor[clusters.Runtime]():
		enum := &jsonschema.Schema{Type: "string"}
		for _, r := range clusters.Runtimes() {
			enum.Enum = append(enum.Enum, r)
		}
		return enum
	}
	return nil
}

func TestGeneratedSchemaFollowsTheTypes(t *testing.T) {
	t.Parallel()
	for file, schema := range map[string]*jsonschema.Schema{
		"schema.json": scenarioSchema(t), "expectations.schema.json": expectationsSchema(t),
	} {
		got, err := json.MarshalIndent(schema, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, file, append(got, '\n'))
	}
}

func compiled(t *testing.T) *validator.Schema {
	t.Helper()
	return compile(t, schemaID, scenarios.Schema())
}

func compile(t *testing.T, id string, schema []byte) *validator.Schema {
	t.Helper()
	document, err := validator.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource(id, document); err != nil {
		t.Fatal(err)
	}
	usable, err := compiler.Compile(id)
	if err != nil {
		t.Fatal(err)
	}
	return usable
}

// valid says what the schema thinks of a scenario file.
func valid(t *testing.T, schema *validator.Schema, content []byte) error {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(content)
	if err != nil {
		t.Fatal(err)
	}
	document, err := validator.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(document)
}

func TestSchemaAcceptsShippedScenarios(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	files, err := filepath.Glob("library/*/scenario.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d shipped scenarios, %v", len(files), err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(t, schema, content); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if err := valid(t, schema, []byte(everything)); err != nil {
		t.Errorf("a scenario with every field: %v", err)
	}
}

func TestSchemaRefusesMistakes(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	for _, spec := range []string{
		"  stimuli: [crash-lop]",
		"  stimuli: [{manifests: shipper.yaml}]",
		"  pair: {workres: 1}",
		"  pair: {workers: -1}",
		"  pair: {kubernetesVersion: 1.37.2}",
		"  pair: {baseline: {runtime: rkt}}",
		"  images: [{name: 'a/b:1'}]",
		"  images: [{name: 'a/b:1', build: a, pull: b}]",
		"  agents: [{name: a, manifests: shipper.yaml}]",
		"  agents: [{name: a, manifests: a, kustomize: b, signals: [{logs: a}]}]",
		"  agents: [{name: a, manifests: a, signals: [{logs: a, metric: b}]}]",
		"  suites: [{builtin: [lifecicle]}]",
		"  observe: {duration: ten minutes}",
		"  assets: {live: {logs: [{name: a, kind: splunk, service: 'a/b:1', queries: [{name: a, query: b}]}]}}",
		"  assets: {live: {logs: [{name: a, kind: loki, service: b, queries: [{name: a, query: b}]}]}}",
		"  assets: {live: {logs: [{name: a, kind: loki, service: 'a/b:1', queries: []}]}}",
	} {
		if err := valid(t, schema, []byte(minimal(spec))); err == nil {
			t.Errorf("the schema accepts %q", spec)
		}
	}
}

// The suites in the schema are a struct tag, which cannot call a function.
func TestSchemaKnowsEverySuite(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	for _, suite := range scenarios.BuiltinSuites() {
		if err := valid(t, schema, []byte(minimal("  suites: [{builtin: ["+suite+"]}]"))); err != nil {
			t.Errorf("suite %q: %v", suite, err)
		}
	}
}

func TestGeneratedReferenceFollowsTheSchema(t *testing.T) {
	t.Parallel()
	golden.Check(t, "../docs/scenarios.md", []byte(preface+reference(scenarioSchema(t), []section{
		{"Scenario", "The file"},
		{"Metadata", "metadata"},
		{"Spec", "spec"},
		{"Pair", "spec.pair"},
		{"Side", "spec.pair.baseline and spec.pair.candidate"},
		{"NodeConfig", "config of a side"},
		{"Mount", "mounts of a side"},
		{"Image", "spec.images"},
		{"Workload", "spec.workloads"},
		{"Helm", "helm of a workload"},
		{"Agent", "spec.agents"},
		{"Signal", "signals of an agent"},
		{"Stimulus", "spec.stimuli"},
		{"Until", "until of a stimulus"},
		{"Suite", "spec.suites"},
		{"Observe", "spec.observe"},
		{"Assets", "spec.assets"},
		{"Live", "spec.assets.live"},
		{"LogStore", "spec.assets.live.logs"},
		{"LogQuery", "queries of a log store"},
	})))
	golden.Check(t, "../docs/expectations.md", []byte(expectationsPreface+reference(expectationsSchema(t), []section{
		{"Expectations", "The file"},
		{"Expectation", "expectations"},
		{"Match", "match of an expectation"},
	})))
}

// section is one type of a file and its heading.
type section struct{ name, title string }

const preface = `# The scenario file

<!-- Made from the comments in scenarios/scenario.go by go generate ./scenarios. -->

A scenario says which two clusters to raise, what to put on them, which suites
to run and how long to watch. It is a folder with a file named scenario.yaml,
and everything that the file refers to. [schema.json](../scenarios/schema.json)
lets editors complete and check it; for that, begin the file with

    # yaml-language-server: $schema=<path or address of schema.json>

and before a rehearsal, ` + "`rehearse scenarios validate FOLDER`" + ` reports every mistake
at once with its line. Fields that are planned and do nothing yet are mistakes,
too: live.alertmanager, live.prometheus. The [shipped scenarios](../scenarios/library) are examples.
`

const expectationsPreface = `# Accepting differences

<!-- Made from the comments in scenarios/expectations.go by go generate ./scenarios. -->

Some differences do no harm, and somebody has to say so. A file of expectations,
which the scenario names in spec.expect, accepts findings in writing: each with a
reason, an owner and a last day. It is copied into the run folder when a rehearsal
begins, so judging again gives the same answer;
` + "`rehearse compare RUN --expect FILE`" + ` judges by another one.

    apiVersion: rehearse.dev/v1alpha1
    kind: Expectations
    expectations:
      - finding: MET-014
        reason: our inventory strips the scheme since 4.2
        owner: platform team
        expires: 2027-01-31
      - match: {kind: logs, subject: ^shop/}
        reason: the shop's lines are parsed by a CRI parser already
        owner: shop team
        expires: 2026-12-31

` + "`rehearse accept RUN ID... --reason ... --owner ... --expires ...`" + ` writes such entries
and keeps whatever else stands in the file.

An accepted finding stays in every report, apart from the others, and does not make
the verdict ` + "`different`" + `. An expectation no longer holds when

- it is **expired**: the rehearsal ended after its last day. Its findings stand again.
- it is **exceeded**: a finding that it fits is graver than it accepts, for instance
  because another agent breaks on it. The finding stands.
- it is **unmatched**: no finding fits it. What it accepted is mended, or called by
  another name.

Each of these is a warning. With ` + "`--strict`" + ` any of them makes the verdict
` + "`different`" + ` (exit code 1), whatever was found. A file with a mistake is an error (exit
code 2), and every mistake is reported at once with its line.
[expectations.schema.json](../scenarios/expectations.schema.json) lets editors complete
and check the file.
`

// reference describes every field, a section for each type.
func reference(schema *jsonschema.Schema, sections []section) string {
	var b strings.Builder
	for _, section := range sections {
		definition := schema.Definitions[section.name]
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| field | type | |\n|---|---|---|\n", section.title, definition.Description)
		for field := definition.Properties.Oldest(); field != nil; field = field.Next() {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", field.Key, typeWords(field.Value), describe(schema, definition, field.Key))
		}
	}
	return b.String()
}

func typeWords(s *jsonschema.Schema) string {
	switch {
	case s.Ref != "":
		return "fields"
	case s.OneOf != nil:
		return "names or fields"
	case s.Type == "array":
		return "list of " + strings.Replace(typeWords(s.Items), "fields", "these", 1)
	case s.Type == "object":
		return "values"
	case s.Type == "string" && strings.Contains(s.Pattern, "ms|"):
		return "duration"
	case s.Type == "string":
		return "text"
	default:
		return s.Type
	}
}

// describe is a field's comment, or that of its type; required fields say so.
func describe(schema, parent *jsonschema.Schema, name string) string {
	field, _ := parent.Properties.Get(name)
	text := field.Description
	if text == "" {
		text = schema.Definitions[strings.TrimPrefix(field.Ref, "#/$defs/")].Description
		if sentence, _, more := strings.Cut(text, ". "); more {
			text = sentence + "." // its own section has the rest
		}
	}
	for _, required := range parent.Required {
		if required == name {
			text = "**Required.** " + text
		}
	}
	return strings.ReplaceAll(text, "|", `\|`)
}

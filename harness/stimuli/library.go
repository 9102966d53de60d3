package stimuli

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/scenarios"
)

//go:embed library.yaml manifests
var shipped embed.FS

// namespaceFile makes the namespace of the shipped manifests.
const namespaceFile = "namespace.yaml"

// Known is a stimulus that ships with the program.
type Known struct {
	Name    string `yaml:"name"`
	Summary string `yaml:"summary"` // one sentence: what happens
	// Manifests is a file below manifests/; empty for one that only acts.
	Manifests string `yaml:"manifests"`
	// Action names what is done once the manifests are applied; empty for one
	// that its manifests cause.
	Action string          `yaml:"action"`
	Until  scenarios.Until `yaml:"until"`
}

// Library lists the stimuli that ship, in the order of library.yaml.
func Library() ([]Known, error) {
	raw, err := shipped.ReadFile("library.yaml")
	if err != nil {
		return nil, fmt.Errorf("reading the stimuli: %w", err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	var known []Known
	if err := dec.Decode(&known); err != nil {
		return nil, fmt.Errorf("reading the stimuli: library.yaml: %w", err)
	}
	return known, nil
}

// manifests is the folder of the shipped manifests.
func manifests() (fs.FS, error) { return fs.Sub(shipped, "manifests") }

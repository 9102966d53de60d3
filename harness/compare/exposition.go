package compare

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// exposition is what one endpoint answered.
type exposition struct {
	recording *record.Recording
	record.Exposition
	families map[string]*dto.MetricFamily
	// lines are the numbers of the sample lines, by the name they begin with.
	lines map[string][]int
	text  [][]byte
}

func readExposition(r *record.Recording, entry record.Exposition) (*exposition, error) {
	f, err := r.File(entry.File)
	if err != nil {
		return nil, fmt.Errorf("reading metrics of %s: %w", entry.Target, err)
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("reading metrics of %s: %w", entry.Target, err)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("reading metrics of %s: %s/%s: %w", entry.Target, r.Prefix, entry.File, err)
	}
	e := &exposition{recording: r, Exposition: entry, families: families, lines: map[string][]int{}, text: bytes.Split(raw, []byte("\n"))}
	for i, line := range e.text {
		if end := bytes.IndexAny(line, "{ "); end > 0 && line[0] != '#' {
			name := string(line[:end])
			e.lines[name] = append(e.lines[name], i+1)
		}
	}
	return e, nil
}

// names are the names of the families, sorted.
func (e *exposition) names() []string { return slices.Sorted(maps.Keys(e.families)) }

// sample is one series of a family.
type sample struct {
	labels map[string]string
	value  float64 // of a histogram or summary: how many were observed
}

func (s sample) label(name string) string { return s.labels[name] }

// samples are the series of one family, in the order in which they stand.
func (e *exposition) samples(name string) []sample {
	var list []sample
	for _, m := range e.families[name].GetMetric() {
		s := sample{labels: map[string]string{}, value: amount(m)}
		for _, l := range m.GetLabel() {
			s.labels[l.GetName()] = l.GetValue()
		}
		list = append(list, s)
	}
	return list
}

func amount(m *dto.Metric) float64 {
	switch {
	case m.Counter != nil:
		return m.Counter.GetValue()
	case m.Gauge != nil:
		return m.Gauge.GetValue()
	case m.Histogram != nil:
		return float64(m.Histogram.GetSampleCount())
	case m.Summary != nil:
		return float64(m.Summary.GetSampleCount())
	default:
		return m.Untyped.GetValue()
	}
}

// find returns the line of a series.
func (e *exposition) find(name string, s sample) Evidence {
	lines := e.lines[name]
	if len(lines) == 0 { // a histogram or summary, none of whose lines has the bare name
		lines = e.lines[name+"_count"]
	}
	for _, number := range lines {
		if line := string(e.text[number-1]); s.stands(line) {
			return at(e.recording, e.File, number, line)
		}
	}
	return at(e.recording, e.File, 0, name)
}

var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func (s sample) stands(line string) bool {
	for name, value := range s.labels {
		if !strings.Contains(line, name+`="`+escape.Replace(value)+`"`) {
			return false
		}
	}
	return true
}

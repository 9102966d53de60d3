package paging

import (
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/timeinterval"
	"go.yaml.in/yaml/v3"
)

// Config is an Alertmanager configuration.
type Config struct {
	config    *config.Config
	root      *dispatch.Route
	intervals *timeinterval.Intervener
	// nobody are the receivers that notify nobody.
	nobody map[string]bool
}

// Problem is why a configuration cannot be used.
type Problem struct {
	File   string
	Line   int // 0 for the whole file
	Reason string
}

// Load reads an Alertmanager configuration. It fails only if the file cannot be
// read; what is wrong in it is a problem. Files that it names are not read.
func Load(dir fs.FS, file string) (*Config, *Problem, error) {
	raw, err := fs.ReadFile(dir, file)
	if err != nil {
		return nil, nil, fmt.Errorf("reading Alertmanager configuration: %w", err)
	}
	c, err := config.Load(string(raw))
	if err != nil {
		return nil, problem(file, err), nil
	}
	nobody, err := silent(raw)
	if err != nil {
		return nil, problem(file, err), nil
	}
	return &Config{c, dispatch.NewRoute(c.Route, nil), timeinterval.NewIntervener(intervals(c)), nobody}, nil, nil
}

var atLine = regexp.MustCompile(`line (\d+): `)

func problem(file string, err error) *Problem {
	p := &Problem{File: file, Reason: strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")}
	if m := atLine.FindStringSubmatch(p.Reason); m != nil {
		p.Line, _ = strconv.Atoi(m[1]) // digits, or it had not matched
	}
	return p
}

func intervals(c *config.Config) map[string][]timeinterval.TimeInterval {
	all := map[string][]timeinterval.TimeInterval{}
	for _, i := range c.MuteTimeIntervals {
		all[i.Name] = i.TimeIntervals
	}
	for _, i := range c.TimeIntervals {
		all[i.Name] = i.TimeIntervals
	}
	return all
}

// silent are the receivers that have a name and nothing else: people route there
// what nobody shall hear of.
func silent(raw []byte) (map[string]bool, error) {
	var c struct {
		Receivers []map[string]any `yaml:"receivers"`
	}
	if err := yaml.Unmarshal(raw, &c); err != nil {
		return nil, err
	}
	nobody := map[string]bool{}
	for _, receiver := range c.Receivers {
		if name, ok := receiver["name"].(string); ok && len(receiver) == 1 {
			nobody[name] = true
		}
	}
	return nobody, nil
}

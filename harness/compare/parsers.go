package compare

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/logs"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// parsers are the settings of common log agents that say in which format they
// read container logs. In a configuration that has one for either format, none
// of them makes the agent blind.
var parsers = []struct {
	setting *regexp.Regexp
	reads   []string
}{
	// OpenTelemetry collector; its regular expressions for the CRI name the streams.
	{regexp.MustCompile(`^\s*-?\s*type:\s*["']?json_parser\b`), []string{formatOf[logs.Docker]}},
	{regexp.MustCompile(`stdout\|stderr`), []string{formatOf[logs.CRI]}},
	// The collector's container parser, and Filebeat's input.
	{regexp.MustCompile(`^\s*-?\s*type:\s*["']?container\b`), []string{formatOf[logs.Docker], formatOf[logs.CRI]}},
	{regexp.MustCompile(`^\s*-?\s*type:\s*["']?docker\b`), []string{formatOf[logs.Docker]}},
	// Fluent Bit, in both of its syntaxes.
	{regexp.MustCompile(`(?i)^\s*(multiline\.)?parser:?\s.*\bdocker\b`), []string{formatOf[logs.Docker]}},
	{regexp.MustCompile(`(?i)^\s*(multiline\.)?parser:?\s.*\bcri\b`), []string{formatOf[logs.CRI]}},
	// Fluentd.
	{regexp.MustCompile(`^\s*@type\s+["']?json\b`), []string{formatOf[logs.Docker]}},
	{regexp.MustCompile(`^\s*@type\s+["']?(cri|regexp)\b`), []string{formatOf[logs.CRI]}},
	// Promtail and Alloy.
	{regexp.MustCompile(`^\s*-\s*docker:|^\s*stage\.docker\b`), []string{formatOf[logs.Docker]}},
	{regexp.MustCompile(`^\s*-\s*cri:|^\s*stage\.cri\b`), []string{formatOf[logs.CRI]}},
}

// parserSetting is a line of an agent's configuration that says what it reads.
type parserSetting struct {
	evidence Evidence
	reads    []string
}

// parserSettings finds what an agent's recorded configuration says of the formats
// that it reads. One that was not recorded says nothing.
func parserSettings(r *record.Recording, agent scenarios.Agent) ([]parserSetting, error) {
	if agent.Config == "" {
		return nil, nil
	}
	name := record.AgentFile(agent.Name, agent.Config)
	f, err := r.File(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a gap says why
	}
	if err != nil {
		return nil, fmt.Errorf("reading configuration: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("reading configuration: %s/%s: %w", r.Prefix, name, err)
	}
	var found []parserSetting
	for i, line := range strings.Split(string(text), "\n") {
		if reads := readsOf(line); len(reads) > 0 {
			found = append(found, parserSetting{at(r, name, i+1, strings.TrimSpace(line)), reads})
		}
	}
	return found, nil
}

// readsOf are the formats that a line of a configuration says are read.
func readsOf(line string) []string {
	if strings.HasPrefix(strings.TrimSpace(line), "#") {
		return nil
	}
	var reads []string
	for _, p := range parsers {
		if p.setting.MatchString(line) {
			reads = append(reads, p.reads...)
		}
	}
	return reads
}

// canRead says whether any of the settings reads logs of the format.
func canRead(settings []parserSetting, format string) bool {
	return slices.ContainsFunc(settings, func(s parserSetting) bool { return slices.Contains(s.reads, format) })
}

// blinding returns the setting that keeps an agent from reading logs of the
// given format, when none of its settings reads that one; nil when there is none.
func blinding(settings []parserSetting, format string) *parserSetting {
	if len(settings) == 0 || canRead(settings, format) || format != formatOf[logs.Docker] && format != formatOf[logs.CRI] {
		return nil
	}
	return &settings[0]
}

// String names the setting, where it stands, and what it does not read.
func (s *parserSetting) String() string {
	format := map[string]string{formatOf[logs.Docker]: "Docker's JSON only", formatOf[logs.CRI]: "the CRI's text only"}
	return fmt.Sprintf("%q in line %d of %s reads %s", s.evidence.Text, s.evidence.Line, path.Base(s.evidence.File),
		cmp.Or(format[s.reads[0]], s.reads[0]))
}

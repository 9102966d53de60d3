package searches

import (
	"path"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/harness/assets"
)

// Language is what an expression is written in.
type Language string

// The languages.
const (
	Contains Language = "contains" // a text, as it is
	Regex    Language = "regex"    // a regular expression (RE2)
	LogsQL   Language = "logsql"   // a filter of VictoriaLogs
	Sigma    Language = "sigma"    // a rule, or its detection
	JQ       Language = "jq"       // over messages in JSON
	LogQL    Language = "logql"    // a log query of Loki, in part
	Lucene   Language = "lucene"   // a query string of Elasticsearch, in part
)

// Languages lists them in the order in which they are explained.
func Languages() []Language {
	return []Language{Contains, Regex, LogsQL, Sigma, JQ, LogQL, Lucene}
}

// Expectation is what a search should find while all is well.
type Expectation string

// The expectations.
const (
	Hits    Expectation = "hits"    // something, which proves that it still can
	Silence Expectation = "silence" // nothing: a hit is the alarm
)

// Reading is the form in which the tool that runs a search sees a log line.
type Reading string

// The readings.
const (
	Either  Reading = ""        // not known: both are looked at
	Raw     Reading = "raw"     // as it lies in the file, envelope included
	Message Reading = "message" // what the container wrote: unwrapped and joined
)

// Search is one search of the user's, ready to be evaluated. It may not be used from
// two goroutines at a time.
type Search struct {
	assets.Asset
	Language   Language
	Expression string
	// Sources are the logs to search; none means all of them.
	Sources   []Source
	Threshold Threshold
	Expect    Expectation
	Reads     Reading

	matcher matcher
	by      []string
}

// matcher is a compiled expression.
type matcher interface {
	match(l *Line) bool
}

// capturer is a matcher that finds values of its own in a line it matches.
type capturer interface {
	capture(l *Line, name string) (string, bool)
}

// Source names some logs. Everything that is set has to fit; all but fields that name
// units are patterns as in the shell: * and ? stop at a slash.
type Source struct {
	// Namespace of the pods.
	Namespace string `json:"namespace,omitempty"`
	// Workload is the name of a Deployment, StatefulSet, DaemonSet, Job or CronJob,
	// or of a pod that nothing owns.
	Workload string `json:"workload,omitempty"`
	// Container of the pod.
	Container string `json:"container,omitempty"`
	// Unit is a systemd unit whose journal to search, such as kubelet.service. Of
	// nodes, the journals of kubelet and of the runtime's units are recorded.
	Unit string `json:"unit,omitempty"`
	// Identifier is the name under which a program writes to a node's journal, such
	// as dockerd.
	Identifier string `json:"identifier,omitempty"`
}

// Threshold is when a search alarms: Count hits Within a time, counted separately for
// each value of By.
type Threshold struct {
	// Count of hits; none means one.
	Count int `json:"count,omitempty" jsonschema:"minimum=1"`
	// Within is the window, in full seconds; none means the whole observation.
	Within Duration `json:"within,omitzero"`
	// By is a field to count by, or several with commas between them. A named group
	// of a regex is a field too.
	By string `json:"by,omitempty"`
}

// Covers says whether the search looks at the logs of an origin.
func (s *Search) Covers(o *Origin) bool {
	for _, source := range s.Sources {
		if source.covers(o) {
			return true
		}
	}
	return len(s.Sources) == 0
}

// Matches says whether the search finds the line.
func (s *Search) Matches(l *Line) bool { return s.matcher.match(l) }

// group is what the line is counted under.
func (s *Search) group(l *Line) string {
	values := make([]string, len(s.by))
	for i, name := range s.by {
		values[i] = s.field(l, name)
	}
	return strings.Join(values, ", ")
}

func (s *Search) field(l *Line, name string) string {
	if c, ok := s.matcher.(capturer); ok {
		if value, ok := c.capture(l, name); ok {
			return value
		}
	}
	value, _ := l.Field(name)
	return value
}

// needed is how many hits alarm.
func (t Threshold) needed() int { return max(t.Count, 1) }

func (s Source) journal() bool { return s.Unit != "" || s.Identifier != "" }

func (s Source) covers(o *Origin) bool {
	if s.journal() != o.Journal() {
		return false
	}
	return fits(s.Namespace, o.Namespace) && fits(s.Workload, o.Workload) && fits(s.Container, o.Container) &&
		fits(s.Unit, o.Unit) && fits(s.Identifier, o.Identifier)
}

// fits says whether a name is of a pattern; an empty one is for all.
func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return pattern == "" || err == nil && ok
}

// second is the grain of windows.
const second = time.Second

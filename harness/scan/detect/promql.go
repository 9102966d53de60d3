package detect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// query looks at an expression in PromQL or LogQL, which may have variables of
// Grafana in it.
func (d *detector) query(t *text.Text) {
	if !queryMatters.MatchString(t.Value) {
		return
	}
	expr, err := parseQuery(t.Value)
	if err != nil {
		if !d.logQuery(t) {
			d.gap(t.At(0), fmt.Sprintf("reading a query: %v", err))
		}
		return
	}
	parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			d.selector(t, n)
		case *parser.Call:
			d.labelReplace(t, n)
		}
		return nil
	})
}

// queryMatters is what every finding in a query has in its text.
var queryMatters = regexp.MustCompile(`(?i)docker|\bPOD\b|k8s_|container_fs_|engine_daemon|kubelet_network_plugin|ContainerCannotRun|builder_builds|logger_log_|swarm_|Error response from daemon|sandbox container`)

// parseQuery reads an expression. What Grafana fills in may be a name or a
// number: one of them makes the expression whole.
func parseQuery(query string) (parser.Expr, error) {
	switch {
	case len(query) > mostQuery:
		return nil, errTooLong
	case nests(query):
		return nil, errNested
	}
	p := parser.NewParser(parser.Options{EnableExperimentalFunctions: true})
	expr, err := p.ParseExpr(fillIn(query, "x"))
	if err == nil || !strings.Contains(query, "$") {
		return expr, err
	}
	return p.ParseExpr(fillIn(query, "1"))
}

var grafanaVariables = regexp.MustCompile(`\$\{[^}]+\}|\$\w+|\[\[\w+\]\]`)

// fillIn puts a text of the same length in the place of each of Grafana's
// variables: a duration between brackets, and the filler elsewhere.
func fillIn(query, filler string) string {
	var b strings.Builder
	end := 0
	for _, at := range grafanaVariables.FindAllStringIndex(query, -1) {
		b.WriteString(query[end:at[0]])
		before := strings.TrimRight(query[:at[0]], " ")
		if length := at[1] - at[0]; strings.HasSuffix(before, "[") || strings.HasSuffix(before, ":") {
			b.WriteString(strings.Repeat("0", length-2) + "1m")
		} else {
			b.WriteString(strings.Repeat(filler, length))
		}
		end = at[1]
	}
	return b.String() + query[end:]
}

// lostMetrics are families of series that containerd's side does not have.
var lostMetrics = []struct {
	*regexp.Regexp
	cause, remedy string
}{
	{regexp.MustCompile(`^kubelet_docker_`), "MET-009", "Use kubelet_runtime_operations_total, _errors_total and _duration_seconds."},
	{regexp.MustCompile(`^kubelet_network_plugin_`), "MET-010", "Scrape containerd and use containerd_cri_network_plugin_operations_*."},
	{
		regexp.MustCompile(`^(engine_daemon_|builder_builds_|logger_log_|swarm_|docker_(container|engine|daemon)_|dockerd?_exporter_|docker_(cpu|mem|net|blkio|swarm))`), "MET-011",
		"Use kube_pod_container_status_* for states and containerd_cri_* for what containerd does; scrape it at /v1/metrics.",
	},
	{
		regexp.MustCompile(`^container_fs_(inodes_free|inodes_total|io_current|io_time_seconds_total|io_time_weighted_seconds_total|limit_bytes|read_seconds_total|reads_merged_total|sector_reads_total|sector_writes_total|usage_bytes|write_seconds_total|writes_merged_total)$`), "MET-005",
		"Use kubelet_volume_stats_*, /stats/summary or a cAdvisor of one's own.",
	},
}

// selector looks at a metric's name and the matchers of its labels.
func (d *detector) selector(t *text.Text, v *parser.VectorSelector) {
	at := t.At(int(v.PosRange.Start))
	name := v.Name
	for _, m := range v.LabelMatchers {
		if m.Name == model.MetricNameLabel {
			name = m.Value
		}
	}
	for _, lost := range lostMetrics {
		if lost.MatchString(name) && !rootOnly(v.LabelMatchers) {
			d.report(hit{
				rule: finding.DockerMetric, at: at, found: name, cause: lost.cause, remedy: lost.remedy,
				message: fmt.Sprintf("asks for %s, which containerd's side does not have", name),
			})
			break
		}
	}
	for _, m := range v.LabelMatchers {
		d.matcher(t, int(v.PosRange.Start), name, m)
	}
}

// rootOnly is true for selectors of the node's own file systems, which both
// sides have.
func rootOnly(matchers []*labels.Matcher) bool {
	return slices.ContainsFunc(matchers, func(m *labels.Matcher) bool {
		return m.Name == "id" && m.Type == labels.MatchEqual && m.Value == "/"
	})
}

// matcher looks at one condition on a label.
func (d *detector) matcher(t *text.Text, from int, metric string, m *labels.Matcher) {
	h, found := labelFinding(metric, m)
	if !found {
		return
	}
	text := m.Name + m.Type.String()
	at := strings.Index(t.Value[min(from, len(t.Value)):], text)
	if at < 0 {
		at = max(strings.Index(t.Value[min(from, len(t.Value)):], m.Value), 0)
	}
	h.at = t.At(from + at)
	h.found = m.String()
	d.report(h)
}

// labelFinding says what is wrong with a condition on a label, but for its
// place. A condition that keeps Docker's things out goes on doing so.
func labelFinding(metric string, m *labels.Matcher) (hit, bool) {
	excludes := m.Type == labels.MatchNotEqual || m.Type == labels.MatchNotRegexp
	switch m.Name {
	case "container", "container_name":
		if namesPod(m) {
			return hit{
				rule: finding.DockerLabel, cause: "MET-001",
				message: "selects by the name POD, which containerd's pause containers do not have",
				remedy:  `Use container!="" for containers, and no matcher on container for the network of pods.`,
			}, true
		}
	case "reason":
		if strings.Contains(m.Value, "ContainerCannotRun") && !strings.Contains(m.Value, "StartError") {
			return hit{rule: finding.DockerText, cause: "EVT-001", message: "waits for the reason ContainerCannotRun", remedy: `Match both: reason=~"ContainerCannotRun|StartError".`}, true
		}
	case "container_id", "image_id", "container_runtime_version", "id":
		if h, ok := idLabel(m); ok {
			return h, true
		}
	case "device", "interface":
		if !excludes && strings.Contains(m.Value, "docker0") {
			return hit{rule: finding.DockerNetwork, cause: "MET-023", message: "looks at the bridge docker0, which Docker makes"}, true
		}
	case "mountpoint", "path":
		if !excludes && strings.Contains(m.Value, "/var/lib/docker") {
			return hit{rule: finding.DockerData, message: "watches a mount point of Docker's"}, true
		}
	}
	return namedLabel(metric, m, excludes)
}

// namesPod is true for a condition on the name POD itself.
func namesPod(m *labels.Matcher) bool {
	return slices.Contains(strings.FieldsFunc(m.Value, func(r rune) bool { return strings.ContainsRune("|()^$", r) }), "POD")
}

func idLabel(m *labels.Matcher) (hit, bool) {
	switch {
	case strings.HasPrefix(strings.TrimLeft(m.Value, "^("), "docker://"), strings.Contains(m.Value, "docker-pullable"):
		return hit{rule: finding.IDPrefix, message: fmt.Sprintf("expects %s to begin with docker://", m.Name)}, true
	case m.Name == "container_runtime_version" && strings.HasPrefix(m.Value, "docker"):
		return hit{rule: finding.DockerLabel, cause: "MET-014", severity: compare.Info, message: "selects nodes by the runtime docker"}, true
	case m.Name == "id" && dockerCgroup.MatchString(m.Value):
		return hit{rule: finding.DockerLabel, cause: "MET-004", message: "selects by a cgroup as Docker names it"}, true
	}
	return hit{}, false
}

var dockerCgroup = regexp.MustCompile(`/docker/|docker-|^/docker`)

// namedLabel looks at labels that name units, processes, jobs and containers.
func namedLabel(metric string, m *labels.Matcher, excludes bool) (hit, bool) {
	parts := strings.FieldsFunc(strings.ReplaceAll(m.Value, `\\`, `\`), func(r rune) bool { return strings.ContainsRune("|()^$", r) })
	switch {
	case m.Name == "name" && strings.HasPrefix(metric, "container_") && strings.Contains(m.Value, "k8s_"):
		// Leaving such names out does not leave anything out any more.
		return hit{rule: finding.DockerLabel, cause: "MET-002", message: "selects containers by Docker's names, k8s_..."}, true
	case excludes:
	case m.Name == "name" && strings.HasPrefix(metric, "node_systemd_"), m.Name == "unit", m.Name == "systemd_unit", m.Name == "service" && strings.HasPrefix(metric, "systemd_"):
		if slices.ContainsFunc(parts, isUnitPattern) {
			return hit{rule: finding.DockerService, cause: "MET-013", message: "watches the unit of Docker's service", remedy: "Watch containerd.service: a series that is gone fires nothing."}, true
		}
	case m.Name == "groupname" || m.Name == "comm" || m.Name == "process":
		if slices.Contains(parts, "dockerd") || slices.Contains(parts, "docker") {
			return hit{rule: finding.DockerService, cause: "MET-022", message: "watches the process dockerd"}, true
		}
	case m.Name == "job" && slices.ContainsFunc(parts, func(p string) bool { return anyOf(p, "docker", "dockerd", "docker-engine", "docker-daemon") }):
		return hit{rule: finding.DockerMetric, cause: "MET-011", confidence: finding.Medium, message: "looks at the scrape job of Docker's daemon"}, true
	}
	return hit{}, false
}

// isUnitPattern is true for a unit of Docker's as a regular expression writes it.
func isUnitPattern(s string) bool {
	return unit.MatchString(strings.NewReplacer(`\.`, ".", ".*", "", ".+", "", "[.]", ".").Replace(s))
}

// labelReplace looks at the pattern of label_replace.
func (d *detector) labelReplace(t *text.Text, call *parser.Call) {
	if call.Func.Name != "label_replace" || len(call.Args) < 5 {
		return
	}
	for _, i := range []int{2, 4} {
		pattern, ok := call.Args[i].(*parser.StringLiteral)
		if !ok {
			continue
		}
		at := t.At(int(pattern.PosRange.Start))
		switch {
		case strings.Contains(pattern.Val, "docker://") || strings.Contains(pattern.Val, "docker-pullable"):
			d.report(hit{rule: finding.IDPrefix, at: at, found: pattern.Val, message: "cuts docker:// off a label"})
		case i == 4 && strings.Contains(pattern.Val, "k8s_"):
			d.report(hit{rule: finding.DockerLabel, at: at, found: pattern.Val, cause: "MET-002", message: "takes a name apart as Docker writes it, k8s_..."})
		case i == 4 && dockerCgroup.MatchString(pattern.Val):
			d.report(hit{rule: finding.DockerLabel, at: at, found: pattern.Val, cause: "MET-004", message: "takes a cgroup apart as Docker names it"})
		}
	}
}

// variable looks at the query of a dashboard's variable: label_values(selector,
// label), query_result(expression), or an expression.
func (d *detector) variable(t *text.Text) {
	open := strings.IndexByte(t.Value, '(')
	closing := strings.LastIndexByte(t.Value, ')')
	function := t.Value[:max(open, 0)]
	if open < 0 || closing < open || !anyOf(strings.TrimSpace(function), "label_values", "query_result", "metrics", "label_names") {
		return
	}
	end := closing
	if strings.TrimSpace(function) == "label_values" {
		comma := strings.LastIndexByte(t.Value[:closing], ',')
		if comma < 0 || comma < strings.LastIndexByte(t.Value[:closing], '}') {
			return
		}
		end = comma
	}
	if inner := t.Trim(open+1, end); inner.Value != "" {
		d.query(inner)
	}
}

package detect

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// isPromtail is true for the configuration of Promtail, or for the part of it
// that charts take.
func isPromtail(_ string, n *yaml.Node) bool {
	if text.Get(n, "kind") != nil {
		return false
	}
	if text.Get(n, "clients") != nil && text.Get(n, "scrape_configs") != nil || text.Get(n, "positions") != nil {
		return true
	}
	return slices.ContainsFunc(text.Items(text.Get(n, "scrape_configs")), func(c *yaml.Node) bool {
		return text.Get(c, "pipeline_stages") != nil || text.Get(c, "journal") != nil
	})
}

func (d *detector) promtail(n *yaml.Node) {
	for _, c := range text.Items(text.Get(n, "scrape_configs")) {
		d.pipelineStages(text.Get(c, "pipeline_stages"))
		d.discovery(c)
		d.scrapePaths(c)
		for _, r := range text.Items(text.Get(c, "relabel_configs")) {
			d.relabel(r)
		}
		if matches := text.Get(c, "journal", "matches"); text.IsScalar(matches) {
			for field := range strings.FieldsSeq(matches.Value) {
				d.journalMatch(field, d.Scalar(matches).At(0))
			}
		}
	}
}

// pipelineStages looks at the stages that a log line goes through: docker
// without cri reads one format alone.
func (d *detector) pipelineStages(n *yaml.Node) {
	var docker *yaml.Node
	for _, stage := range text.Items(n) {
		if !d.step() {
			return
		}
		if text.Key(stage, "cri") != nil {
			return
		}
		if key := text.Key(stage, "docker"); key != nil && docker == nil {
			docker = key
		}
		if match := text.Get(stage, "match", "stages"); match != nil {
			d.pipelineStages(match)
		}
	}
	if docker != nil {
		d.report(hit{
			rule: finding.LogParser, at: d.At(d.Offset(docker.Line, docker.Column)), found: "docker: {}",
			message: "reads container logs by the stage docker, which knows Docker's format alone",
			remedy:  "Use the stage cri: {}.",
		})
	}
}

// discovery looks at targets that Docker is asked for.
func (d *detector) discovery(n *yaml.Node) {
	for _, key := range []string{"docker_sd_configs", "dockerswarm_sd_configs"} {
		if at := text.Key(n, key); at != nil {
			d.api(at, key)
			d.walk(key, text.Get(n, key))
		}
	}
}

// scrapePaths looks at the files that are read, in static targets and where
// relabelling makes them.
func (d *detector) scrapePaths(n *yaml.Node) {
	for _, c := range text.Items(text.Get(n, "static_configs")) {
		if path := text.Get(c, "labels", "__path__"); text.IsScalar(path) {
			d.pathWord(d.scalarWord(path), "__path__")
		}
	}
}

// relabel looks at the pattern of one step of relabelling.
func (d *detector) relabel(n *yaml.Node) {
	regex, replacement := text.Get(n, "regex"), text.Get(n, "replacement")
	keeps := !anyOf(text.String(n, "action"), "drop", "labeldrop")
	if text.IsScalar(regex) {
		w := d.scalarWord(regex)
		switch {
		case handlesPrefix(w.value) && strings.Contains(w.value, "docker"):
			d.report(hit{rule: finding.IDPrefix, at: w.At(0), found: w.value, message: "expects a label to begin with docker://"})
		case keeps && isUnitPattern(w.value):
			d.report(hit{rule: finding.DockerJournal, at: w.At(0), found: w.value, message: "keeps the journal of " + w.value})
		}
	}
	if text.IsScalar(replacement) && text.String(n, "target_label") == "__path__" {
		d.pathWord(d.scalarWord(replacement), "__path__")
	}
}

// prometheusConfig looks at what Prometheus scrapes.
func (d *detector) prometheusConfig(n *yaml.Node) {
	for _, c := range text.Items(text.Get(n, "scrape_configs")) {
		inner := d.about(prefixed(d.object, "job "+text.String(c, "job_name")))
		inner.discovery(c)
		for _, s := range text.Items(text.Get(c, "static_configs")) {
			for _, target := range text.Items(text.Get(s, "targets")) {
				inner.engineTarget(target)
			}
		}
		for _, key := range []string{"relabel_configs", "metric_relabel_configs"} {
			for _, r := range text.Items(text.Get(c, key)) {
				inner.relabel(r)
			}
		}
	}
}

// engineTarget reports a target on the port that Docker's documentation gives
// its metrics.
func (d *detector) engineTarget(n *yaml.Node) {
	if text.IsScalar(n) && strings.HasSuffix(n.Value, ":9323") {
		d.report(hit{
			rule: finding.DockerMetric, at: d.Scalar(n).At(0), found: n.Value, cause: "MET-011", confidence: finding.Medium,
			message: "scrapes the metrics of Docker's daemon at " + n.Value,
		})
	}
}

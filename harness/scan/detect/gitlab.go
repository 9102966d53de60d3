package detect

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// isGitLab is true for a pipeline of GitLab: by its name, or by jobs with scripts.
func isGitLab(name string, n *yaml.Node) bool {
	if base := path.Base(name); strings.HasSuffix(base, ".gitlab-ci.yml") || strings.HasSuffix(base, ".gitlab-ci.yaml") || base == "gitlab-ci.yml" {
		return text.IsMap(n)
	}
	if text.Get(n, "kind") != nil || text.Get(n, "jobs") != nil || text.Get(n, "steps") != nil || text.Get(n, "language") != nil {
		return false
	}
	return slices.ContainsFunc(text.Pairs(n), func(p text.Pair) bool {
		script := text.Get(p.Value, "script")
		return script != nil && (text.Get(p.Value, "stage") != nil || text.Get(n, "stages") != nil) && text.Get(p.Value, "image") == nil ||
			script != nil && text.Get(n, "stages") != nil
	})
}

// gitlab looks at the jobs of a pipeline. Which runner takes them the file does
// not say; a job that brings a Docker daemon as a service has its own.
func (d *detector) gitlab(n *yaml.Node) {
	d = d.in(UnknownCI)
	dind := hasDind(text.Get(n, "services")) || hasDind(text.Get(n, "default", "services"))
	top := *d
	top.own = dind || pipelineHasDind(n)
	top.gitlabJob(n)
	top.gitlabJob(text.Get(n, "default"))
	for _, p := range text.Pairs(n) {
		if !text.IsMap(p.Value) || anyOf(p.Key.Value, "default", "variables", "workflow", "include", "stages", "cache", "image", "services") {
			continue
		}
		job := *d.about("job " + p.Key.Value)
		job.own = dind || hasDind(text.Get(p.Value, "services")) || extendsDind(n, p.Value)
		job.gitlabJob(p.Value)
	}
}

// pipelineHasDind says whether any job has a daemon, for what is set for all of
// them.
func pipelineHasDind(n *yaml.Node) bool {
	return slices.ContainsFunc(text.Pairs(n), func(p text.Pair) bool { return hasDind(text.Get(p.Value, "services")) })
}

func extendsDind(root, job *yaml.Node) bool {
	for _, base := range text.Items(text.Get(job, "extends")) {
		if hasDind(text.Get(root, base.Value, "services")) {
			return true
		}
	}
	return false
}

func hasDind(services *yaml.Node) bool {
	return slices.ContainsFunc(text.Items(services), func(s *yaml.Node) bool {
		return isDind(s.Value) || isDind(text.String(s, "name"))
	})
}

func (d *detector) gitlabJob(n *yaml.Node) {
	for _, key := range []string{"image", "services"} {
		for _, image := range text.Items(text.Get(n, key)) {
			if text.IsMap(image) {
				image = text.Get(image, "name")
			}
			if text.IsScalar(image) {
				d.image(d.scalarWord(image))
			}
		}
	}
	for _, p := range text.Pairs(text.Get(n, "variables")) {
		value := p.Value
		if text.IsMap(value) {
			value = text.Get(value, "value")
		}
		if text.IsScalar(value) {
			d.env(p.Key.Value, d.scalarWord(value))
		}
	}
	for _, key := range []string{"before_script", "script", "after_script"} {
		d.lines(text.Get(n, key))
	}
}

// lines looks at a script that is a list of lines, or lists of them, each of
// which may hold several. They share variables, but a finding needs none.
func (d *detector) lines(n *yaml.Node) {
	for _, line := range text.Items(n) {
		if !d.step() {
			return
		}
		switch {
		case text.IsList(line):
			d.lines(line)
		case text.IsScalar(line):
			t := d.Scalar(line)
			d.within(t).shell(t)
		}
	}
}

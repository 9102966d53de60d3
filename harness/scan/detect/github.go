package detect

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// isGitHub is true for a workflow of GitHub Actions, or for an action made of
// steps.
func isGitHub(name string, n *yaml.Node) bool {
	if text.IsMap(text.Get(n, "runs")) && text.String(n, "runs", "using") != "" {
		return true
	}
	jobs := text.Get(n, "jobs")
	if !text.IsMap(jobs) {
		return false
	}
	for _, p := range text.Pairs(jobs) {
		if text.Get(p.Value, "runs-on") != nil || text.Get(p.Value, "uses") != nil {
			return true
		}
	}
	return strings.Contains(name, ".github/workflows/")
}

// github looks at the jobs of a workflow. Where they run, runs-on says.
func (d *detector) github(n *yaml.Node) {
	if steps := text.Get(n, "runs", "steps"); steps != nil {
		d.in(UnknownCI).steps(steps)
	}
	for _, p := range text.Pairs(text.Get(n, "jobs")) {
		job := d.about("job " + p.Key.Value).in(runnerSetting(text.Get(p.Value, "runs-on")))
		job.jobEnv(text.Get(n, "env"))
		job.jobEnv(text.Get(p.Value, "env"))
		job.jobContainer(text.Get(p.Value, "container"))
		for _, service := range text.Pairs(text.Get(p.Value, "services")) {
			job.jobContainer(service.Value)
		}
		job.steps(text.Get(p.Value, "steps"))
	}
}

// hosted are labels of the runners that GitHub itself has.
var hosted = regexp.MustCompile(`^(ubuntu|windows|macos)-`)

// runnerSetting takes a label that GitHub knows to be its machine, and any other
// to be a runner of one's own.
func runnerSetting(n *yaml.Node) Setting {
	if text.IsMap(n) {
		n = text.Get(n, "labels")
	}
	for _, label := range text.Items(n) {
		value := label.Value
		if strings.Contains(value, "${{") {
			value = strings.TrimSpace(value)
			if strings.Contains(value, "matrix.") || strings.Contains(value, "ubuntu-") {
				return HostedCI
			}
		}
		if hosted.MatchString(value) {
			return HostedCI
		}
	}
	return UnknownCI
}

func (d *detector) jobEnv(n *yaml.Node) {
	for _, p := range text.Pairs(n) {
		if text.IsScalar(p.Value) {
			d.env(p.Key.Value, d.scalarWord(p.Value))
		}
	}
}

// jobContainer looks at the container that a job runs in, and what it mounts.
func (d *detector) jobContainer(n *yaml.Node) {
	image := n
	if text.IsMap(n) {
		image = text.Get(n, "image")
		d.jobEnv(text.Get(n, "env"))
		for _, v := range text.Items(text.Get(n, "volumes")) {
			if text.IsScalar(v) {
				d.value("volumes", d.scalarWord(v))
			}
		}
	}
	if text.IsScalar(image) {
		d.image(d.scalarWord(image))
	}
}

// dockerActions are actions that talk to a Docker daemon. That an action is kept
// in an image, `uses: docker://alpine:3`, is no matter of the cluster's.
var dockerActions = []string{
	"docker/build-push-action", "docker/setup-buildx-action", "docker/bake-action", "docker/setup-docker-action",
	"docker/scout-action", "whoan/docker-build-with-cache-action", "elgohr/publish-docker-github-action", "mr-smithers-excellent/docker-build-push",
}

func (d *detector) steps(n *yaml.Node) {
	for _, step := range text.Items(n) {
		uses := text.Get(step, "uses")
		if text.IsScalar(uses) {
			action, _, _ := strings.Cut(strings.ToLower(uses.Value), "@")
			if anyOf(action, dockerActions...) {
				d.report(hit{
					rule: finding.DockerCommand, at: d.Scalar(uses).At(0), found: uses.Value,
					message: fmt.Sprintf("uses the action %s, which needs a Docker daemon or BuildKit", action),
				})
			}
		}
		d.jobEnv(text.Get(step, "env"))
		if shell := text.String(step, "shell"); shell != "" && !shells[firstWord(shell)] {
			continue
		}
		if run := text.Get(step, "run"); text.IsScalar(run) {
			t := d.Scalar(run)
			d.within(t).shell(t)
		}
	}
}

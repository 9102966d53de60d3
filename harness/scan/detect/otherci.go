package detect

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// isOtherCI is true for the pipelines of Drone, Woodpecker, CircleCI, Travis,
// Azure and Bitbucket, by their names, and of Drone by its kind.
func isOtherCI(name string, n *yaml.Node) bool {
	base := path.Base(name)
	switch {
	case anyOf(base, ".drone.yml", ".drone.yaml", ".woodpecker.yml", ".woodpecker.yaml", ".travis.yml", "bitbucket-pipelines.yml", "cloudbuild.yaml", "cloudbuild.yml"):
	case strings.HasPrefix(base, "azure-pipelines") || strings.HasPrefix(base, ".azure-pipelines"):
	case strings.HasSuffix(name, ".circleci/config.yml"):
	default:
		return text.String(n, "kind") == "pipeline" && text.Get(n, "steps") != nil && text.Get(n, "apiVersion") == nil
	}
	return text.IsMap(n)
}

// otherCI looks at the steps of a pipeline, wherever they are: their images,
// scripts and volumes.
func (d *detector) otherCI(n *yaml.Node) {
	base := path.Base(d.name)
	switch {
	case base == ".travis.yml", base == "bitbucket-pipelines.yml", strings.HasPrefix(base, "cloudbuild"), strings.HasSuffix(d.name, ".circleci/config.yml"):
		d = d.in(HostedCI)
	case text.String(n, "type") == "kubernetes":
		d = d.in(Pod)
	case strings.Contains(base, "azure-pipelines") && text.Get(n, "pool", "vmImage") != nil:
		d = d.in(HostedCI)
	default:
		d = d.in(UnknownCI)
	}
	d.pipeline("", n)
}

var scriptKeys = set("script commands command run bash before_script before_install install after_success before_deploy after_script")

func (d *detector) pipeline(key string, n *yaml.Node) {
	n = text.Deref(n)
	switch {
	case n == nil, !d.step():
	case scriptKeys[key] && !text.IsMap(n):
		d.lines(n)
	case text.IsScalar(n):
		d.pipelineValue(key, n)
	case text.IsList(n):
		for _, item := range n.Content {
			if item.Kind != yaml.AliasNode {
				d.pipeline(key, item)
			}
		}
	default:
		if host := text.Get(n, "host", "path"); text.IsScalar(host) {
			d.value("host path", d.scalarWord(host))
		}
		if args := text.Get(n, "args"); text.IsList(args) {
			d.execute(append(d.wordsOf(text.Get(n, "entrypoint")), d.wordsOf(args)...))
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i+1].Kind != yaml.AliasNode {
				d.pipeline(n.Content[i].Value, n.Content[i+1])
			}
		}
	}
}

// dockerSteps are words by which a pipeline asks for a Docker daemon.
var dockerSteps = map[string][]string{
	"services": {"docker"}, "task": {"docker@", "dockercompose@"}, "steps": {"setup_remote_docker"},
	"name": {"gcr.io/cloud-builders/docker"},
}

func (d *detector) pipelineValue(key string, n *yaml.Node) {
	for _, asked := range dockerSteps[key] {
		if value := strings.ToLower(n.Value); value == asked || strings.HasSuffix(asked, "@") && strings.HasPrefix(value, asked) {
			d.report(hit{rule: finding.DockerCommand, at: d.Scalar(n).At(0), found: n.Value, message: fmt.Sprintf("asks for Docker by %s: %s", key, n.Value)})
			return
		}
	}
	switch key {
	case "image":
		d.pipelineImage(n)
	case "DOCKER_HOST":
		d.env(key, d.scalarWord(n))
	default:
		if !spoken[key] && key != "path" && key != "name" {
			d.value(key, d.scalarWord(n))
		}
	}
}

// pluginImages build images by a daemon of their own or of the node's.
var pluginImages = []string{"plugins/docker", "plugins/ecr", "plugins/gcr", "plugins/acr", "woodpeckerci/plugin-docker-buildx"}

func (d *detector) pipelineImage(n *yaml.Node) {
	if anyOf(repository(n.Value), pluginImages...) {
		inner := *d
		inner.own = true
		inner.report(hit{rule: finding.DockerImage, at: d.Scalar(n).At(0), found: n.Value, message: "builds an image by a Docker daemon"})
		return
	}
	d.image(d.scalarWord(n))
}

package compare

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// The aspects of Kubernetes objects.
const (
	health         = "health"
	containerID    = "container ID"
	imageID        = "image ID"
	imageName      = "image name in the status"
	runtimeVersion = "container runtime version"
	conditionType  = "node condition"
	runtimeHandler = "runtime handler"
	nodeAnnotation = "node annotation"
	nodeImageName  = "image name on the node"
	nodeImageSize  = "image size on the node"
	nodeFeature    = "node feature"
	statusUser     = "user in the status"
)

// Objects compares what the API server says of workloads and nodes.
func Objects() Comparer {
	return Comparer{record.Objects, []string{record.ObjectsFile}, func(baseline, candidate *record.Recording) (Section, error) {
		b, err := objects(baseline)
		if err != nil {
			return Section{}, err
		}
		c, err := objects(candidate)
		if err != nil {
			return Section{}, err
		}
		chance := rule{chance: true}
		s := diff(record.Objects, rules{
			health: chance, containerID: chance, imageID: chance, imageName: chance, nodeImageName: chance,
			runtimeVersion: {severity: Info}, nodeImageSize: {severity: Info, chance: true}, nodeFeature: {severity: Info}, statusUser: {severity: Info},
		}, b, c)
		s.breakWorkloads()
		s.prove(map[clusters.Side]func(key) Evidence{
			clusters.Baseline:  func(k key) Evidence { return absentObject(baseline, k) },
			clusters.Candidate: func(k key) Evidence { return absentObject(candidate, k) },
		})
		return s, nil
	}}
}

// absentObject points at the objects that do not show something.
func absentObject(r *record.Recording, k key) Evidence {
	return at(r, record.ObjectsFile, 0, fmt.Sprintf("no %s %s", k.aspect, k.subject))
}

// breakWorkloads marks workloads that were healthy on the baseline and are not
// on the candidate.
func (s *Section) breakWorkloads() {
	for i := range s.Findings {
		f := &s.Findings[i]
		if f.Aspect != health {
			continue
		}
		why := fmt.Sprintf("%s on the baseline, %s on the candidate", f.Baseline, f.Candidate)
		f.Assets = []Asset{{Kind: "workload", Name: f.Subject, Why: why}}
		if f.Baseline == healthy {
			f.Severity = Breaks
		}
	}
}

func objects(r *record.Recording) (facts, error) {
	list, err := pods(r)
	if err != nil {
		return nil, err
	}
	f := facts{}
	for role, worst := range healths(list) {
		for _, p := range list {
			if p.role == role && p.health() == worst && !p.passing() {
				f.add(key{health, role}, p.fate(), p.evidence(r, p.Metadata.Name+" is "+p.health()))
			}
		}
	}
	for _, p := range list {
		p.shapes(f, r)
	}
	return f, addNodes(f, r)
}

// fate is how a pod ended up. Whether one that fails again and again is waiting
// or running when it is looked at is chance.
func (p *pod) fate() string {
	if p.health() == healthy {
		return healthy
	}
	if name, ok := p.hanging(); ok {
		return fmt.Sprintf("not ready: %s is still being created and has a postStart hook", name)
	}
	return "not ready or restarting"
}

// passing is true for pods whose readiness says nothing: those that are meant to
// end, and the control plane's own.
func (p *pod) passing() bool { return p.owned("Job") || p.owned("Node") }

// shapes adds how the IDs and names of the pod's containers are written.
func (p *pod) shapes(f facts, r *record.Recording) {
	for _, c := range p.statuses() {
		subject := path.Join(p.role, c.Name)
		if c.ContainerID != "" {
			f.add(key{containerID, subject}, normalise.Shape(c.ContainerID), p.evidence(r, c.Name+": containerID "+c.ContainerID))
		}
		if c.ImageID != "" {
			f.add(key{imageID, subject}, imageShape(c.ImageID), p.evidence(r, c.Name+": imageID "+c.ImageID))
		}
		if c.ContainerID != "" && c.Image != "" {
			f.add(key{imageName, subject}, spelling(c.Image), p.evidence(r, c.Name+": image "+c.Image))
		}
		if c.User.Linux != nil {
			f.add(key{statusUser, "containers"}, "reported", p.evidence(r, fmt.Sprintf("%s: user %d", c.Name, c.User.Linux.UID)))
		}
	}
}

var repository = regexp.MustCompile(`[^/@]+(?:/[^@]+)*@sha256:`)

// imageShape is an image ID without what differs from image to image.
func imageShape(id string) string {
	return repository.ReplaceAllString(normalise.Shape(id), "<repository>@sha256:")
}

// spelling says how a runtime spells an image reference.
func spelling(image string) string {
	registry, _, hasPath := strings.Cut(image, "/")
	switch {
	case strings.HasPrefix(image, "sha256:"):
		return "an ID: sha256:<id>"
	case strings.HasPrefix(image, "docker.io/"):
		return "with docker.io/ in front"
	case hasPath && strings.ContainsAny(registry, ".:"), registry == "localhost":
		return "with its registry in front"
	default:
		return "without a registry"
	}
}

// node is what comparing needs to know of a node.
type node struct {
	Metadata struct {
		Name        string
		Annotations map[string]string
	}
	Status struct {
		NodeInfo   struct{ ContainerRuntimeVersion string }
		Conditions []condition
		Features   map[string]bool
		Images     []struct {
			Names     []string
			SizeBytes int64
		}
		RuntimeHandlers []struct {
			Name     string
			Features map[string]bool
		}
	}
}

func addNodes(f facts, r *record.Recording) error {
	mask := normalise.New(r.Meta.Names)
	for line, err := range record.Entries[record.Object](r, record.ObjectsFile) {
		if err != nil {
			return err
		}
		if kindOf(line.Entry) != "Node" {
			continue
		}
		var n node
		if err := json.Unmarshal(line.Entry, &n); err != nil {
			return fmt.Errorf("%s/%s:%d: %w", r.Prefix, record.ObjectsFile, line.Number, err)
		}
		n.add(f, r, line.Number, mask)
	}
	return nil
}

func (n *node) add(f facts, r *record.Recording, line int, mask *normalise.Masker) {
	say := func(aspect, subject, value, text string) {
		f.add(key{aspect, subject}, value, at(r, record.ObjectsFile, line, text))
	}
	version := n.Status.NodeInfo.ContainerRuntimeVersion
	scheme, _, _ := strings.Cut(version, "://")
	say(runtimeVersion, "nodes", scheme+"://<version>", "containerRuntimeVersion "+version)
	for _, c := range n.Status.Conditions {
		say(conditionType, c.Type, "reported", "condition "+c.Type+"="+c.Status)
	}
	for _, h := range n.Status.RuntimeHandlers {
		name := cmp.Or(h.Name, "(default)")
		say(runtimeHandler, name, features(h.Features), "runtimeHandlers: "+name+" "+features(h.Features))
	}
	for name, value := range n.Metadata.Annotations {
		if strings.Contains(name, "cri-socket") {
			say(nodeAnnotation, name, mask.Text(value), name+"="+value)
		}
	}
	for name, supported := range n.Status.Features {
		if supported {
			say(nodeFeature, name, "supported", "features: "+name)
		}
	}
	for _, image := range n.Status.Images {
		for _, name := range image.Names {
			if !strings.Contains(name, "@") {
				say(nodeImageName, familiar(name), spelling(name), "image "+name)
				say(nodeImageSize, familiar(name), fmt.Sprintf("%d bytes", image.SizeBytes), fmt.Sprintf("image %s: sizeBytes %d", name, image.SizeBytes))
			}
		}
	}
}

// features lists what a runtime handler can do.
func features(of map[string]bool) string {
	var can []string
	for feature, supported := range of {
		if supported {
			can = append(can, feature)
		}
	}
	slices.Sort(can)
	return "offered, " + cmp.Or(strings.Join(can, ", "), "no features")
}

// familiar is an image's name as a person writes it.
func familiar(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")
}

package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/internal/strictyaml"
	"github.com/rehearse-dev/rehearse/internal/suggest"
)

var (
	dnsLabel   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
)

// BuiltinSuites are the names of the suites that ship with the program.
func BuiltinSuites() []string {
	return []string{"lifecycle", "logging", "probes", "networking", "identity", "images"}
}

// validator checks a decoded scenario, with its defaults filled in.
type validator struct {
	checker
	*Scenario
}

// checker notes what is wrong with what was decoded.
type checker struct {
	*strictyaml.Problems
	// decoding are the mistakes that decoding found.
	decoding []Problem
}

// add notes a mistake, unless decoding found one in the same field already:
// what was decoded of it is not what the file says.
func (c checker) add(path, hint, format string, args ...any) {
	for _, p := range c.decoding {
		if p.Path == path || within(path, p.Path) {
			return
		}
	}
	c.Add(path, hint, format, args...)
}

// addMissing notes that something is left out, unless decoding found a mistake
// within, which may well be what was meant to be there.
func (c checker) addMissing(path, hint, format string, args ...any) {
	for _, p := range c.decoding {
		if within(p.Path, path) {
			return
		}
	}
	c.add(path, hint, format, args...)
}

func within(path, parent string) bool {
	return strings.HasPrefix(path, parent+".") || strings.HasPrefix(path, parent+"[")
}

func (v validator) all() {
	v.header()
	v.pair()
	v.images()
	v.workloads()
	v.agents()
	v.stimuli()
	v.suites()
	v.logStores()
	v.liveService("spec.assets.live.prometheus", v.Spec.Assets.Live.Prometheus)
	v.liveService("spec.assets.live.alertmanager", v.Spec.Assets.Live.Alertmanager)
	v.notNegative("spec.observe.duration", v.Spec.Observe.Duration)
	v.notNegative("spec.observe.settle", v.Spec.Observe.Settle)
	v.notNegative("spec.observe.maxFor", v.Spec.Observe.MaxFor)
	v.notNegative("spec.observe.maxRange", v.Spec.Observe.MaxRange)
	if every := v.Spec.Observe.ScrapeInterval; every.Duration < time.Second {
		v.add("spec.observe.scrapeInterval", "", "expected a second or more, found %s", every)
	}
	v.regularFile("spec.observe.scrapeConfigs", v.Spec.Observe.ScrapeConfigs)
	v.assets()
	v.expectations("spec.expect", v.Spec.Expect)
}

func (v validator) header() {
	if v.APIVersion != APIVersion {
		v.add("apiVersion", "", "expected %q, found %q", APIVersion, v.APIVersion)
	}
	if v.Kind != Kind {
		v.add("kind", "", "expected %q, found %q", Kind, v.Kind)
	}
	v.label("metadata.name", v.Metadata.Name)
}

func (v validator) images() {
	seen := map[string]string{}
	for i, image := range v.Spec.Images {
		path := fmt.Sprintf("spec.images[%d]", i)
		v.imageName(path+".name", image.Name)
		v.unique(seen, image.Name, path+".name")
		v.exactlyOne(path, map[string]bool{
			"build": image.Build != "", "archive": image.Archive != "", "pull": image.Pull != "",
		})
		v.buildFolder(path+".build", image.Build)
		v.regularFile(path+".archive", image.Archive)
		if _, err := name.ParseReference(image.Pull); image.Pull != "" && err != nil {
			v.add(path+".pull", "", "not an image reference: %v", err)
		}
	}
}

func (v validator) imageName(path, image string) {
	if image == "" {
		v.add(path, "", "required")
		return
	}
	tag, err := name.NewTag(image, name.WithDefaultTag(""))
	switch {
	case err != nil:
		v.add(path, "", "not an image name: %v", err)
	case tag.TagStr() == "" || tag.TagStr() == "latest":
		v.add(path, fmt.Sprintf("such as %q", tag.RepositoryStr()+":1"),
			"expected a tag other than latest, which nodes would try to pull")
	}
}

func (v validator) workloads() {
	if len(v.Spec.Workloads)+len(v.Spec.Agents)+len(v.Spec.Stimuli)+len(v.Spec.Suites) == 0 {
		v.addMissing("spec", "add workloads, agents, stimuli or suites", "nothing to rehearse")
	}
	for i, w := range v.Spec.Workloads {
		v.workload(fmt.Sprintf("spec.workloads[%d]", i), w)
	}
}

func (v validator) workload(path string, w Workload) {
	v.exactlyOne(path, map[string]bool{
		"manifests": w.Manifests != "", "kustomize": w.Kustomize != "", "helm": w.Helm != nil,
	})
	v.manifests(path+".manifests", w.Manifests)
	v.kustomization(path+".kustomize", w.Kustomize)
	if w.Helm != nil {
		v.helm(path+".helm", w.Helm)
	}
	v.oneOf(path+".ready", string(w.Ready), []string{string(ReadyAll), string(ReadyNone)})
}

func (v validator) helm(path string, h *Helm) {
	if h.Chart == "" {
		v.add(path+".chart", "", "required")
	}
	v.chart(path+".chart", h.Chart)
	v.label(path+".release", h.Release)
	if h.Namespace != "" {
		v.label(path+".namespace", h.Namespace)
	}
	for i, file := range h.Values {
		v.regularFile(fmt.Sprintf("%s.values[%d]", path, i), file)
	}
}

func (v validator) agents() {
	seen := map[string]string{}
	for i, agent := range v.Spec.Agents {
		path := fmt.Sprintf("spec.agents[%d]", i)
		v.label(path+".name", agent.Name)
		v.unique(seen, agent.Name, path+".name")
		v.workload(path, agent.Workload)
		if len(agent.Signals) == 0 {
			v.addMissing(path+".signals", "say what the agent shows when it works", "at least one is required")
		}
		for j, signal := range agent.Signals {
			v.signal(fmt.Sprintf("%s.signals[%d]", path, j), signal)
		}
		v.regularFile(path+".config", agent.Config)
	}
}

func (v validator) signal(path string, s Signal) {
	v.exactlyOne(path, map[string]bool{"logs": s.Logs != "", "metric": s.Metric != ""})
	if _, err := regexp.Compile(s.Logs); err != nil {
		v.add(path+".logs", "", "not a regular expression (RE2): %v", err)
	}
	if s.Metric != "" && !metricName.MatchString(s.Metric) {
		v.add(path+".metric", "labels are not part of it", "%q is not the name of a metric", s.Metric)
	}
}

func (v validator) suites() {
	seen := map[string]string{}
	for i, suite := range v.Spec.Suites {
		path := fmt.Sprintf("spec.suites[%d]", i)
		v.exactlyOne(path, map[string]bool{"builtin": suite.Builtin != nil, "binary": suite.Binary != ""})
		for j, builtin := range suite.Builtin {
			builtinPath := fmt.Sprintf("%s.builtin[%d]", path, j)
			v.oneOf(builtinPath, builtin, BuiltinSuites())
			v.unique(seen, builtin, builtinPath)
		}
		v.executable(path+".binary", suite.Binary)
		v.unique(seen, suite.Binary, path+".binary")
		v.notNegative(path+".timeout", suite.Timeout)
	}
}

func (v validator) label(path, label string) {
	switch {
	case label == "":
		v.add(path, "", "required")
	case !dnsLabel.MatchString(label):
		v.add(path, "", "%q is not a DNS label: expected at most 63 of a-z, 0-9 and inner hyphens", label)
	}
}

func (c checker) unique(seen map[string]string, value, path string) {
	if value == "" {
		return
	}
	if first, again := seen[value]; again {
		c.add(path, "", "%q is taken by %s", value, first)
		return
	}
	seen[value] = path
}

func (c checker) oneOf(path, value string, known []string) {
	if slices.Contains(known, value) {
		return
	}
	hint := ""
	if near := suggest.Nearest(value, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	c.add(path, hint, "expected one of %s, found %q", strings.Join(known, ", "), value)
}

func (c checker) exactlyOne(path string, set map[string]bool) {
	var all, given []string
	for field, isSet := range set {
		all = append(all, field)
		if isSet {
			given = append(given, field)
		}
	}
	slices.Sort(all)
	slices.Sort(given)
	switch len(given) {
	case 1:
	case 0:
		c.addMissing(path, "", "expected one of %s", strings.Join(all, ", "))
	default:
		c.add(path, "", "expected only one of %s, found %s", strings.Join(all, ", "), strings.Join(given, " and "))
	}
}

func (v validator) notNegative(path string, d Duration) {
	if d.Duration < 0 {
		v.add(path, "", "expected a length of time, found %s", d)
	}
}

// runtimes are the known runtimes as text.
func runtimes() []string {
	var names []string
	for _, r := range clusters.Runtimes() {
		names = append(names, string(r))
	}
	return names
}

package scenarios_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/scenarios"
)

// folder makes a scenario folder: scenario.yaml and the files that the tests
// refer to.
func folder(t *testing.T, scenario string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		scenarios.FileName:              scenario,
		"daemon.json":                   `{"log-driver": "json-file"}`,
		"broken.json":                   `{"log-driver": `,
		"certs.d/registry/hosts.toml":   "",
		"docker-certs.d/registry/a.crt": "",
		"web/main.go":                   "package main\n\nfunc main() {}\n",
		"manifests/web.yaml":            "kind: ConfigMap\n",
		"manifests/deeper/more.json":    "{}",
		"overlay/kustomization.yaml":    "resources: [../base]\n",
		"base/kustomization.yaml":       "resources: [web.yaml]\n",
		"base/web.yaml":                 "kind: ConfigMap\n",
		"chart/Chart.yaml":              "name: chart\n",
		"values.yaml":                   "a: 1\n",
		"empty/readme.txt":              "",
		"e2e.test":                      "#!/bin/sh\n",
		"shipper.yaml":                  "kind: DaemonSet\n",
		"images.tar":                    "",
		"manifests/notes/ignored.text":  "",
		"mods/broken/go.mod":            "module broken\nrequires example.com/a v1.0.0\n",
		"searches.yaml":                 "",
		"expectations.yaml":             accepted,
		"prometheus.yml":                "scrape_configs: []\n",
	}
	for name, content := range files {
		write(t, filepath.Join(dir, name), content)
	}
	if err := os.Chmod(filepath.Join(dir, "e2e.test"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

const everything = `apiVersion: rehearse.dev/v1alpha1
kind: Scenario
metadata: {name: shop}
spec:
  summary: A small shop.
  pair:
    kubernetesVersion: v1.37.1
    kubeletVersion: v1.23.17
    workers: 2
    baseline:
      runtime: dockershim
      config: {daemonJSON: ./daemon.json, certs: ./docker-certs.d}
      mounts: [{hostPath: /, containerPath: /host, readOnly: true}]
    candidate: {runtime: containerd, config: {hosts: certs.d}}
  images:
    - {name: "shop/web:1", build: ./web}
    - {name: "shop/old:1", archive: images.tar}
    - {name: "shop/cache:1", pull: "registry.example/cache:7"}
  workloads:
    - {manifests: ./manifests}
    - {manifests: manifests/web.yaml, ready: none}
    - {kustomize: overlay}
    - helm: {chart: ./chart, values: [values.yaml], release: cache, namespace: shop, set: {replicas: 2}}
  agents:
    - name: shipper
      manifests: shipper.yaml
      signals: [{logs: "shipped [0-9]+"}, {metric: shipper_records_total}]
      config: shipper.yaml
  suites:
    - builtin: [lifecycle, logging]
    - {binary: ./e2e.test, args: [-x], timeout: 90s}
  observe: {duration: 1m30s, scrapeInterval: 5s, scrapeConfigs: ./prometheus.yml}
  assets:
    logSearches: [./searches.yaml]
    live:
      prometheus: monitoring/prometheus:9090
      alertmanager: monitoring/https:alertmanager:web/am
      logs:
        - name: store
          kind: loki
          service: monitoring/https:loki:http
          queries: [{name: orders, query: '{app="web"}', agent: shipper, sequence: 'order ([0-9]+)'}]
  expect: ./expectations.yaml
`

func TestLoadReadsEveryField(t *testing.T) {
	t.Parallel()
	dir := folder(t, everything)
	got, err := scenarios.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := &scenarios.Scenario{
		APIVersion: scenarios.APIVersion,
		Kind:       scenarios.Kind,
		Metadata:   scenarios.Metadata{Name: "shop"},
		Dir:        dir,
		Spec: scenarios.Spec{
			Summary: "A small shop.",
			Pair: scenarios.Pair{
				KubernetesVersion: "v1.37.1",
				KubeletVersion:    "v1.23.17",
				Workers:           2,
				Baseline: scenarios.Side{
					Runtime: clusters.Dockershim,
					Config:  scenarios.NodeConfig{DaemonJSON: "./daemon.json", Certs: "./docker-certs.d"},
					Mounts:  []scenarios.Mount{{HostPath: "/", ContainerPath: "/host", ReadOnly: true}},
				},
				Candidate: scenarios.Side{Runtime: clusters.Containerd, Config: scenarios.NodeConfig{Hosts: "certs.d"}},
			},
			Images: []scenarios.Image{
				{Name: "shop/web:1", Build: "./web"},
				{Name: "shop/old:1", Archive: "images.tar"},
				{Name: "shop/cache:1", Pull: "registry.example/cache:7"},
			},
			Workloads: []scenarios.Workload{
				{Manifests: "./manifests", Ready: scenarios.ReadyAll},
				{Manifests: "manifests/web.yaml", Ready: scenarios.ReadyNone},
				{Kustomize: "overlay", Ready: scenarios.ReadyAll},
				{Helm: &scenarios.Helm{
					Chart: "./chart", Release: "cache", Namespace: "shop",
					Values: []string{"values.yaml"}, Set: map[string]any{"replicas": 2},
				}, Ready: scenarios.ReadyAll},
			},
			Agents: []scenarios.Agent{{
				Name:     "shipper",
				Workload: scenarios.Workload{Manifests: "shipper.yaml", Ready: scenarios.ReadyAll},
				Signals:  []scenarios.Signal{{Logs: "shipped [0-9]+"}, {Metric: "shipper_records_total"}},
				Config:   "shipper.yaml",
			}},
			Suites: []scenarios.Suite{
				{Builtin: []string{"lifecycle", "logging"}, Timeout: scenarios.Duration{Duration: scenarios.DefaultSuiteTimeout}},
				{Binary: "./e2e.test", Args: []string{"-x"}, Timeout: scenarios.Duration{Duration: 90 * time.Second}},
			},
			Observe: scenarios.Observe{
				Duration:       scenarios.Duration{Duration: 90 * time.Second},
				Settle:         scenarios.Duration{Duration: scenarios.DefaultSettle},
				MaxFor:         scenarios.Duration{Duration: scenarios.DefaultMaxFor},
				MaxRange:       scenarios.Duration{Duration: scenarios.DefaultMaxRange},
				ScrapeInterval: scenarios.Duration{Duration: 5 * time.Second},
				ScrapeConfigs:  "./prometheus.yml",
			},
			Assets: scenarios.Assets{LogSearches: []string{"./searches.yaml"}, Live: scenarios.Live{Prometheus: "monitoring/prometheus:9090", Alertmanager: "monitoring/https:alertmanager:web/am", Logs: []scenarios.LogStore{{
				Name: "store", Kind: scenarios.Loki, Service: "monitoring/https:loki:http",
				Queries: []scenarios.LogQuery{{Name: "orders", Query: `{app="web"}`, Agent: "shipper", Sequence: "order ([0-9]+)"}},
			}}}},
			Expect: "./expectations.yaml",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

func TestLoadFillsInDefaults(t *testing.T) {
	t.Parallel()
	s, err := scenarios.Load(folder(t, minimal("")))
	if err != nil {
		t.Fatal(err)
	}
	got := [2]clusters.Config{s.ClusterConfig(clusters.Baseline), s.ClusterConfig(clusters.Candidate)}
	want := [2]clusters.Config{
		{Side: clusters.Baseline, Runtime: clusters.Docker, KubernetesVersion: scenarios.DefaultKubernetesVersion},
		{Side: clusters.Candidate, Runtime: clusters.Containerd, KubernetesVersion: scenarios.DefaultKubernetesVersion},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ClusterConfig (-want +got):\n%s", diff)
	}
	if s.Spec.Observe.Duration.Duration != scenarios.DefaultObserve || s.Spec.Observe.Settle.Duration != scenarios.DefaultSettle ||
		s.Spec.Observe.ScrapeInterval.Duration != scenarios.DefaultScrapeInterval {
		t.Errorf("Observe = %+v, want the defaults", s.Spec.Observe)
	}
}

// minimal is a valid scenario, with more lines of its spec from line 6 on.
func minimal(spec string) string {
	return "apiVersion: rehearse.dev/v1alpha1\nkind: Scenario\nmetadata: {name: shop}\nspec:\n" +
		"  workloads: [{manifests: manifests}]\n" + spec
}

func TestLoadReportsEveryMistakeAtOnce(t *testing.T) {
	t.Parallel()
	dir := folder(t, `apiVersion: rehearse.dev/v1
kind: Scenario
metadata:
  name: My Shop
spec:
  pair:
    workres: 3
    candidate: {runtime: containrd}
  images:
    - {name: "shop/web:1", build: ./web, pull: shop/web}
  workloads:
    - manifests: ./missing
  observe: {duration: ten minutes}
`)
	_, err := scenarios.Load(filepath.Join(dir, scenarios.FileName))
	var invalid *scenarios.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("Load = %v, want an InvalidError", err)
	}
	want := []string{
		`scenario.yaml:1: apiVersion: expected "rehearse.dev/v1alpha1", found "rehearse.dev/v1"`,
		`scenario.yaml:4: metadata.name: "My Shop" is not a DNS label: expected at most 63 of a-z, 0-9 and inner hyphens`,
		`scenario.yaml:7: spec.pair.workres: unknown field (did you mean "workers"?)`,
		`scenario.yaml:8: spec.pair.candidate.runtime: expected one of docker, dockershim, containerd, found "containrd" (did you mean "containerd"?)`,
		`scenario.yaml:10: spec.images[0]: expected only one of archive, build, pull, found build and pull`,
		`scenario.yaml:12: spec.workloads[0].manifests: "./missing" does not exist`,
		`scenario.yaml:13: spec.observe.duration: expected a duration such as 90s or 2m30s, found "ten minutes"`,
	}
	var got []string
	for _, p := range invalid.Problems {
		got = append(got, strings.TrimPrefix(p.String(), dir+"/"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if !strings.Contains(err.Error(), "has 7 mistakes") || strings.Count(err.Error(), "\n") != 7 {
		t.Errorf("Error() = %q, want a headline and 7 lines", err)
	}
}

func TestLoadNamesTheMistake(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, spec, want string }{
		{"stimulus that does not ship", "  stimuli: [crash-lop]", `6: spec.stimuli[0].name: expected one of crash-loop, disk-fill, drain, eviction, failing-probe, hung-exec, image-pull-failure, job-failure, kubelet-restart, log-flood, oom-kill, oom-kill-child, runtime-restart, start-failure, found "crash-lop" (did you mean "crash-loop"?)`},
		{"stimulus done twice", "  stimuli: [crash-loop, crash-loop]", `6: spec.stimuli[1].name: "crash-loop" is taken by spec.stimuli[0].name`},
		{"stimulus that never shows", "  stimuli: [{name: mine, manifests: shipper.yaml}]", "6: spec.stimuli[0].until: expected one of event, log, restarted, terminated, waiting"},
		{"stimulus that shows twice", "  stimuli: [{name: mine, manifests: shipper.yaml, until: {event: A, log: b}}]", "6: spec.stimuli[0].until: expected only one of event, log, restarted, terminated, waiting, found event and log"},
		{"shipped stimulus with a condition", "  stimuli: [{name: drain, until: {event: A}}]", "6: spec.stimuli[0].until: a stimulus that ships knows itself when it happened (add manifests, or remove it)"},
		{"object that is no pattern", "  stimuli: [{name: mine, manifests: shipper.yaml, until: {event: A, object: '('}}]", "6: spec.stimuli[0].until.object: not a regular expression (RE2): error parsing regexp: missing closing ): `(`"},
		{"log searches that are not there", "  assets: {logSearches: [a.yaml]}", `6: spec.assets.logSearches[0]: "a.yaml" matches no file`},
		{"alert rules that match no file", "  assets: {alertRules: [none/*.yaml]}", `6: spec.assets.alertRules[0]: "none/*.yaml" matches no file`},
		{"a dashboard outside the folder", "  assets: {dashboards: [../a.json]}", `6: spec.assets.dashboards[0]: "../a.json" is outside the scenario's folder (move the scenario file to a folder above both)`},
		{"routes for no alerts", "  assets: {alertmanager: shipper.yaml}", "6: spec.assets.alertRules: an Alertmanager configuration without alert rules (name the rules whose alerts it routes)"},
		{"a negative bound", "  observe: {maxFor: -1s}", "6: spec.observe.maxFor: expected a length of time, found -1s"},
		{"scrape interval of no time", "  observe: {scrapeInterval: 5ms}", "6: spec.observe.scrapeInterval: expected a second or more, found 5ms"},
		{"scrape configs that are not there", "  observe: {scrapeConfigs: ./absent.yml}", `6: spec.observe.scrapeConfigs: "./absent.yml" does not exist`},
		{"field given twice", "  summary: a\n  summary: b", "7: spec.summary: given twice, first on line 6"},
		{"unknown field without a near one", "  zzzzzz: 1", "6: spec.zzzzzz: unknown field (known here: agents, assets, expect, images, observe, pair, stimuli, suites, summary, workloads)"},
		{"number where text belongs", "  pair: {kubernetesVersion: 1.37}", "6: spec.pair.kubernetesVersion: expected text, found the number 1.37 (put it in quotes)"},
		{"text where a number belongs", "  pair: {workers: two}", `6: spec.pair.workers: expected a whole number, found the text "two"`},
		{"number too large", "  pair: {workers: 99999999999999999999999}", `6: spec.pair.workers: expected a whole number, found the number 99999999999999999999999`},
		{"text where truth belongs", "  pair:\n    baseline:\n      mounts:\n        - {hostPath: /, containerPath: /h, readOnly: maybe}", `9: spec.pair.baseline.mounts[0].readOnly: expected true or false, found the text "maybe"`},
		{"one value where a list belongs", "  images: web", `6: spec.images: expected a list, found the text "web"`},
		{"list where fields belong", "  observe: [1]", "6: spec.observe: expected fields, found a list"},
		{"version without v", "  pair: {kubernetesVersion: 1.37.2}", `6: spec.pair.kubernetesVersion: expected a version such as v1.37.2, found "1.37.2"`},
		{"kubelet newer than control plane", "  pair: {kubernetesVersion: v1.36.0, kubeletVersion: v1.37.0}", "6: spec.pair.kubeletVersion: v1.37.0 is newer than the control plane's v1.36.0"},
		{"dockershim without an old kubelet", "  pair:\n    baseline:\n      runtime: dockershim", "8: spec.pair.baseline.runtime: dockershim needs a kubelet of 1.23 or older, and this one is 1.37 (add `kubeletVersion: v1.23.17` to spec.pair)"},
		{"daemon.json for containerd", "  pair: {candidate: {config: {daemonJSON: daemon.json}}}", "6: spec.pair.candidate.config.daemonJSON: containerd does not read daemon.json (use config.hosts for its registries)"},
		{"certificates for containerd", "  pair: {candidate: {config: {certs: certs.d}}}", "6: spec.pair.candidate.config.certs: containerd does not read Docker's certificates (use config.hosts, which `rehearse translate` writes)"},
		{"certificates that are not there", "  pair: {baseline: {config: {certs: nowhere}}}", `6: spec.pair.baseline.config.certs: "nowhere" does not exist`},
		{"hosts for Docker", "  pair: {baseline: {config: {hosts: certs.d}}}", "6: spec.pair.baseline.config.hosts: only containerd reads registry hosts folders (use config.daemonJSON)"},
		{"daemon.json that is not JSON", "  pair: {baseline: {config: {daemonJSON: broken.json}}}", `6: spec.pair.baseline.config.daemonJSON: "broken.json" is not a JSON object: unexpected end of JSON input`},
		{"fewer than no workers", "  pair: {workers: -1}", "6: spec.pair.workers: expected 0 or more, found -1"},
		{"relative container path", "  pair: {baseline: {mounts: [{hostPath: /, containerPath: h}]}}", `6: spec.pair.baseline.mounts[0].containerPath: expected an absolute path, found "h"`},
		{"image without a name", "  images: [{build: web}]", "6: spec.images[0].name: required"},
		{"image without a tag", "  images: [{name: shop/web, build: web}]", `6: spec.images[0].name: expected a tag other than latest, which nodes would try to pull (such as "shop/web:1")`},
		{"image with a bad name", "  images: [{name: 'Shop:1', build: web}]", "6: spec.images[0].name: not an image name"},
		{"image without a source", "  images: [{name: 'a/b:1'}]", "6: spec.images[0]: expected one of archive, build, pull"},
		{"image named twice", "  images:\n    - {name: 'a/b:1', build: web}\n    - {name: 'a/b:1', build: web}", `8: spec.images[1].name: "a/b:1" is taken by spec.images[0].name`},
		{"nothing to build", "  images: [{name: 'a/b:1', build: empty}]", `6: spec.images[0].build: "empty" cannot be built: it has neither a Dockerfile, nor Go files, nor a go.mod that names a tool`},
		{"a module file that is none", "  images: [{name: 'a/b:1', build: mods/broken}]", `6: spec.images[0].build: "mods/broken" cannot be built: go.mod:2: unknown directive: requires`},
		{"file outside the folder", "  images: [{name: 'a/b:1', build: ../web}]", `6: spec.images[0].build: "../web" is outside the scenario's folder (move the scenario file to a folder above both)`},
		{"file where a folder belongs", "  images: [{name: 'a/b:1', build: e2e.test}]", `6: spec.images[0].build: expected a folder, found the file "e2e.test"`},
		{"folder where a file belongs", "  images: [{name: 'a/b:1', archive: web}]", `6: spec.images[0].archive: expected a file, found "web", which is not one`},
		{"reference that is none", "  images: [{name: 'a/b:1', pull: 'A b'}]", "6: spec.images[0].pull: not an image reference"},
		{"agent without signals", "  agents: [{name: a, manifests: shipper.yaml}]", "6: spec.agents[0].signals: at least one is required (say what the agent shows when it works)"},
		{"two agents of one name", "  agents:\n    - {name: a, manifests: shipper.yaml, signals: [{metric: m}]}\n    - {name: a, manifests: shipper.yaml, signals: [{metric: m}]}", `8: spec.agents[1].name: "a" is taken by spec.agents[0].name`},
		{"log pattern that does not compile", "  agents: [{name: a, manifests: shipper.yaml, signals: [{logs: '(a'}]}]", "6: spec.agents[0].signals[0].logs: not a regular expression (RE2): error parsing regexp: missing closing ): `(a`"},
		{"metric with labels", "  agents: [{name: a, manifests: shipper.yaml, signals: [{metric: 'm{a=1}'}]}]", `6: spec.agents[0].signals[0].metric: "m{a=1}" is not the name of a metric (labels are not part of it)`},
		{"signal of two kinds", "  agents: [{name: a, manifests: shipper.yaml, signals: [{metric: m, logs: l}]}]", "6: spec.agents[0].signals[0]: expected only one of logs, metric, found logs and metric"},
		{"readiness that does not exist", "  agents: [{name: a, manifests: shipper.yaml, ready: some, signals: [{metric: m}]}]", `6: spec.agents[0].ready: expected one of all, none, found "some"`},
		{"folder without a kustomization", "  agents: [{name: a, kustomize: manifests, signals: [{metric: m}]}]", `6: spec.agents[0].kustomize: folder "manifests" has no kustomization.yaml`},
		{"manifests that are a kustomization", "  agents: [{name: a, manifests: base, signals: [{metric: m}]}]", `6: spec.agents[0].manifests: folder "base" is a kustomization (use kustomize instead of manifests)`},
		{"folder without manifests", "  agents: [{name: a, manifests: empty, signals: [{metric: m}]}]", `6: spec.agents[0].manifests: folder "empty" holds no YAML or JSON file`},
		{"folder without a chart", "  agents: [{name: a, helm: {chart: web, release: r}, signals: [{metric: m}]}]", `6: spec.agents[0].helm.chart: folder "web" has no Chart.yaml`},
		{"chart on a server", "  agents: [{name: a, helm: {chart: 'oci://x/y', release: r}, signals: [{metric: m}]}]", "6: spec.agents[0].helm.chart: expected a chart on disk, found the address \"oci://x/y\" (fetch it first with `helm pull`)"},
		{"release without a name", "  agents: [{name: a, helm: {chart: chart}, signals: [{metric: m}]}]", "6: spec.agents[0].helm.release: required"},
		{"suite that is not shipped", "  suites: [{builtin: [lifecicle]}]", `6: spec.suites[0].builtin[0]: expected one of lifecycle, logging, probes, networking, identity, images, found "lifecicle" (did you mean "lifecycle"?)`},
		{"suite that runs twice", "  suites: [{builtin: [probes, probes]}]", `6: spec.suites[0].builtin[1]: "probes" is taken by spec.suites[0].builtin[0]`},
		{"suite binary that cannot run", "  suites: [{binary: values.yaml}]", "6: spec.suites[0].binary: \"values.yaml\" is not executable (build it with `go test -c`)"},
		{"expectations that are not there", "  expect: ./none.yaml", `6: spec.expect: "./none.yaml" does not exist`},
		{"negative duration", "  observe: {settle: -1s}", "6: spec.observe.settle: expected a length of time, found -1s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			onlyMistake(t, tt.spec, tt.want)
		})
	}
}

// onlyMistake wants one mistake in a minimal scenario with more lines of its spec.
func onlyMistake(t *testing.T, spec, want string) {
	t.Helper()
	dir := folder(t, minimal(spec))
	_, err := scenarios.Load(dir)
	var invalid *scenarios.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("Load = %v, want an InvalidError", err)
	}
	got := strings.TrimPrefix(invalid.Problems[0].String(), filepath.Join(dir, scenarios.FileName)+":")
	if len(invalid.Problems) != 1 || !strings.HasPrefix(got, want) {
		t.Errorf("Load = %v\nwant only %q", err, want)
	}
}

func TestLoadRefusesWhatIsNoScenarioFile(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, content, want string }{
		{"empty file", "", "1: the file is empty"},
		{"only a comment", "# nothing\n", "1: "},
		{"two documents", minimal("") + "---\n" + minimal(""), ": a second YAML document begins here (one file holds one scenario)"},
		{"a list", "- a\n", "1: expected fields, found a list"},
		{"not YAML", "spec:\n\t- a\n", "2: not valid YAML: found character that cannot start any token"},
		{"alias", "metadata: &a {name: shop}\nspec: *a\n", "1: anchors and aliases are not supported (write the value out)"},
		{"alias bomb", bomb(), "1: anchors and aliases are not supported"},
		{"binary", "\x00\x01\x02", "1: not valid YAML"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := scenarios.Load(folder(t, tt.content))
			var invalid *scenarios.InvalidError
			if !errors.As(err, &invalid) || len(invalid.Problems) != 1 {
				t.Fatalf("Load = %v, want an InvalidError with one problem", err)
			}
			if got := invalid.Problems[0].String(); !strings.Contains(got, scenarios.FileName+":") || !strings.Contains(got, tt.want) {
				t.Errorf("Load = %q, want %q in it", got, tt.want)
			}
		})
	}
}

func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x]\n")
	for i := range 30 {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%d, *a%d]\n", i+1, i+1, i, i, i)
	}
	return b.String()
}

func TestLoadSaysWhatItCannotRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "huge.yaml"), strings.Repeat("#", 1<<20+1))
	tests := []struct{ name, path, want string }{
		{"nothing there", filepath.Join(dir, "nothing"), "no such file"},
		{"folder without a scenario", dir, "has no scenario.yaml"},
		{"huge file", filepath.Join(dir, "huge.yaml"), "more than the 1048576 that such a file may have"},
		{"device", os.DevNull, "is not a regular file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := scenarios.Load(tt.path)
			if err == nil || !strings.HasPrefix(err.Error(), "reading scenario: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load = %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestHashFollowsContent(t *testing.T) {
	t.Parallel()
	hash := func(change func(dir string)) string {
		dir := folder(t, everything)
		change(dir)
		s, err := scenarios.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := s.Hash()
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	add := func(file, content string) func(string) {
		return func(dir string) { write(t, filepath.Join(dir, file), content) }
	}
	before := hash(func(string) {})
	tests := []struct {
		name   string
		change func(dir string)
		same   bool
	}{
		{"another folder", func(string) {}, true},
		{"a comment", add(scenarios.FileName, "# a comment\n"+everything), true},
		{"a file that nothing names", add("notes.txt", "x"), true},
		{"a field", add(scenarios.FileName, strings.Replace(everything, "workers: 2", "workers: 1", 1)), false},
		{"a manifest", add("manifests/web.yaml", "kind: Secret\n"), false},
		{"a new manifest", add("manifests/new.yaml", "kind: Secret\n"), false},
		{"a program", add("web/main.go", "package main // changed\n"), false},
		{"what a kustomization builds on", add("base/web.yaml", "kind: Secret\n"), false},
		{"a chart", add("chart/templates/a.yaml", ""), false},
		{"values", add("values.yaml", "a: 2\n"), false},
		{"an agent", add("shipper.yaml", "kind: Deployment\n"), false},
		{"node settings", add("daemon.json", "{}"), false},
		{"a suite", add("e2e.test", "#!/bin/bash\n"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if same := hash(tt.change) == before; same != tt.same {
				t.Errorf("same hash = %t, want %t", same, tt.same)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(everything)
	f.Add(minimal("  pair: {workers: -1}"))
	f.Add("a: &a [*a]")
	f.Add("? [a]: b")
	f.Fuzz(func(t *testing.T, content string) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, scenarios.FileName), content)
		s, err := scenarios.Load(dir)
		if (s == nil) == (err == nil) {
			t.Errorf("Load = %v, %v, want one of them", s, err)
		}
	})
}

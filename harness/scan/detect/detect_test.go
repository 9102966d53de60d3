package detect_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/scan/detect"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// one line for a finding: line rule severity confidence.
func lines(r detect.Result) []string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, fmt.Sprintf("%d %s %s %s", f.Line, f.Rule, f.Severity, f.Confidence))
	}
	return all
}

// TestWhereItRunsDecidesWhatItWeighs shows the same command in every setting.
func TestWhereItRunsDecidesWhatItWeighs(t *testing.T) {
	t.Parallel()
	const dind = "docker:27-dind"
	for name, row := range map[string]struct {
		file, content string
		want          []string
	}{
		"a pod": {
			"p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: c, image: x/y, command: [docker, ps]}\n",
			[]string{"6 docker-command breaks high"},
		},
		"a pod with a daemon of its own": {
			"p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: c, image: x/y, command: [docker, ps]}\n  - {name: d, image: '" + dind + "'}\n",
			[]string{"6 docker-command info low", "7 docker-client-image info medium"},
		},
		"a pod with a daemon of its own that asks the node's": {
			"p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  volumes: [{name: s, hostPath: {path: /run/docker.sock}}]\n  containers:\n  - {name: c, image: x/y, command: [docker, ps], volumeMounts: [{name: s, mountPath: /s}]}\n  - {name: d, image: '" + dind + "'}\n",
			[]string{"5 docker-socket breaks high", "7 docker-command breaks high", "8 docker-client-image info medium"},
		},
		"a node's cron job": {"etc/cron.d/x", "0 1 * * * root docker ps\n", []string{"1 docker-command breaks high"}},
		"a unit":            {"x.service", "[Service]\nExecStart=/usr/bin/docker ps\n", []string{"2 docker-command breaks high"}},
		"a script somewhere": {
			"x.sh", "docker ps\ndocker build .\n",
			[]string{"1 docker-command changes medium", "2 docker-command info low"},
		},
		"a machine of GitHub's": {
			".github/workflows/x.yml", "jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: docker ps}]\n",
			[]string{"4 docker-command info low"},
		},
		"a runner of one's own": {
			".github/workflows/x.yml", "jobs:\n  a:\n    runs-on: self-hosted\n    steps: [{run: docker ps}]\n",
			[]string{"4 docker-command changes medium"},
		},
		"a job of GitLab's": {".gitlab-ci.yml", "a:\n  script: [docker ps]\n", []string{"2 docker-command changes medium"}},
		"a job of GitLab's with a daemon": {
			".gitlab-ci.yml", "a:\n  services: ['" + dind + "']\n  script: [docker ps]\n",
			[]string{"2 docker-client-image info medium", "3 docker-command info low"},
		},
		"a pod of Jenkins'": {"Jenkinsfile", "podTemplate(yaml: '') { node(POD_LABEL) { sh 'docker ps' } }\n", []string{"1 docker-command breaks high"}},
		"an agent of Jenkins'": {
			"Jenkinsfile", "pipeline { agent any; stages { stage('x') { steps { sh 'docker ps' } } } }\n",
			[]string{"1 docker-command changes medium"},
		},
		"an image's build":     {"Dockerfile", "FROM debian\nRUN apt-get install -y docker.io\n", []string{"2 docker-install changes medium"}},
		"an image's own start": {"Dockerfile", "FROM debian\nCMD docker ps\n", []string{"2 docker-command breaks high"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(row.want, lines(detect.File(row.file, []byte(row.content)))); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestShellIsUnderstood has a command in each row, and whether it is a finding.
func TestShellIsUnderstood(t *testing.T) {
	t.Parallel()
	for script, want := range scripts {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			result := detect.File("script.sh", []byte(script+"\n"))
			var rules []string
			for _, f := range result.Findings {
				rules = append(rules, f.Rule)
			}
			if want == "" && len(rules) > 0 || want != "" && !slices.Contains(rules, want) {
				t.Errorf("found %v, want %q", rules, want)
			}
			if len(result.Gaps) > 0 {
				t.Errorf("gaps %v", result.Gaps)
			}
		})
	}
}

var scripts = map[string]string{
	`docker ps`:                                      finding.DockerCommand,
	`sudo -E docker ps`:                              finding.DockerCommand,
	`timeout -k 5 10s docker ps`:                     finding.DockerCommand,
	`DOCKER_TLS=1 docker ps`:                         finding.DockerCommand,
	`x=$(docker ps -q)`:                              finding.DockerCommand,
	`[ -n "$(docker ps -q)" ]`:                       finding.DockerCommand,
	`if docker info >/dev/null 2>&1; then :; fi`:     finding.DockerCommand,
	`CLI="docker"; $CLI ps`:                          finding.DockerCommand,
	`${CLI:-docker} ps`:                              finding.DockerCommand,
	`watch -n 5 "docker ps"`:                         finding.DockerCommand,
	`bash -lc 'docker ps'`:                           finding.DockerCommand,
	`su - app -c "docker ps"`:                        finding.DockerCommand,
	`eval "docker ps"`:                               finding.DockerCommand,
	`trap 'docker rm x' EXIT`:                        finding.DockerCommand,
	`echo docker ps | sh`:                            finding.DockerCommand,
	`bash <<< "docker ps"`:                           finding.DockerCommand,
	`nsenter -t 1 -m -u -- /usr/bin/docker ps`:       finding.DockerCommand,
	`kubectl exec node-shell -- docker ps`:           finding.DockerCommand,
	`kubectl debug node/a -- chroot /host dockerd`:   finding.DockerCommand,
	`gcloud compute ssh a --command "docker ps"`:     finding.DockerCommand,
	`find . -exec docker load -i {} \;`:              finding.DockerCommand,
	`ls | xargs -n1 docker rmi`:                      finding.DockerCommand,
	`docker-compose up`:                              finding.DockerCommand,
	`systemctl daemon-reload && service docker stop`: finding.DockerService,
	`killall -9 dockerd`:                             finding.DockerService,
	`/etc/init.d/docker restart`:                     finding.DockerService,
	`journalctl --unit=docker -f`:                    finding.DockerJournal,
	`tail -f /var/lib/docker/containers/*/*.log`:     finding.DockerData,
	`echo '{}' > /etc/docker/daemon.json`:            finding.DockerConfig,
	`socat - UNIX-CONNECT:/var/run/docker.sock`:      finding.DockerSocket,
	`export DOCKER_HOST=tcp://10.0.0.1:2375`:         finding.DockerHost,
	`curl -fsSL https://get.docker.com -o get.sh`:    finding.DockerInstall,
	`dnf -y install docker-ce-3:20.10.24`:            finding.DockerInstall,
	`id=${id##docker://}`:                            finding.IDPrefix,
	`echo "$x" | sed 's/docker:\/\///'`:              finding.IDPrefix,
	`kubelet --network-plugin=cni`:                   finding.KubeletFlag,
	`k3s server --docker`:                            finding.APIInput,

	`# docker ps`:    "",
	`echo docker ps`: "",
	`printf '%s\n' "systemctl restart docker"`:  "",
	`log "docker ps"`:                           "",
	`cat <<EOF` + "\ndocker ps\nEOF":            "",
	`which docker`:                              "",
	`command -v docker`:                         "",
	`docker() { podman "$@"; }; docker ps`:      "",
	`alias docker=nerdctl; docker ps`:           "",
	`apt-get purge docker-ce`:                   "",
	`apt-get install containerd.io`:             "",
	`apt-get install docker-registry`:           "",
	`podman run docker.io/library/alpine`:       "",
	`skopeo copy docker://a/b docker://c/d`:     "",
	`crane copy docker://a/b c`:                 "",
	`kind load docker-image a:b`:                "",
	`kubectl create secret docker-registry x`:   "",
	`./docker-entrypoint.sh`:                    "",
	`dockerize -wait tcp://db:5432`:             "",
	`docker-php-ext-install gd`:                 "",
	`cd /opt/docker && make`:                    "",
	`curl https://registry-1.docker.io/v2/`:     "",
	`grep docker /etc/hosts`:                    "",
	`systemctl restart docker-registry.service`: "",
	`unset DOCKER_HOST`:                         "",
	`DOCKER_HOST= make`:                         "",
	`multus --cni-bin-dir=/host/opt/cni/bin`:    "",
	`kubelet --cni-conf-dir-x=/etc`:             "",
	`git commit -m "use docker ps"`:             "",
}

// TestADecodedObjectIsSeenAsAFile keeps a live scan and a scan of files alike.
func TestADecodedObjectIsSeenAsAFile(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/corpus/manifests/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no manifests: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var object map[string]any
		if strings.Contains(string(data), "\n---") || yaml.Unmarshal(data, &object) != nil || object == nil {
			continue
		}
		want, got := said(detect.File(file, data)), said(detect.Object(file, object))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-file +object):\n%s", file, diff)
		}
	}
}

func said(r detect.Result) []string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, strings.Join([]string{f.Rule, f.Found, f.Object, string(f.Severity), f.Cause}, " | "))
	}
	slices.Sort(all)
	return all
}

func TestObjectsHaveNoLines(t *testing.T) {
	t.Parallel()
	result := detect.Object("live", map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "p", "namespace": "n"},
		"spec": map[string]any{"volumes": []any{map[string]any{"name": "v", "hostPath": map[string]any{"path": "/run/docker.sock"}}}},
	})
	if len(result.Findings) != 1 {
		t.Fatalf("%d findings, want 1", len(result.Findings))
	}
	f := result.Findings[0]
	if f.Line != 0 || f.File != "live" || f.Object != "Pod n/p" || f.Cause != "NODE-003" {
		t.Errorf("finding %+v", f)
	}
}

func TestEveryCauseIsInTheCatalogue(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	causes := map[string]bool{}
	for _, r := range finding.Rules() {
		causes[r.Cause] = true
		if r.Title == "" || r.Remedy == "" || r.Severity == "" {
			t.Errorf("rule %s lacks a text", r.ID)
		}
	}
	err = filepath.WalkDir("../testdata/corpus", func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, f := range detect.File(path, data).Findings {
			causes[f.Cause] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(causes, "")
	for id := range causes {
		if _, ok := known.Entry(id); !ok {
			t.Errorf("cause %s is no entry of the catalogue", id)
		}
	}
}

// TestTheCatalogueKnowsTheRules expects each entry that speaks of what a scan finds to
// speak of a rule that there is, and the default of each chart to have the cause that
// the catalogue gives it.
func TestTheCatalogueKnowsTheRules(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range known.Entries {
		for _, m := range e.Match {
			if m.Kind == "scan" && !slices.ContainsFunc(finding.Rules(), func(r finding.Rule) bool { return m.Aspect.MatchString(r.ID) }) {
				t.Errorf("%s explains findings of %s, which is no rule", e.ID, m.Aspect)
			}
		}
	}
	const release = "releases:\n- {name: x, chart: stable/%s}\n"
	for chart, want := range map[string]string{
		"datadog": "AGT-001", "metricbeat": "AGT-020", "chaos-mesh": "AGT-018", "splunk-connect-for-kubernetes": "LOG-016",
		"node-problem-detector": "AGT-015", "netdata": "AGT-014", "weave-scope": "AGT-010", "nri-bundle": "AGT-009", "sysdig": "AGT-003", "falco": "AGT-002",
	} {
		found := detect.File("helmfile.yaml", fmt.Appendf(nil, release, chart)).Findings
		if len(found) != 1 || found[0].Cause != want {
			t.Errorf("chart %s: %+v, want one finding with the cause %s", chart, found, want)
			continue
		}
		entry, _ := known.Explain(catalogue.Difference{Kind: "scan", Aspect: found[0].Rule, Subject: found[0].Found})
		if entry.ID != want {
			t.Errorf("chart %s is explained by %q, want %s", chart, entry.ID, want)
		}
	}
}

// TestBombsDoNotGrow reads a few aliases that would come to billions of parts.
func TestBombsDoNotGrow(t *testing.T) {
	t.Parallel()
	tenfold := func(open, of, end string) string {
		var b strings.Builder
		for i := 1; i < 14; i++ {
			fmt.Fprintf(&b, "x%d: &x%d %s%s%s\n", i, i, open, strings.TrimSuffix(strings.Repeat(fmt.Sprintf(of, i-1), 10), ", "), end)
		}
		return b.String()
	}
	for name, bomb := range map[string]string{
		"a pod": "apiVersion: v1\nkind: Pod\nmetadata: {name: bomb}\nx0: &x0 {path: /tmp}\n" +
			tenfold("[", "*x%d, ", "]") + "spec: {containers: *x13, volumes: *x13}\n",
		"a list of lists": "x0: &x0 {apiVersion: v1, kind: List, items: []}\n" +
			tenfold("{apiVersion: v1, kind: List, items: [", "*x%d, ", "]}") + "apiVersion: v1\nkind: List\nitems: [*x13]\n",
		"inputs of a beat": "filebeat.inputs: *x13\n",
		"tasks":            "tasks",
		"a pipeline":       "stages: [a]\nx0: &x0 [make]\n" + tenfold("[", "*x%d, ", "]") + "job: {stage: a, script: *x13}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			switch name {
			case "inputs of a beat":
				bomb = "x0: &x0 [a]\n" + tenfold("[", "*x%d, ", "]") + bomb
			case "tasks":
				bomb = "- hosts: a\n  tasks:\n  - &x0 {block: []}\n" +
					regexp.MustCompile(`(?m)^x\d+: `).ReplaceAllString(tenfold("{block: [", "*x%d, ", "]}"), "  - ")
			}
			if result := detect.File("bomb.yaml", []byte(bomb)); len(result.Findings) > 0 {
				t.Errorf("findings %v", result.Findings)
			}
		})
	}
}

// TestWhatNestsTooDeepIsAGap keeps files from ending the program: a stack that has
// run out cannot be caught.
func TestWhatNestsTooDeepIsAGap(t *testing.T) {
	t.Parallel()
	rule := func(expr string) string {
		return "groups: [{name: g, rules: [{alert: A, expr: '" + expr + "'}]}]\n"
	}
	many := func(s string) string { return strings.Repeat(s, 400_000) }
	for name, row := range map[string]struct{ file, content string }{
		"subshells":             {"x.sh", many("(") + "docker ps"},
		"groups":                {"x.sh", many("{ ") + "docker ps"},
		"conditions":            {"x.sh", many("if ") + "docker ps"},
		"a chain":               {"x.sh", many("docker ps && ") + "docker ps"},
		"a chain of many lines": {"x.sh", many("docker ps |\n") + "docker ps"},
		"arithmetic":            {"x.sh", "echo $((" + many("(") + "1; docker ps"},
		"a container's script":  {"x.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a.sh: '" + many("(") + "docker ps'}\n"},
		"a query":               {"x.yaml", rule(strings.Repeat("(", 5000) + "engine_daemon_x" + strings.Repeat(")", 5000))},
		"a long query":          {"x.yaml", rule(many("engine_daemon_x + ") + "1")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := detect.File(row.file, []byte(row.content))
			if len(result.Gaps) != 1 || !strings.Contains(result.Gaps[0].Reason, "than") {
				t.Errorf("gaps %v, want one", result.Gaps)
			}
		})
	}
}

func TestManyCommandsAreNoNesting(t *testing.T) {
	t.Parallel()
	script := "#!/bin/sh\n" + strings.Repeat("if [ -e x ]; then (a && b) | c; fi # (((\ncase x in a) b;; esac\n", 4000) + "docker ps\n"
	result := detect.File("x.sh", []byte(script))
	if len(result.Findings) != 1 || len(result.Gaps) != 0 {
		t.Errorf("%d findings, gaps %v; want the command alone", len(result.Findings), result.Gaps)
	}
}

func FuzzFile(f *testing.F) {
	err := filepath.WalkDir("../testdata/corpus", func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		f.Add(path, data)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		result := detect.File(name, data)
		most := strings.Count(string(data), "\n") + 1
		for _, found := range result.Findings {
			if found.Line < 0 || found.Line > most {
				t.Errorf("a finding on line %d of %d: %+v", found.Line, most, found)
			}
			if _, ok := finding.Find(found.Rule); !ok {
				t.Errorf("no rule %q", found.Rule)
			}
		}
	})
}

func TestNodeStatus(t *testing.T) {
	t.Parallel()
	names := func(all ...any) any { return map[string]any{"names": all} }
	node := func(runtime string) map[string]any {
		return map[string]any{
			"apiVersion": "v1", "kind": "Node", "metadata": map[string]any{"name": "n"},
			"status": map[string]any{
				"nodeInfo": map[string]any{"containerRuntimeVersion": runtime},
				"images": []any{
					names("shop/web@sha256:1", "shop/web:1"), names("shop/local:2", "other:2"), names("registry.example.com/shop/web:1"),
					names("<none>@<none>", "<none>:<none>"), names("nginx:1.27"), names(),
				},
			},
		}
	}
	want := []string{"docker-node | docker://26.1.5 | Node n | info | MET-014", "image-never-pulled | shop/local:2 | Node n | changes | NODE-009"}
	if diff := cmp.Diff(want, said(detect.NodeStatus("node/n", node("docker://26.1.5")))); diff != "" {
		t.Errorf("a node with Docker (-want +got):\n%s", diff)
	}
	if got := said(detect.NodeStatus("node/n", node("containerd://2.1"))); got != nil {
		t.Errorf("a node with containerd: %v", got)
	}
}

func TestCommand(t *testing.T) {
	t.Parallel()
	for command, want := range map[string][]string{
		"/usr/bin/docker events": {"docker-command"},
		"/usr/bin/kubelet --container-runtime-endpoint=unix:///run/cri-dockerd.sock": {"cri-socket"},
		"/usr/bin/containerd-shim-runc-v2 -id docker":                                nil,
		"": nil,
	} {
		var got []string
		for _, f := range detect.Command("node/n:/proc/1/cmdline", detect.Node, strings.Fields(command)).Findings {
			got = append(got, f.Rule)
			if f.Line != 0 || f.File != "node/n:/proc/1/cmdline" {
				t.Errorf("%q: finding %+v, want no line", command, f)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", command, diff)
		}
	}
}

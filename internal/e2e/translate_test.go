package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// registryScenario is the shipped scenario, from the repository.
const registryScenario = "../../scenarios/library/registry"

// TestRegistryTranslation wants every image to come from where it came from
// before: nothing may be found about pulls and registries.
func TestRegistryTranslation(t *testing.T) {
	requireE2E(t)
	c := rehearseRegistry(t, registryScenario)
	for _, f := range aboutRegistries(c) {
		t.Errorf("%s %s: %s | %s", f.Severity, f.Title, f.Baseline, f.Candidate)
	}
	expectPulls(t, c)
	if t.Failed() {
		explain(t, c)
	}
}

// expectPulls wants every signal of every registry, and the health of every
// workload that pulls, to be a check that agrees: silence proves nothing.
func expectPulls(t *testing.T, c *compare.Comparison) {
	t.Helper()
	signals, pulls := 0, 0
	for _, check := range c.Checks {
		switch {
		case check.Kind == record.Agents:
			signals++
		case check.Kind == record.Objects && strings.Contains(check.Name, "registries/pull-") && strings.Contains(check.Name, "health"):
			pulls++
		default:
			continue
		}
		if check.State != compare.Agrees {
			t.Errorf("%s: %s", check.Name, check.State)
		}
	}
	if signals != 9 || pulls != 6 {
		t.Errorf("%d signals and %d pulls were compared, want 9 and 6", signals, pulls)
	}
}

// TestRegistryTranslationThatIsWrong makes one mistake at a time in the files of
// the candidate. Each has to be found, and named.
func TestRegistryTranslationThatIsWrong(t *testing.T) {
	requireE2E(t)
	for name, row := range map[string]struct {
		// In a file below certs.d, what to take out and what to put in; without
		// anything to take out, the file goes.
		file, before, after string
		// agent is the registry that goes quiet, workload the one that is not ready
		// any more, if any, and says what the report has to say somewhere.
		agent, workload, says string
	}{
		"a missing authority": {
			"10.96.0.103/hosts.toml", "ca = ['ca.crt']\n", "",
			"private", "registries/pull-ledger", "x509: certificate signed by unknown authority",
		},
		"a wrong path": { // the pull succeeds, from the second mirror
			"docker.io/hosts.toml", ":5000/hub'", ":5000'",
			"mirror-first", "", "registry_served_rehearse_registry_popular_1_total",
		},
		"insecure left out": {
			"10.96.0.104_5000_/hosts.toml", "", "",
			"plain", "registries/pull-greeter", "server gave HTTP response to HTTPS client",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(registryScenario)); err != nil {
				t.Fatal(err)
			}
			change(t, filepath.Join(dir, "node/containerd/certs.d", row.file), row.before, row.after)
			c := rehearseRegistry(t, dir)
			expectMistake(t, c, row.agent, row.workload, row.says)
			if t.Failed() {
				explain(t, c)
			}
		})
	}
}

func expectMistake(t *testing.T, c *compare.Comparison, agent, workload, says string) {
	t.Helper()
	found := aboutRegistries(c)
	broken := func(kind, name string) bool {
		return slices.ContainsFunc(found, func(f compare.Finding) bool {
			return f.Severity == compare.Breaks && slices.ContainsFunc(f.Assets, func(a compare.Asset) bool {
				return a.Kind == kind && a.Name == name
			})
		})
	}
	if !broken("agent", agent) {
		t.Errorf("nothing says that the registry %s has gone quiet", agent)
	}
	if workload != "" && !broken("workload", workload) {
		t.Errorf("nothing says that %s is broken", workload)
	}
	if !slices.ContainsFunc(found, func(f compare.Finding) bool { return strings.Contains(f.Title+f.Candidate, says) }) {
		t.Errorf("nothing says %q", says)
	}
	for _, f := range found {
		for _, a := range f.Assets {
			if a.Name != agent && a.Name != workload && f.Severity == compare.Breaks {
				t.Errorf("%s %s is named as well: %s", a.Kind, a.Name, a.Why)
			}
		}
	}
}

// aboutRegistries are the findings about pulls and registries: who served what,
// who is ready, and what was said of it. How a log file lies on a node and how an
// ID is written is about the move.
func aboutRegistries(c *compare.Comparison) []compare.Finding {
	var found []compare.Finding
	for _, f := range c.Findings {
		of := func(prefix string) bool {
			return slices.ContainsFunc(f.Subjects, func(s string) bool { return strings.HasPrefix(s, prefix) })
		}
		if f.Kind == record.Agents || f.Kind == record.Events && of("registries/") ||
			f.Kind == record.Metrics && of("pod/registries/") || f.Aspect == "health" && of("registries/") {
			found = append(found, f)
		}
	}
	return found
}

func rehearseRegistry(t *testing.T, scenario string) *compare.Comparison {
	t.Helper()
	clean := nothingLeft(t)
	c := differing(t, t.TempDir(), scenario)
	clean()
	return c
}

func change(t *testing.T, file, before, after string) {
	t.Helper()
	old := string(read(t, file))
	if before == "" {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		return
	}
	changed := strings.Replace(old, before, after, 1)
	if changed == old {
		t.Fatalf("%s does not hold %q", file, before)
	}
	write(t, file, changed)
}

// TestRegistryTranslationOfContainerd has the containerd of a node read the
// configuration that a translation makes: each setting has to arrive, and none
// may be unknown to it.
func TestRegistryTranslationOfContainerd(t *testing.T) {
	requireE2E(t)
	image := nodeImage(t, "containerd")
	dir := t.TempDir()
	write(t, filepath.Join(dir, "daemon.json"), `{
  "registry-mirrors": ["https://mirror.example"], "debug": true, "metrics-addr": "127.0.0.1:9323",
  "exec-opts": ["native.cgroupdriver=systemd"], "max-concurrent-downloads": 7, "storage-driver": "vfs",
  "selinux-enabled": true, "cdi-spec-dirs": ["/etc/cdi/own"], "nri-opts": {"enable": false},
  "runtimes": {"own": {"path": "/usr/local/bin/own"}}, "default-runtime": "own", "data-root": "/data"
}`)
	if got := rehearse(t, nil, "translate", filepath.Join(dir, "daemon.json"), "--out", filepath.Join(dir, "out")); got.code != 0 {
		t.Fatalf("rehearse translate: exit code %d\n%s", got.code, got.stderr)
	}
	dump := exec.CommandContext(t.Context(), "docker", "run", "--rm", "--volume", filepath.Join(dir, "out/containerd")+":/translated:ro",
		"--entrypoint", "containerd", image, "--config", "/translated/10-docker.toml", "config", "dump")
	raw, err := dump.CombinedOutput()
	if err != nil {
		t.Fatalf("containerd does not read it: %v\n%s", err, raw)
	}
	got := string(raw)
	for _, want := range []string{
		"root = '/data/kubernetes-containerd'", "level = 'debug'", "config_path = '/etc/containerd/certs.d'",
		"max_concurrent_downloads = 7", "address = '127.0.0.1:9323'", "SystemdCgroup = true", "default_runtime_name = 'own'",
		"BinaryName = '/usr/local/bin/own'", "snapshotter = 'native'", "enable_selinux = true", "cdi_spec_dirs = ['/etc/cdi/own']", "disable = true",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("containerd does not have %s", want)
		}
	}
	if strings.Contains(got, "Ignoring unknown key") {
		t.Errorf("containerd does not know all of it:\n%s", got)
	}
}

// TestRegistryTranslationReadsAsDockerd asks the dockerd of a node for its opinion
// of the same files.
func TestRegistryTranslationReadsAsDockerd(t *testing.T) {
	requireE2E(t)
	image := nodeImage(t, "docker")
	for name, content := range map[string]string{
		"nothing": ``, "an empty object": `{}`, "a list": `[]`, "no JSON": `{"debug":}`, "an unknown option": `{"dbug":true}`,
		"a mirror": `{"registry-mirrors":["https://m.example"]}`, "text for a list": `{"registry-mirrors":"https://m.example"}`,
		"insecure registries": `{"insecure-registries":["10.0.0.0/8","docker.io","http://r.example:5000"]}`,
		"text for true":       `{"debug":"true"}`, "half a download": `{"max-concurrent-downloads":1.5}`, "a level of its own": `{"log-level":"warning"}`,
		"a number in log-opts": `{"log-opts":{"max-file":3}}`, "an option that is null": `{"storage-driver":null}`,
		"proxies": `{"proxies":{"http-proxy":"http://p.example"}}`, "a proxy that is none": `{"proxies":{"ftp-proxy":"x"}}`,
		"a proxy that is ignored": `{"http-proxy":"http://p.example"}`, "a runtime that is only a name": `{"runtimes":{"own":"/own"}}`,
		"a size as a number": `{"default-shm-size":64}`, "a size": `{"default-shm-size":"64m"}`,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "daemon.json")
			write(t, file, content)
			ours := rehearse(t, nil, "translate", file).code == 0
			err := exec.CommandContext(t.Context(), "docker", "run", "--rm", "--volume", file+":/daemon.json:ro",
				"--entrypoint", "dockerd", image, "--validate", "--config-file", "/daemon.json").Run()
			if theirs := err == nil; ours != theirs {
				t.Errorf("%s is accepted: by us %t, by dockerd %t", content, ours, theirs)
			}
		})
	}
}

// nodeImage is a node image with the given runtime that is on this host.
func nodeImage(t *testing.T, runtime string) string {
	t.Helper()
	for ref := range strings.FieldsSeq(docker(t, "images", "--format", "{{.Repository}}:{{.Tag}}", "rehearse/node")) {
		if strings.Contains(ref, ":"+runtime+"-") {
			return ref
		}
	}
	t.Skip("needs a node image: rehearse images build")
	return ""
}

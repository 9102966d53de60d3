package translate_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters/runtime/translate"
)

func TestMistakesInDaemonJSON(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		content string
		want    []string // each of them
	}{
		"a comma too many":                      {"{\n\"debug\": true,\n}", []string{"daemon.json:3: not valid JSON: invalid character '}'"}},
		"a comment":                             {"{\n// quiet\n}", []string{"daemon.json:2: not valid JSON"}},
		"it ends too soon":                      {"{\n\"debug\": true\n", []string{"daemon.json:2: not valid JSON: unexpected end"}},
		"a list":                                {"[]", []string{"daemon.json:1: expected an object with dockerd's options"}},
		"null":                                  {"null", []string{"daemon.json:1: expected an object"}},
		"more than one value":                   {"{}\n{}", []string{"daemon.json:2: not valid JSON"}},
		"all unknown options, by line":          {"{\n\"registry-mirror\": [],\n\"debug\": true,\n\"dbug\": 1\n}", []string{`daemon.json:2: "registry-mirror" is no option of dockerd`, `daemon.json:4: "dbug" is no option of dockerd`}},
		"text for a list":                       {`{"registry-mirrors":"https://m.example"}`, []string{`daemon.json:1: registry-mirrors: expected a list of texts, found "https://m.example"`}},
		"a list of something else":              {`{"insecure-registries":["a",7]}`, []string{`insecure-registries: expected a list of texts, found ["a",7]`}},
		"text for true":                         {`{"debug":"true"}`, []string{`debug: expected true or false, found "true"`}},
		"half a download":                       {`{"max-concurrent-downloads":1.5}`, []string{"max-concurrent-downloads: expected a whole number, found 1.5"}},
		"an option twice":                       {"{\"debug\":true,\n\"debug\":false}", []string{"daemon.json:2: debug is set already at daemon.json:1"}},
		"a level of its own":                    {`{"log-level":"warning"}`, []string{`log-level: expected one of debug, info, warn, error, fatal, found "warning"`}},
		"a mirror without a scheme":             {`{"registry-mirrors":["m.example:5000"]}`, []string{`registry-mirrors: expected http:// or https:// and a host, found "m.example:5000"`}},
		"a mirror with a password":              {`{"registry-mirrors":["https://a:hunter2@m.example"]}`, []string{`cannot hold a password: "https://a:xxxxx@m.example"`}},
		"a mirror with a query":                 {`{"registry-mirrors":["https://m.example?x"]}`, []string{"expected an address without ? and #"}},
		"an insecure registry with a path":      {`{"insecure-registries":["reg.example/team"]}`, []string{`insecure-registries: expected a host or a range`}},
		"an insecure registry out of the house": {`{"insecure-registries":["../../etc"]}`, []string{`found "../../etc"`}},
		"a driver of cgroups that is none":      {`{"exec-opts":["native.cgroupdriver=sysd"]}`, []string{`expected native.cgroupdriver to be systemd or cgroupfs, found "sysd"`}},
		"a size that is none":                   {`{"log-opts":{"max-size":"big"}}`, []string{`log-opts: max-size: expected a size such as 10m, found "big"`}},
		"a number where text belongs":           {`{"log-opts":{"max-file":3}}`, []string{`log-opts: max-file: expected text, found 3`}},
		"a limit that is none":                  {`{"default-ulimits":{"files":{"Soft":1,"Hard":2}}}`, []string{`default-ulimits: "files" is no limit`}},
		"a limit upside down":                   {`{"default-ulimits":{"nofile":{"Soft":3,"Hard":2}}}`, []string{`nofile: the soft limit is above the hard one`}},
		"a limit in words":                      {`{"default-ulimits":{"nofile":{"Soft":"many"}}}`, []string{`default-ulimits: Soft: a string does not fit`}},
		"a proxy that is none":                  {`{"proxies":{"ftp-proxy":"x"}}`, []string{`"ftp-proxy" is no proxy: expected one of http-proxy, https-proxy, no-proxy`}},
		"a runtime that is only a name":         {`{"runtimes":{"nvidia":"/usr/bin/nvidia"}}`, []string{`runtimes: a string does not fit`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectMistakes(t, daemonJSON(t, row.content), row.want)
		})
	}
}

func TestMistakesInUnits(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ unit, want string }{
		"another program":                   {"[Service]\nExecStart=/usr/bin/podman", "docker.service: ExecStart=/usr/bin/podman: expected dockerd"},
		"an unknown flag":                   {"[Service]\nExecStart=/usr/bin/dockerd --insecure-registrie=a", "unknown flag: --insecure-registrie"},
		"a flag for what daemon.json sets":  {"[Service]\nExecStart=/usr/bin/dockerd --debug", "docker.service --debug: debug is set already at daemon.json:1"},
		"a number that is none":             {"[Service]\nExecStart=/usr/bin/dockerd --mtu=big", `expected a whole number, found "big"`},
		"quotes that do not end":            {"[Service]\nExecStart=/usr/bin/dockerd --label \"a", "not a command"},
		"a quote that does not end, beside": {"[Service]\nEnvironment=\"A=1", "Environment="},
		"no unit":                           {"ExecStart=x\n[Service", "not a unit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := daemonJSON(t, `{"debug":true}`)
			from.Units = []string{file(t, "docker.service", row.unit)}
			expectMistakes(t, from, []string{row.want})
		})
	}
}

func TestMistakesInCertificates(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	cert, key := a.client(t)
	_, other := a.client(t)
	for name, row := range map[string]struct {
		files map[string][]byte
		want  string
	}{
		"a certificate without its key": {map[string][]byte{"client.cert": cert}, "client.cert: expected its key beside it, as client.key"},
		"a key without its certificate": {map[string][]byte{"client.key": key}, "client.key: expected its certificate beside it, as client.cert"},
		"somebody else's key":           {map[string][]byte{"client.cert": cert, "client.key": other}, "client.cert: not a certificate with its key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectMistakes(t, translate.Sources{Certs: certsD(t, "registry.example", row.files)}, []string{row.want})
		})
	}
	expectMistakes(t, translate.Sources{Certs: certsD(t, "not a host", nil)}, []string{"expected a folder named after a registry's host"})
	expectMistakes(t, translate.Sources{Certs: "nowhere"}, []string{"nowhere"})
	expectMistakes(t, translate.Sources{DaemonJSON: "nowhere.json", Units: []string{"nowhere.service"}}, []string{"nowhere.json", "nowhere.service"})
	expectMistakes(t, translate.Sources{Registries: []string{"https://reg.example"}}, []string{`registry "https://reg.example": expected a host`})
}

// TestCertificatesThatDockerIgnores are told, and not written.
func TestCertificatesThatDockerIgnores(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	for name, row := range map[string]struct {
		host, daemonJSON string
		files            map[string][]byte
		want             string
	}{
		"for docker.io":                {"docker.io", `{}`, map[string][]byte{"ca.crt": a.pem}, "Docker reads no certificates for docker.io."},
		"for an insecure registry":     {"reg.example:5000", `{"insecure-registries":["reg.example:5000"]}`, map[string][]byte{"ca.crt": a.pem}, "The registry is insecure to Docker"},
		"for the node itself":          {"localhost:5000", `{}`, map[string][]byte{"ca.crt": a.pem}, "The registry is insecure to Docker"},
		"an authority that is none":    {"reg.example", `{}`, map[string][]byte{"ca.crt": []byte("text")}, "Left out, since there is no certificate in it: ca.crt."},
		"a folder with something else": {"reg.example", `{}`, map[string][]byte{"README": nil}, "There is no certificate in it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := daemonJSON(t, row.daemonJSON)
			from.Certs = certsD(t, row.host, row.files)
			plan := planOf(t, from)
			told := slices.ContainsFunc(plan.Items, func(i translate.Item) bool {
				return i.Setting == "certs.d" && i.Fate == translate.Unneeded && strings.Contains(i.Meaning, row.want)
			})
			if !told {
				t.Errorf("nothing says %q: %+v", row.want, plan.Items)
			}
			for path := range filesOf(plan) {
				if strings.HasSuffix(path, ".crt") {
					t.Errorf("%s is written", path)
				}
			}
		})
	}
}

func certsD(t *testing.T, host string, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, host), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, host, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func expectMistakes(t *testing.T, from translate.Sources, want []string) {
	t.Helper()
	_, err := from.Plan()
	if err == nil {
		t.Fatal("no mistake is found")
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error lacks %q:\n%v", w, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error holds a password: %v", err)
	}
}

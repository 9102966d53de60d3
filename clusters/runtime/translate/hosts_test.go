package translate_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/containerd/v2/core/remotes/docker/config"
	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters/runtime/translate"
)

// TestContainerdAsksWhomDockerAsked has containerd's own code read the hosts.toml
// files. The endpoints are those that Docker Engine tries, in its order.
func TestContainerdAsksWhomDockerAsked(t *testing.T) {
	t.Parallel()
	const other = "registry.example:5000"
	for name, row := range map[string]struct {
		daemonJSON, registry string
		named                []string
		want                 string
	}{
		"nothing is configured":                            {`{}`, hub, nil, "https://registry-1.docker.io/v2"},
		"a mirror, and then the registry":                  {`{"registry-mirrors":["https://m.example"]}`, hub, nil, "https://m.example/v2 https://registry-1.docker.io/v2"},
		"a mirror is for docker.io alone":                  {`{"registry-mirrors":["https://m.example"]}`, other, nil, "https://registry.example:5000/v2"},
		"mirrors keep their order":                         {`{"registry-mirrors":["https://z.example","http://a.example:5000","https://m.example"]}`, hub, nil, "https://z.example/v2 http://a.example:5000/v2 https://m.example/v2 https://registry-1.docker.io/v2"},
		"a mirror twice is one":                            {`{"registry-mirrors":["https://m.example","https://m.example/"]}`, hub, nil, "https://m.example/v2 https://registry-1.docker.io/v2"},
		"a mirror with a path":                             {`{"registry-mirrors":["https://m.example/proxy/hub/"]}`, hub, nil, "https://m.example/proxy/hub/v2 https://registry-1.docker.io/v2"},
		"Docker puts /v2 behind /v2":                       {`{"registry-mirrors":["https://m.example/v2"]}`, hub, nil, "https://m.example/v2/v2 https://registry-1.docker.io/v2"},
		"an insecure mirror over HTTPS is not verified":    {`{"registry-mirrors":["https://m.example"],"insecure-registries":["m.example"]}`, hub, nil, "https://m.example/v2 (unverified) https://registry-1.docker.io/v2"},
		"a mirror on this node is insecure untold":         {`{"registry-mirrors":["https://localhost:5000"]}`, hub, nil, "https://localhost:5000/v2 (unverified) https://registry-1.docker.io/v2"},
		"an insecure registry: HTTPS, then HTTP":           {`{"insecure-registries":["registry.example:5000"]}`, other, nil, "https://registry.example:5000/v2 (unverified) http://registry.example:5000/v2"},
		"with a scheme, as dockerd forgives":               {`{"insecure-registries":["http://registry.example:5000"]}`, other, nil, "https://registry.example:5000/v2 (unverified) http://registry.example:5000/v2"},
		"another port is another registry":                 {`{"insecure-registries":["registry.example"]}`, other, nil, "https://registry.example:5000/v2"},
		"without a port":                                   {`{"insecure-registries":["registry.example"]}`, "registry.example", nil, "https://registry.example/v2 (unverified) http://registry.example/v2"},
		"docker.io is never insecure":                      {`{"insecure-registries":["docker.io"]}`, hub, nil, "https://registry-1.docker.io/v2"},
		"an address in a range, named":                     {`{"insecure-registries":["10.0.0.0/8"]}`, "10.1.2.3:5000", []string{"10.1.2.3:5000"}, "https://10.1.2.3:5000/v2 (unverified) http://10.1.2.3:5000/v2"},
		"an address beside the range, named":               {`{"insecure-registries":["10.0.0.0/8"]}`, "11.1.2.3:5000", []string{"11.1.2.3:5000"}, "https://11.1.2.3:5000/v2"},
		"an address of version 6, named":                   {`{"insecure-registries":["fd00::/8"]}`, "[fd00::7]:5000", []string{"[fd00::7]:5000"}, "https://[fd00::7]:5000/v2 (unverified) http://[fd00::7]:5000/v2"},
		"the node itself, untold":                          {`{}`, "127.0.0.1:5000", nil, "https://127.0.0.1:5000/v2 (or HTTP)"},
		"the node itself, beside what is configured":       {`{"registry-mirrors":["https://m.example"]}`, "localhost:5000", nil, "https://localhost:5000/v2 (or HTTP)"},
		"the node itself on a port of its own, when named": {`{}`, "127.0.0.1", []string{"127.0.0.1"}, "https://127.0.0.1/v2 (unverified) http://127.0.0.1/v2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := daemonJSON(t, row.daemonJSON)
			from.Registries = row.named
			if got := endpoints(t, written(t, from), row.registry); got != row.want {
				t.Errorf("containerd asks %s, Docker asked %s", got, row.want)
			}
		})
	}
}

const hub = "docker.io"

// written is the certs.d folder of a translation.
func written(t *testing.T, from translate.Sources) string {
	t.Helper()
	dir := t.TempDir()
	if err := planOf(t, from).Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir + "/certs.d"
}

// endpoints are what containerd asks for images of a registry, in order.
func endpoints(t *testing.T, certsD, registry string) string {
	t.Helper()
	var all []string
	for _, h := range hosts(t, certsD, registry) {
		if !h.Capabilities.Has(docker.HostCapabilityPull | docker.HostCapabilityResolve) {
			t.Errorf("%s may not be asked for everything", h.Host)
		}
		endpoint := h.Scheme + "://" + h.Host + h.Path + manner(h)
		all = append(all, endpoint)
	}
	return strings.Join(all, " ")
}

func hosts(t *testing.T, certsD, registry string) []docker.RegistryHost {
	t.Helper()
	of := config.ConfigureHosts(t.Context(), config.HostOptions{HostDir: config.HostDirFromRoot(certsD)})
	list, err := of(registry)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// manner says how an endpoint is spoken to, where it is not as usual.
func manner(h docker.RegistryHost) string {
	transport, usual := h.Client.Transport.(*http.Transport)
	switch {
	case !usual: // containerd's own, which tries HTTP where HTTPS does not answer
		return " (or HTTP)"
	case transport.TLSClientConfig.InsecureSkipVerify:
		return " (unverified)"
	}
	return ""
}

func TestFolderNamesAreFoundByContainerd(t *testing.T) {
	t.Parallel()
	var got, want []string
	for _, host := range []string{"registry.example", "registry.example:5000", "10.0.0.7:443", "[fd00::7]:5000", "localhost:80"} {
		from := daemonJSON(t, `{"insecure-registries":["`+host+`"]}`)
		want = append(want, "https://"+host+"/v2 (unverified) http://"+host+"/v2")
		got = append(got, endpoints(t, written(t, from), host))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

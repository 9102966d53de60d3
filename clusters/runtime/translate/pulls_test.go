package translate_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/containerd/v2/core/remotes/docker/config"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/opencontainers/go-digest"
	oci "github.com/opencontainers/image-spec/specs-go/v1"
)

// TestPullsEndWhereDockerSentThem pulls with containerd's own client from real
// servers, each under a name of its own.
func TestPullsEndWhereDockerSentThem(t *testing.T) {
	t.Parallel()
	const mirrors = `"registry-mirrors":["http://first.example:5000","https://second.example:5000/proxy"]`
	for name, row := range map[string]struct {
		daemonJSON string
		// certs names the registries whose certificates are in certs.d.
		certs []string
		image string
		want  string // the server; empty when the pull fails
	}{
		"the first mirror has it":                          {`{` + mirrors + `}`, []string{"second.example:5000"}, "docker.io/library/both:1", "first.example:5000"},
		"only the second mirror has it":                    {`{` + mirrors + `}`, []string{"second.example:5000"}, "docker.io/library/second:1", "second.example:5000"},
		"no mirror has it, and docker.io is not there":     {`{` + mirrors + `}`, []string{"second.example:5000"}, "docker.io/library/none:1", ""},
		"the second mirror's authority is not known":       {`{` + mirrors + `}`, nil, "docker.io/library/second:1", ""},
		"the second mirror is insecure":                    {`{` + mirrors + `,"insecure-registries":["second.example:5000"]}`, nil, "docker.io/library/second:1", "second.example:5000"},
		"a mirror serves no other registry":                {`{` + mirrors + `}`, nil, "plain.example:5000/library/both:1", ""},
		"a registry with a private authority":              {`{}`, []string{"private.example:5000"}, "private.example:5000/team/app:1", "private.example:5000"},
		"a private authority that is not known":            {`{}`, nil, "private.example:5000/team/app:1", ""},
		"a private authority, and insecure":                {`{"insecure-registries":["private.example:5000"]}`, nil, "private.example:5000/team/app:1", "private.example:5000"},
		"a registry that wants a client's certificate":     {`{}`, []string{"strict.example:5000"}, "strict.example:5000/team/app:1", "strict.example:5000"},
		"Docker shows none to an insecure registry":        {`{"insecure-registries":["strict.example:5000"]}`, []string{"strict.example:5000"}, "strict.example:5000/team/app:1", ""},
		"a registry without TLS":                           {`{"insecure-registries":["plain.example:5000"]}`, nil, "plain.example:5000/team/app:1", "plain.example:5000"},
		"a registry without TLS that is not insecure":      {`{}`, nil, "plain.example:5000/team/app:1", ""},
		"a registry that wants a password":                 {`{"insecure-registries":["locked.example:5000"]}`, nil, "locked.example:5000/team/app:1", "locked.example:5000"},
		"a password is not all that a registry may demand": {`{}`, nil, "locked.example:5000/team/app:1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t)
			from := daemonJSON(t, row.daemonJSON)
			from.Certs = f.certs(t, row.certs)
			if got := f.pull(t, written(t, from), row.image); got != row.want {
				t.Errorf("%s came from %q, want %q", row.image, got, row.want)
			}
		})
	}
}

// fleet is a few registries, and who served what was pulled.
type fleet struct {
	authority *authority
	addresses map[string]string // by host

	mu     sync.Mutex
	served []string // hosts that gave out an image's configuration
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	f := &fleet{authority: newAuthority(t), addresses: map[string]string{}}
	f.start(t, "first.example:5000", serving{images: []string{"library/both:1"}})
	f.start(t, "second.example:5000", serving{images: []string{"library/both:1", "library/second:1"}, path: "/proxy", tls: true})
	f.start(t, "private.example:5000", serving{images: []string{"team/app:1"}, tls: true})
	f.start(t, "strict.example:5000", serving{images: []string{"team/app:1"}, tls: true, clients: true})
	f.start(t, "plain.example:5000", serving{images: []string{"team/app:1"}})
	f.start(t, "locked.example:5000", serving{images: []string{"team/app:1"}, password: true})
	return f
}

// serving is what a registry has and demands.
type serving struct {
	images                 []string
	path                   string
	tls, clients, password bool
}

// start starts a registry that is reached under the given host.
func (f *fleet) start(t *testing.T, host string, s serving) {
	t.Helper()
	store := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	fill(t, store, s.images)
	server := httptest.NewUnstartedServer(http.StripPrefix(s.path, f.guarded(host, s, store)))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if s.tls {
		server.TLS = f.authority.server(t, host, s.clients)
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	f.addresses[host] = server.Listener.Addr().String()
}

// guarded asks for the password, and counts the configurations of images that
// are served: one for each image that is pulled.
func (f *fleet) guarded(host string, s serving, store http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); s.password && (user != "robot" || password != "hunter2") {
			w.Header().Set("WWW-Authenticate", `Basic realm="locked"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		answer := &noting{ResponseWriter: w, status: http.StatusOK}
		store.ServeHTTP(answer, r)
		if strings.Contains(r.URL.Path, "/blobs/") && r.Method == http.MethodGet && answer.status == http.StatusOK {
			f.mu.Lock()
			f.served = append(f.served, host)
			f.mu.Unlock()
		}
	})
}

// noting notes the status of an answer.
type noting struct {
	http.ResponseWriter
	status int
}

func (n *noting) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

// fill puts an image under every name.
func fill(t *testing.T, store http.Handler, names []string) {
	t.Helper()
	server := httptest.NewServer(store)
	defer server.Close()
	for _, n := range names {
		ref, err := name.ParseReference(strings.TrimPrefix(server.URL, "http://") + "/" + n)
		if err != nil {
			t.Fatal(err)
		}
		image, err := random.Image(64, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.Write(ref, image, remote.WithContext(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
}

// certs is a certs.d folder as Docker has it, with what the named registries
// demand.
func (f *fleet) certs(t *testing.T, hosts []string) string {
	t.Helper()
	dir := t.TempDir()
	for _, host := range hosts {
		folder := filepath.Join(dir, host)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		cert, key := f.authority.client(t)
		for name, content := range map[string][]byte{"ca.crt": f.authority.pem, "client.cert": cert, "client.key": key} {
			if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// pull pulls as the CRI plugin does and returns who served the configuration of
// the image.
func (f *fleet) pull(t *testing.T, certsD, image string) string {
	t.Helper()
	resolver := docker.NewResolver(docker.ResolverOptions{Hosts: config.ConfigureHosts(t.Context(), config.HostOptions{
		HostDir:      config.HostDirFromRoot(certsD),
		Credentials:  func(string) (string, string, error) { return "robot", "hunter2", nil },
		UpdateClient: f.redirect,
	})})
	_, descriptor, err := resolver.Resolve(t.Context(), image)
	if err != nil {
		return ""
	}
	fetcher, err := resolver.Fetcher(t.Context(), image)
	if err != nil {
		t.Fatal(err)
	}
	content, err := fetcher.Fetch(t.Context(), descriptor)
	if err != nil {
		t.Fatal(err)
	}
	var manifest v1.Manifest
	err = json.NewDecoder(content).Decode(&manifest)
	if err := errors.Join(err, content.Close()); err != nil {
		t.Fatal(err)
	}
	blob, err := fetcher.Fetch(t.Context(), oci.Descriptor{
		MediaType: string(manifest.Config.MediaType), Digest: digest.Digest(manifest.Config.Digest.String()), Size: manifest.Config.Size,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, blob) // before that, nobody was asked
	if err := errors.Join(err, blob.Close()); err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.served, " and ")
}

// redirect sends what is meant for a host's name to where its server listens.
func (f *fleet) redirect(client *http.Client) error {
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		to, known := f.addresses[address]
		if !known {
			return nil, &net.DNSError{Err: "no such host", Name: address, IsNotFound: true}
		}
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}
	return nil
}

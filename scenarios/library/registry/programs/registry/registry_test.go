package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rehearse-dev/rehearse/internal/golden"
)

var silent = slog.New(slog.DiscardHandler)

// TestPulling pulls with a client that knows nothing of this registry.
func TestPulling(t *testing.T) {
	t.Parallel()
	for what, row := range map[string]struct {
		args    []string
		image   string
		login   authn.Authenticator
		wantErr string
	}{
		"an image":                      {[]string{"-image", "team/app:1"}, "team/app:1", authn.Anonymous, ""},
		"one of several":                {[]string{"-image", "team/app:1", "-image", "team/tool:2"}, "team/tool:2", authn.Anonymous, ""},
		"with a password":               {[]string{"-image", "team/app:1", "-login", "a:b"}, "team/app:1", &authn.Basic{Username: "a", Password: "b"}, ""},
		"without the password":          {[]string{"-image", "team/app:1", "-login", "a:b"}, "team/app:1", authn.Anonymous, "UNAUTHORIZED"},
		"with another":                  {[]string{"-image", "team/app:1", "-login", "a:b"}, "team/app:1", &authn.Basic{Username: "a", Password: "c"}, "UNAUTHORIZED"},
		"an image that is not there":    {[]string{"-image", "team/app:1"}, "team/none:1", authn.Anonymous, "MANIFEST_UNKNOWN"},
		"without the path in front":     {[]string{"-image", "team/app:1", "-prefix", "/hub"}, "team/app:1", authn.Anonymous, "NAME_UNKNOWN"},
		"another tag of the repository": {[]string{"-image", "team/app:1"}, "team/app:2", authn.Anonymous, "MANIFEST_UNKNOWN"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := newTestRegistry(t, row.args...)
			server := httptest.NewServer(r)
			t.Cleanup(server.Close)
			ref, err := name.ParseReference(strings.TrimPrefix(server.URL, "http://") + "/" + row.image)
			if err != nil {
				t.Fatal(err)
			}
			image, err := remote.Image(ref, remote.WithContext(t.Context()), remote.WithAuth(row.login))
			if err == nil {
				err = validate.Image(image)
			}
			if row.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), row.wantErr) || len(r.served) != 0 {
					t.Errorf("pulling: %v, want %q; served %v", err, row.wantErr, r.served)
				}
				return
			}
			if err != nil || r.served[row.image] == 0 || len(r.served) != 1 {
				t.Errorf("pulling: %v, served %v", err, r.served)
			}
		})
	}
}

func newTestRegistry(t *testing.T, args ...string) *registry {
	t.Helper()
	o, err := readOptions(args)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRegistry(o, []byte("a program"), silent)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPathInFrontOfTheAPI(t *testing.T) {
	t.Parallel()
	r := newTestRegistry(t, "-image", "team/app:1", "-prefix", "/hub")
	for path, want := range map[string]int{
		"/hub/v2/":                       http.StatusOK,
		"/hub/v2/team/app/manifests/1":   http.StatusOK,
		"/hub/v2/team/app/manifests/1?a": http.StatusOK,
		"/v2/":                           http.StatusNotFound,
		"/v2/team/app/manifests/1":       http.StatusNotFound,
		"/hub/v2/team/app/tags/list":     http.StatusNotFound,
	} {
		got := httptest.NewRecorder()
		r.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		if got.Code != want {
			t.Errorf("GET %s = %d, want %d", path, got.Code, want)
		}
	}
}

func TestMetricsNameWhatWasServed(t *testing.T) {
	t.Parallel()
	r := newTestRegistry(t, "-image", "team/app:1")
	if got := r.metrics(); got != "" {
		t.Errorf("before the first pull: %q", got)
	}
	r.note("team/app:1", httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	if got, want := r.metrics(), "registry_served_team_app_1_total 1\n"; !strings.HasSuffix(got, want) {
		t.Errorf("metrics = %q, want %q at the end", got, want)
	}
}

// TestAuthoritiesAreTheSameEverywhere is what lets the nodes have a certificate
// before there is a registry. With -update it writes the nodes' files.
func TestAuthoritiesAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	a, err := newAuthority(house)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"10.96.0.102", "10.96.0.103"} {
		golden.Check(t, filepath.Join("../../node/docker/certs.d", host, "ca.crt"), a.pem())
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	for what, row := range map[string]struct {
		signed string
		ok     bool
	}{"of the authority that is known": {house, true}, "of another": {strangers, false}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			server := startTLS(t, row.signed)
			known, err := newAuthority(house)
			if err != nil {
				t.Fatal(err)
			}
			pool := x509.NewCertPool()
			pool.AddCert(known.cert)
			client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+"/v2/", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if (err == nil) != row.ok {
				t.Errorf("GET: %v, want success: %t", err, row.ok)
			}
		})
	}
}

// startTLS starts a registry on this host and returns its address.
func startTLS(t *testing.T, signed string) string {
	t.Helper()
	r := newTestRegistry(t, "-tls", "127.0.0.1", "-signed", signed)
	images, err := r.imageServer()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(r)
	server.TLS, server.Config.ErrorLog = images.TLSConfig, log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func TestServeEndsWhenItIsTold(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, silent, []string{"serve", "-listen", "127.0.0.1:0", "-watch", "127.0.0.1:0"})
	}()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAwait(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	err = run(t.Context(), silent, []string{"await", l.Addr().String()})
	if err := errors.Join(err, l.Close()); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, silent, []string{"await", "127.0.0.1:1"}); err == nil {
		t.Error("waiting for a registry that never comes ended without an error")
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"nothing"}, {"serve", "-unknown"}} {
		if err := run(t.Context(), silent, args); err == nil {
			t.Errorf("arguments %q are accepted", args)
		}
	}
	if _, err := newTestRegistry(t, "-tls", "a name").imageServer(); err == nil {
		t.Error("a certificate for a name is made")
	}
}

// TestImagesHoldTheProgram wants what is pulled to be what serves it.
func TestImagesHoldTheProgram(t *testing.T) {
	t.Parallel()
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	first, err := newLayer("registry", program, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	second, err := newLayer("registry", program, 0o755)
	if err != nil || first.digest != second.digest {
		t.Errorf("the same program gives %s and %s, %v", first.digest, second.digest, err)
	}
	a, errA := newImage("team/a:1", first)
	b, errB := newImage("team/b:1", second)
	if errA != nil || errB != nil || a.config.digest == b.config.digest {
		t.Errorf("images of two names are one: %v, %v", errA, errB)
	}
}

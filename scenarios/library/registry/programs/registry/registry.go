package main

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// registry serves a few images, read only, and counts. It says once for every
// pull what it served, and nothing of how it was asked: the runtimes ask in
// different ways.
type registry struct {
	options options
	log     *slog.Logger
	images  map[string]image // by name:tag
	blobs   map[string]blob  // by digest

	mu     sync.Mutex
	served map[string]int // by image
}

func newRegistry(o options, program []byte, log *slog.Logger) (*registry, error) {
	r := &registry{options: o, log: log, images: map[string]image{}, blobs: map[string]blob{}, served: map[string]int{}}
	base, err := newLayer("registry", program, 0o755)
	if err != nil {
		return nil, err
	}
	for _, name := range o.images {
		i, err := newImage(name, base)
		if err != nil {
			return nil, err
		}
		r.images[name] = i
		for _, b := range append(i.layers, i.config) {
			r.blobs[b.digest] = b
		}
	}
	return r, nil
}

// path is an address of the distribution API, behind /v2/.
var path = regexp.MustCompile(`^(.+)/(manifests|blobs)/([^/]+)$`)

// ServeHTTP is the part of the distribution API that pulling needs. What follows
// a question mark does not count.
func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	rest, ours := strings.CutPrefix(req.URL.Path, r.options.prefix+"/v2/")
	parts := path.FindStringSubmatch(rest)
	switch {
	case req.Method != http.MethodGet && req.Method != http.MethodHead:
		fail(w, http.StatusMethodNotAllowed, "UNSUPPORTED")
	case !ours:
		fail(w, http.StatusNotFound, "NAME_UNKNOWN")
	case !r.authorized(req):
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		fail(w, http.StatusUnauthorized, "UNAUTHORIZED")
	case rest == "":
		w.Header().Set("Docker-Distribution-API-Version", "registry/2.0")
	case parts == nil:
		fail(w, http.StatusNotFound, "NAME_UNKNOWN")
	case parts[2] == "manifests":
		r.manifest(w, req, parts[1], parts[3])
	default:
		r.blob(w, req, parts[1], parts[3])
	}
}

func (r *registry) authorized(req *http.Request) bool {
	user, password, _ := req.BasicAuth()
	return subtle.ConstantTimeCompare([]byte(user+":"+password), []byte(r.options.user+":"+r.options.password)) == 1 ||
		r.options.user == ""
}

// manifest answers by tag or by digest.
func (r *registry) manifest(w http.ResponseWriter, req *http.Request, name, reference string) {
	for tagged, i := range r.images {
		if tagged == name+":"+reference || strings.HasPrefix(tagged, name+":") && i.manifest.digest == reference {
			send(w, req, i.manifest)
			return
		}
	}
	if !strings.HasPrefix(reference, "sha256:") {
		r.log.Info("does not have " + name + ":" + reference)
	}
	fail(w, http.StatusNotFound, "MANIFEST_UNKNOWN")
}

// blob answers with a layer or with a configuration, of which every pull takes
// one.
func (r *registry) blob(w http.ResponseWriter, req *http.Request, name, digest string) {
	b, known := r.blobs[digest]
	if !known {
		fail(w, http.StatusNotFound, "BLOB_UNKNOWN")
		return
	}
	send(w, req, b)
	for tagged, i := range r.images {
		if strings.HasPrefix(tagged, name+":") && i.config.digest == digest && req.Method == http.MethodGet {
			r.note(tagged, req)
		}
	}
}

func (r *registry) note(image string, req *http.Request) {
	r.mu.Lock()
	r.served[image]++
	r.mu.Unlock()
	user, _, _ := req.BasicAuth()
	if user != "" {
		image += " to " + user
	}
	r.log.Info("served " + image)
}

func send(w http.ResponseWriter, req *http.Request, b blob) {
	w.Header().Set("Content-Type", b.mediaType)
	w.Header().Set("Docker-Content-Digest", b.digest)
	w.Header().Set("Content-Length", strconv.Itoa(len(b.content)))
	if req.Method == http.MethodGet {
		_, _ = w.Write(b.content) // a client that goes away is its own business
	}
}

func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%q,"message":"see the status"}]}`, code)
}

var notOfAName = regexp.MustCompile(`[^a-z0-9]+`)

// metrics is the exposition: one counter for each image that was served, so that
// one which never was has none.
func (r *registry) metrics() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out strings.Builder
	for _, image := range slices.Sorted(maps.Keys(r.served)) {
		name := "registry_served_" + notOfAName.ReplaceAllString(image, "_") + "_total"
		fmt.Fprintf(&out, "# TYPE %s counter\n%s %d\n", name, name, r.served[image])
	}
	return out.String()
}

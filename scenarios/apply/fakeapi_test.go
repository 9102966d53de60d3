package apply_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rehearse-dev/rehearse/clusters"
)

// fakeAPI is as much of an API server as applying needs: discovery, and objects
// that are got, listed, applied and deleted. Objects are kept by their path.
type fakeAPI struct {
	t *testing.T

	mu      sync.Mutex
	kinds   map[string][]kind // by the path of their group and version
	objects map[string]map[string]any
	log     []string // what was asked for in writing, in order

	// react sees each object that is applied, and may change it as controllers
	// would, or refuse it.
	react func(object map[string]any) *refusal
	// clings is the path of a pod that ends only by force, and keeps its namespace.
	clings string
}

type kind struct {
	Name       string `json:"name"`
	Kind       string `json:"kind"`
	Namespaced bool   `json:"namespaced"`
}

// refusal is the API server's answer to what it does not do.
type refusal struct {
	code            int
	reason, message string
}

func newFakeAPI(t *testing.T) *fakeAPI {
	t.Helper()
	return &fakeAPI{
		t:       t,
		objects: map[string]map[string]any{},
		kinds: map[string][]kind{
			"/api/v1": {
				{"namespaces", "Namespace", false},
				{"configmaps", "ConfigMap", true},
				{"pods", "Pod", true},
				{"services", "Service", true},
				{"serviceaccounts", "ServiceAccount", true},
				{"events", "Event", true},
			},
			"/apis/apps/v1":                 {{"deployments", "Deployment", true}},
			"/apis/batch/v1":                {{"jobs", "Job", true}},
			"/apis/apiextensions.k8s.io/v1": {{"customresourcedefinitions", "CustomResourceDefinition", false}},
		},
	}
}

// start serves the API and returns the cluster that it is.
func (f *fakeAPI) start() *clusters.Cluster {
	server := httptest.NewServer(f)
	f.t.Cleanup(server.Close)
	kubeconfig := filepath.Join(f.t.TempDir(), "kubeconfig")
	config := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "c",
		"clusters": [{"name": "c", "cluster": {"server": %q}}],
		"contexts": [{"name": "c", "context": {"cluster": "c"}}]}`, server.URL)
	if err := os.WriteFile(kubeconfig, []byte(config), 0o600); err != nil {
		f.t.Fatal(err)
	}
	return &clusters.Cluster{Name: "c", Kubeconfig: kubeconfig}
}

// set puts an object there without Rehearse's doing.
func (f *fakeAPI) set(path string, object map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.objects[path] = object
}

// paths are those of all objects, sorted.
func (f *fakeAPI) paths() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	paths := []string{}
	for path := range f.objects {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	path := r.URL.Path
	switch {
	case path == "/api":
		answer(w, http.StatusOK, map[string]any{"kind": "APIVersions", "versions": []string{"v1"}})
	case path == "/apis":
		answer(w, http.StatusOK, map[string]any{"kind": "APIGroupList", "apiVersion": "v1", "groups": f.groups()})
	case f.kinds[path] != nil:
		answer(w, http.StatusOK, map[string]any{
			"kind": "APIResourceList", "groupVersion": groupVersion(path), "resources": f.kinds[path],
		})
	case r.Method == http.MethodPatch:
		f.apply(w, r)
	case r.Method == http.MethodDelete:
		f.delete(path)
		answer(w, http.StatusOK, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Success"})
	case f.objects[path] != nil:
		answer(w, http.StatusOK, f.objects[path])
	case strings.HasSuffix(path, "/namespaces"):
		answer(w, http.StatusOK, map[string]any{"kind": "NamespaceList", "apiVersion": "v1", "items": f.namespaces()})
	case strings.HasSuffix(path, "/pods"):
		answer(w, http.StatusOK, map[string]any{"kind": "PodList", "apiVersion": "v1", "items": f.below(path)})
	case strings.HasSuffix(path, "/events"):
		answer(w, http.StatusOK, map[string]any{"kind": "EventList", "apiVersion": "v1", "items": f.below(path)})
	default:
		refuse(w, refusal{http.StatusNotFound, "NotFound", path + " not found"})
	}
}

func (f *fakeAPI) apply(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	var object map[string]any
	if err := json.NewDecoder(r.Body).Decode(&object); err != nil {
		f.t.Errorf("PATCH %s: %v", path, err)
	}
	if got := r.Header.Get("Content-Type"); got != "application/apply-patch+yaml" {
		f.t.Errorf("PATCH %s has content type %q, want server-side apply", path, got)
	}
	if f.react != nil {
		if no := f.react(object); no != nil {
			refuse(w, *no)
			return
		}
	}
	f.log = append(f.log, "apply "+path)
	if got := r.URL.Query().Get("fieldManager"); got != "rehearse" {
		f.t.Errorf("PATCH %s has field manager %q", path, got)
	}
	object["metadata"].(map[string]any)["uid"] = path
	f.objects[path] = object
	f.consequences(path, object)
	answer(w, http.StatusOK, object)
}

// consequences are what controllers of a real cluster would do at once.
func (f *fakeAPI) consequences(path string, object map[string]any) {
	switch object["kind"] {
	case "Namespace":
		account := map[string]any{"kind": "ServiceAccount", "apiVersion": "v1", "metadata": map[string]any{"name": "default"}}
		f.objects[path+"/serviceaccounts/default"] = account
	case "CustomResourceDefinition":
		object["status"] = map[string]any{"conditions": []any{
			map[string]any{"type": "NamesAccepted", "status": "True"}, map[string]any{"type": "Established", "status": "True"},
		}}
		f.kinds["/apis/example.com/v1"] = []kind{{"widgets", "Widget", true}}
	}
}

// delete is what a real cluster does with a pod that clings: it stays, and so does
// its namespace, until it is deleted itself.
func (f *fakeAPI) delete(path string) {
	forced := path == f.clings
	f.log = append(f.log, "delete "+path)
	if pod := f.objects[f.clings]; pod != nil && !forced && strings.HasPrefix(f.clings, path+"/") {
		pod["metadata"].(map[string]any)["deletionTimestamp"] = "2026-01-01T00:00:00Z"
		return
	}
	if forced {
		path, _, _ = strings.Cut(path, "/pods/")
	}
	f.remove(path)
}

func (f *fakeAPI) namespaces() []any {
	items := []any{}
	for path, object := range f.objects {
		if object["kind"] == "Namespace" && strings.HasPrefix(path, "/api/v1/namespaces/") {
			items = append(items, object)
		}
	}
	return items
}

// remove deletes the object and, with a namespace, everything in it.
func (f *fakeAPI) remove(path string) {
	for other := range f.objects {
		if other == path || strings.HasPrefix(other, path+"/") ||
			strings.Contains(other, strings.TrimPrefix(path, "/api/v1")+"/") {
			delete(f.objects, other)
		}
	}
}

func (f *fakeAPI) below(path string) []any {
	items := []any{}
	for other, object := range f.objects {
		if strings.HasPrefix(other, path+"/") {
			items = append(items, object)
		}
	}
	return items
}

func (f *fakeAPI) groups() []any {
	groups := []any{}
	for path := range f.kinds {
		if group, version, ok := strings.Cut(strings.TrimPrefix(path, "/apis/"), "/"); ok && strings.HasPrefix(path, "/apis/") {
			served := map[string]any{"groupVersion": group + "/" + version, "version": version}
			groups = append(groups, map[string]any{"name": group, "versions": []any{served}, "preferredVersion": served})
		}
	}
	return groups
}

func groupVersion(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, "/apis/"), "/api/")
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	// A client that went away shows in the test that had asked.
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, no refusal) {
	answer(w, no.code, map[string]any{
		"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": no.code, "reason": no.reason, "message": no.message,
	})
}

package live_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/rehearse-dev/rehearse/internal/kube"
)

// fakeAPI is as much of an API server as a scan needs: lists in pages, and single
// objects.
type fakeAPI struct {
	// lists are the objects of each collection, by its path.
	lists map[string][]map[string]any
	// forbidden are paths that are refused.
	forbidden map[string]bool
	// pages limits a page, whatever is asked for; zero means no limit.
	page int
	// expire makes a token that goes on from there once, as one that is too old.
	expire bool

	mu    sync.Mutex
	asked []string
}

func (f *fakeAPI) start(t *testing.T) *kube.Clients {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "kubeconfig")
	content := fmt.Sprintf(`{apiVersion: v1, kind: Config, clusters: [{name: c, cluster: {server: "%s"}}], contexts: [{name: x, context: {cluster: c}}], current-context: x}`, server.URL)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	clients, err := kube.New(file)
	if err != nil {
		t.Fatal(err)
	}
	return clients
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.Method+" "+r.URL.RequestURI())
	w.Header().Set("Content-Type", "application/json")
	path := r.URL.Path
	objects, served := f.lists[path]
	switch {
	case path == "/version":
		fmt.Fprint(w, `{"gitVersion": "v1.37.2"}`)
	case f.forbidden[path]:
		refuse(w, 403, "Forbidden", "")
	case served:
		f.list(w, r, objects)
	default:
		f.one(w, path)
	}
}

func (f *fakeAPI) list(w http.ResponseWriter, r *http.Request, objects []map[string]any) {
	from, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("continue"), "on"))
	if from > 0 && f.expire {
		f.expire = false
		refuse(w, 410, "Expired", fmt.Sprintf("on%d", from))
		return
	}
	size, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	if f.page > 0 {
		size = f.page
	}
	to := len(objects)
	if size > 0 {
		to = min(from+size, to)
	}
	meta := map[string]any{}
	if to < len(objects) {
		meta["continue"] = strconv.Itoa(to)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"apiVersion": "v1", "kind": "List", "metadata": meta, "items": objects[from:to]})
}

// one serves an object of a list by its name.
func (f *fakeAPI) one(w http.ResponseWriter, path string) {
	for list, objects := range f.lists {
		folder, resource := list[:strings.LastIndex(list, "/")], list[strings.LastIndex(list, "/"):]
		for _, o := range objects {
			meta := o["metadata"].(map[string]any)
			if path == fmt.Sprintf("%s/namespaces/%v%s/%v", folder, meta["namespace"], resource, meta["name"]) {
				_ = json.NewEncoder(w).Encode(o)
				return
			}
		}
	}
	refuse(w, 404, "NotFound", "")
}

func refuse(w http.ResponseWriter, code int, reason, next string) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": "no: " + reason,
		"metadata": map[string]any{"continue": next},
	})
}

// objects reads YAML documents, each of which is one object. A UID is the name
// where there is none.
func objects(t *testing.T, documents string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for decoder := yaml.NewDecoder(strings.NewReader(documents)); ; {
		var o map[string]any
		if decoder.Decode(&o) != nil {
			break
		}
		meta := o["metadata"].(map[string]any)
		if meta["uid"] == nil {
			meta["uid"] = "uid-" + fmt.Sprint(meta["name"])
		}
		all = append(all, o)
	}
	if len(all) == 0 {
		t.Fatalf("no objects in %q", documents)
	}
	return all
}

package scenarios

import (
	"fmt"
	"regexp"
	"slices"
)

var serviceForm = regexp.MustCompile(`^[-a-z0-9]+/(https:)?[-a-z0-9]+:[-a-z0-9]+$`)

// queryForm is serviceForm with a path.
var queryForm = regexp.MustCompile(`^[-a-z0-9]+/(https:)?[-a-z0-9]+:[-a-z0-9]+(/[-._~a-zA-Z0-9/]*)?$`)

func (v validator) liveService(path, service string) {
	if service != "" && !queryForm.MatchString(service) {
		v.add(path, "", "expected namespace/name:port, or namespace/name:port/path, found %q", service)
	}
}

func (v validator) logStores() {
	seen := map[string]string{}
	for i, store := range v.Spec.Assets.Live.Logs {
		path := fmt.Sprintf("spec.assets.live.logs[%d]", i)
		v.label(path+".name", store.Name)
		v.unique(seen, store.Name, path+".name")
		v.oneOf(path+".kind", string(store.Kind), storeKinds())
		if !serviceForm.MatchString(store.Service) {
			v.add(path+".service", "", "expected namespace/name:port, found %q", store.Service)
		}
		if len(store.Queries) == 0 {
			v.addMissing(path+".queries", "say what to look for", "at least one is required")
		}
		names := map[string]string{}
		for j, query := range store.Queries {
			queryPath := fmt.Sprintf("%s.queries[%d]", path, j)
			v.unique(names, query.Name, queryPath+".name")
			v.logQuery(queryPath, query)
		}
	}
}

func (v validator) logQuery(path string, q LogQuery) {
	v.label(path+".name", q.Name)
	if q.Query == "" {
		v.add(path+".query", "", "required")
	}
	if q.Agent != "" && !slices.ContainsFunc(v.Spec.Agents, func(a Agent) bool { return a.Name == q.Agent }) {
		v.add(path+".agent", "", "%q is not among spec.agents", q.Agent)
	}
	sequence, err := regexp.Compile(q.Sequence)
	switch {
	case q.Sequence == "":
	case err != nil:
		v.add(path+".sequence", "", "not a regular expression (RE2): %v", err)
	case sequence.NumSubexp() != 1:
		v.add(path+".sequence", "such as seq=([0-9]+)", "expected one group, around the number, found %d", sequence.NumSubexp())
	}
}

// storeKinds are the known kinds of log stores as text.
func storeKinds() []string {
	var names []string
	for _, kind := range StoreKinds() {
		names = append(names, string(kind))
	}
	return names
}

package translate

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
)

// Sources are the files of a node with Docker Engine, each of which may be left
// out.
type Sources struct {
	// DaemonJSON is /etc/docker/daemon.json.
	DaemonJSON string
	// Units are docker.service and its drop-ins, in the order in which systemd
	// reads them. A drop-in alone will do.
	Units []string
	// Certs is the folder /etc/docker/certs.d.
	Certs string
	// Registries are hosts that images come from, such as 10.0.0.7:5000. Docker
	// can be told of insecure registries by a range of addresses; containerd wants
	// each by its name.
	Registries []string
}

// settings are what a node with Docker Engine is configured by.
type settings struct {
	options    map[string]setting // by key of daemon.json
	service    service
	certs      []certFolder // sorted by host
	registries []string
}

// setting is one option of dockerd, from a file or a flag.
type setting struct {
	key
	// value is of the key's kind, numbers as json.Number.
	value any
	from  string // such as daemon.json:3
}

// Plan reads the sources and says what becomes of them. Mistakes come all at
// once, each with its file and line: what dockerd would not start with, and what
// it would stumble over later.
func (from Sources) Plan() (*Plan, error) {
	r := reader{known: map[string]key{}, settings: settings{options: map[string]setting{}}}
	for _, k := range keys() {
		r.known[k.name] = k
	}
	if from.DaemonJSON != "" {
		r.daemonJSON(from.DaemonJSON)
	}
	for _, unit := range from.Units {
		r.unit(unit)
	}
	r.flags()
	if from.Certs != "" {
		r.certFolders(from.Certs)
	}
	for _, host := range from.Registries {
		r.registry(host)
	}
	t := newTranslation(r.settings)
	plan, err := t.plan()
	if err != nil {
		return nil, err
	}
	if mistakes := append(r.mistakes, t.mistakes...); len(mistakes) > 0 {
		return nil, fmt.Errorf("reading the node's configuration:\n%w", errors.Join(mistakes...))
	}
	return plan, nil
}

// reader gathers settings, and the mistakes in them.
type reader struct {
	settings
	known    map[string]key
	mistakes []error
}

// wrong notes a mistake, and where it is.
func (r *reader) wrong(where, format string, args ...any) {
	r.mistakes = append(r.mistakes, fmt.Errorf("  %s: %w", where, fmt.Errorf(format, args...)))
}

func (r *reader) read(file string) ([]byte, bool) {
	data, err := os.ReadFile(file)
	if err != nil {
		r.mistakes = append(r.mistakes, fmt.Errorf("  %w", err))
	}
	return data, err == nil
}

func (r *reader) registry(host string) {
	if !validHost(host) {
		r.wrong("registry "+fmt.Sprintf("%q", host), "expected a host with or without a port")
		return
	}
	r.registries = append(r.registries, host)
}

// set notes a setting unless there is one already: dockerd refuses a flag for
// what its file sets, and of two in the file one is surely a mistake.
func (r *reader) set(s setting) {
	first, given := r.options[s.name]
	switch {
	case given && s.name == "runtimes":
		first.value = both(first.value, s.value)
		s = first
	case given:
		r.wrong(s.from, "%s is set already at %s", s.name, first.from)
		return
	}
	r.options[s.name] = s
}

// both joins two objects; runtimes alone may come from daemon.json and flags.
func both(a, b any) any {
	joined := maps.Clone(a.(map[string]any))
	maps.Copy(joined, b.(map[string]any))
	return joined
}

// sorted are the settings by name.
func (s *settings) sorted() []setting {
	var all []setting
	for _, name := range slices.Sorted(maps.Keys(s.options)) {
		all = append(all, s.options[name])
	}
	return all
}

// texts are the values of a list of texts, none for an option that is not set.
func texts(value any) []string {
	values, _ := value.([]any)
	var all []string
	for _, v := range values {
		if t, ok := v.(string); ok {
			all = append(all, t)
		}
	}
	return all
}

package compare

import (
	"maps"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
)

const absent = "absent"

// pathTypes says what is at every recorded path, on all nodes.
func pathTypes(r *record.Recording) (map[string]string, error) {
	nodes, err := r.Nodes()
	if err != nil {
		return nil, err
	}
	types := map[string]string{}
	for _, n := range nodes {
		for _, file := range n.Files {
			types[canonical(file.Path)] = thing(file)
		}
	}
	return types, nil
}

// thing says what is at a path.
func thing(f record.File) string {
	if f.Type == "directory" && f.Detail == "0" {
		return "empty directory"
	}
	return f.Type
}

func article(thing string) string {
	switch {
	case thing == "" || thing == absent:
		return absent
	case strings.ContainsRune("aeiou", rune(thing[0])):
		return "an " + thing
	default:
		return "a " + thing
	}
}

// formats names the formats of all container log lines, each found in the first
// line of a file.
func formats(r *record.Recording) (string, error) {
	seen := map[string]bool{}
	for entry, err := range record.Entries[record.LogFile](r, record.LogIndex) {
		if err != nil {
			return "", err
		}
		if entry.Entry.File == "" {
			continue
		}
		for line, err := range logLines(r, entry.Entry.File) {
			if err != nil {
				return "", err
			}
			seen[line.format] = true
			break
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(seen)), " and "), nil
}

package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// surroundings says what an agent leans on that is not as it was before: the
// paths that it mounts from its node. It is empty where nothing differs.
func surroundings(before, after *audience) (string, error) {
	var differing []string
	dirs := mounted(slices.Concat(before.pods, after.pods))
	for _, dir := range dirs {
		paths, err := pathsWithin(dir, before.recording, after.recording)
		if err != nil {
			return "", err
		}
		differing = append(differing, paths...)
	}
	logs, err := logsWithin(dirs, before, after)
	if err != nil {
		return "", err
	}
	differing = append(differing, logs...)
	slices.Sort(differing)
	if len(differing) == 0 {
		return "", nil
	}
	return "; of what it mounts, " + strings.Join(slices.Compact(differing), ", "), nil
}

// deafness says why an agent may have gone quiet: what it leans on is not as it
// was before, and a setting of its configuration, if one is to blame, that reads
// only what was there before.
func deafness(before, after *audience) (string, *parserSetting, error) {
	why, err := surroundings(before, after)
	if err != nil {
		return "", nil, err
	}
	format, err := formats(after.recording)
	setting := blinding(after.settings, format)
	if setting != nil {
		why += "; " + setting.String()
	}
	return why, setting, err
}

func mounted(pods []pod) []string {
	dirs := map[string]bool{}
	for _, p := range pods {
		for _, dir := range p.hostPaths() {
			dirs[dir] = true
		}
	}
	return slices.Sorted(maps.Keys(dirs))
}

// pathsWithin names the recorded paths of the nodes at or below dir whose type
// differs.
func pathsWithin(dir string, before, after *record.Recording) ([]string, error) {
	was, err := pathTypes(before)
	if err != nil {
		return nil, err
	}
	is, err := pathTypes(after)
	if err != nil {
		return nil, err
	}
	var differing []string
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if within(name, dir) && was[name] != is[name] {
			differing = append(differing, fmt.Sprintf("%s is %s instead of %s", name, article(is[name]), article(was[name])))
		}
	}
	return differing, nil
}

// logsWithin says that container logs lie at or below one of the directories and
// are written another way, unless the agent is set to read them that way too; or
// that they do not lie there any more.
func logsWithin(dirs []string, before, after *audience) ([]string, error) {
	if !slices.ContainsFunc(dirs, holdsLogs) {
		return nil, nil
	}
	was, err := formats(before.recording)
	if err != nil {
		return nil, err
	}
	is, err := formats(after.recording)
	switch {
	case err != nil || was == is:
		return nil, err
	case !slices.ContainsFunc(dirs, func(dir string) bool { return holds(dir, kubeletLogs) }):
		return []string{"container logs are not below " + dockerLogs + " any more"}, nil
	case canRead(after.settings, is):
		return nil, nil
	default:
		return []string{fmt.Sprintf("container logs are %s instead of %s", is, was)}, nil
	}
}

// dockerLogs is where Docker alone has container logs.
const dockerLogs = "/var/lib/docker/containers"

// kubeletLogs are where container logs are to be found with every runtime.
var kubeletLogs = []string{"/var/log/pods", "/var/log/containers"}

const absent = "absent"

// holdsLogs is true for a directory of a node in or above which container logs
// lie, whatever the runtime.
func holdsLogs(dir string) bool { return holds(dir, kubeletLogs) || holds(dir, []string{dockerLogs}) }

func holds(dir string, places []string) bool {
	return slices.ContainsFunc(places, func(logs string) bool { return within(logs, dir) || within(dir, logs) })
}

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
		if entry.Entry.File == "" || strings.HasPrefix(entry.Entry.Namespace, suitePrefix) {
			continue
		}
		for line, err := range logLines(r, entry.Entry.File) {
			if err != nil {
				return "", err
			}
			seen[formatOf[line.Format]] = true
			break
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(seen)), " and "), nil
}

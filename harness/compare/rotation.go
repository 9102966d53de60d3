package compare

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// The aspects of who rotates a container's log, and of what is left of it.
const (
	rotation   = "rotation"
	startOfLog = "start of the log"
)

const (
	// unrotated is the size of a log file that somebody would have rotated: twice
	// kubelet's default for containerLogMaxSize, since kubelet looks now and then.
	unrotated = 2 * 10 << 20
	// quiet is how long after its start a container may write its first line.
	quiet = 10 * time.Second
)

// rotations adds, for containers that write much, who rotates their logs and
// whether the first lines are still there.
func rotations(r *record.Recording, files []logEntry, f facts) error {
	list, err := pods(r)
	if err != nil {
		return err
	}
	started := map[string]time.Time{} // by pod UID and container
	for _, p := range list {
		for _, c := range p.statuses() {
			if c.State.Running != nil && c.RestartCount == 0 {
				started[path.Join(p.Metadata.UID, c.Name)] = c.State.Running.StartedAt
			}
		}
	}
	byContainer := map[string][]logEntry{}
	for _, file := range files {
		owner := path.Join(file.PodUID, file.Container)
		byContainer[owner] = append(byContainer[owner], file)
	}
	for _, owner := range slices.Sorted(maps.Keys(byContainer)) {
		if err := rotated(byContainer[owner], started[owner], f); err != nil {
			return err
		}
	}
	return nil
}

// rotated looks at the files of one container. One that is neither large nor
// rotated shows nothing.
func rotated(files []logEntry, started time.Time, f facts) error {
	known := false
	for _, file := range files {
		here := at(file.recording, record.LogIndex, file.line, file.Path)
		switch name := path.Base(file.Path); {
		case strings.Contains(name, "-json.log."):
			f.add(file.key(rotation), "Docker rotates", here)
		case !current.MatchString(name):
			f.add(file.key(rotation), "kubelet rotates", here)
		case file.Size > unrotated:
			f.add(file.key(rotation), "nobody rotates a file of more than 20 MiB", here)
		default:
			continue
		}
		known = true
	}
	if !known || started.IsZero() {
		return nil
	}
	return beginning(files, started, f)
}

// beginning adds whether the oldest line that is left was written soon after the
// container started.
func beginning(files []logEntry, started time.Time, f facts) error {
	var oldest time.Time
	var where Evidence
	for _, file := range files {
		if file.File == "" {
			continue // a gap says why
		}
		for line, err := range logLines(file.recording, file.File) {
			if err != nil {
				return err
			}
			if written, err := line.When(); err == nil && (oldest.IsZero() || written.Before(oldest)) {
				oldest, where = written, at(file.recording, file.File, line.Number, string(line.Raw))
			}
			break
		}
	}
	switch {
	case oldest.IsZero():
	case oldest.Sub(started) < quiet:
		f.add(files[0].key(startOfLog), "still there", where)
	default:
		f.add(files[0].key(startOfLog), "gone", where)
	}
	return nil
}

package logs

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// rotated is the name of a log file and of what it was rotated to: Docker counts,
// the oldest has the highest number; kubelet appends the time.
var rotated = regexp.MustCompile(`^(.*\.log)(?:\.(\d+)|\.(\d{8}-\d{6}))?(?:\.gz)?$`)

// Sequences groups the paths of log files by the run of a container that wrote
// them, and gives each group from its oldest file to the current one. Runs of one
// container follow each other as they ran: 0.log, 1.log, 10.log. For a link it
// takes the target, beside which Docker rotates.
func Sequences(paths []string) [][]string {
	groups := map[string][]string{}
	for _, p := range paths {
		stem := stemOf(p)
		groups[stem] = append(groups[stem], p)
	}
	var sequences [][]string
	for _, group := range groups {
		slices.SortFunc(group, byAge)
		sequences = append(sequences, group)
	}
	slices.SortFunc(sequences, func(a, b []string) int { return byRun(stemOf(a[0]), stemOf(b[0])) })
	return sequences
}

func stemOf(name string) string {
	if m := rotated.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return name
}

// byAge puts the oldest of the files with one stem first.
func byAge(a, b string) int {
	m, n := rotated.FindStringSubmatch(a), rotated.FindStringSubmatch(b)
	if m == nil || n == nil {
		return strings.Compare(a, b)
	}
	return cmp.Or(compareCounts(n[2], m[2]), compareLast(m[3], n[3]), strings.Compare(a, b))
}

// compareCounts compares numbers of any length; none is less than any.
func compareCounts(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// compareLast puts the empty one, the current file, last.
func compareLast(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(b), len(a))
	}
	return strings.Compare(a, b)
}

// byRun orders stems by folder, and within it by number.
func byRun(a, b string) int {
	x, errX := strconv.Atoi(strings.TrimSuffix(path.Base(a), ".log"))
	y, errY := strconv.Atoi(strings.TrimSuffix(path.Base(b), ".log"))
	if errX == nil && errY == nil {
		return cmp.Or(strings.Compare(path.Dir(a), path.Dir(b)), cmp.Compare(x, y))
	}
	return strings.Compare(a, b)
}

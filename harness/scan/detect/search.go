package detect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

var searchers = set("grep egrep fgrep zgrep rg ag ack")

// search looks at what a script searches for, and in which files.
func (s *shellScan) search(name string, words []word) {
	pattern, files := searchParts(words[1:])
	if pattern == nil {
		return
	}
	for _, f := range files {
		if cgroupFile.MatchString(f.value) && strings.Contains(pattern.value, "docker") {
			s.report(hit{
				rule: finding.ContainerCheck, at: pattern.At(0), found: shown(words), cause: "APP-002",
				message: "looks for docker in " + f.value,
				remedy:  "Match [a-z-]+-<id>.scope, or take the ID from the Kubernetes API.",
			})
			return
		}
	}
	s.searched(*pattern)
	s.arguments(name, files)
}

// searched looks at a text that somebody searches for.
func (d *detector) searched(w word) {
	switch {
	case strings.Contains(w.value, "docker://") || strings.Contains(w.value, "docker-pullable"):
		d.report(hit{rule: finding.IDPrefix, at: w.At(0), found: w.value, message: "looks for IDs that begin with docker://"})
	case dockerProcess.MatchString(w.value) && strings.Contains(w.value, "ockerd"):
		d.report(hit{
			rule: finding.DockerService, at: w.At(0), found: w.value, cause: "MET-022", confidence: finding.Medium,
			message: "looks for the process dockerd",
		})
	default:
		if cause := dockerText(w.value); cause != "" {
			d.report(hit{
				rule: finding.DockerText, at: w.At(0), found: w.value, cause: cause,
				message: fmt.Sprintf("looks for the text %q, which only Docker says", w.value),
			})
		}
	}
}

// dockerTexts are what Docker, or kubelet with it, says and containerd does not,
// by the catalogue's entry.
var dockerTexts = []struct {
	*regexp.Regexp
	cause string
}{
	{regexp.MustCompile(`Error response from daemon`), "EVT-005"},
	{regexp.MustCompile(`ContainerCannotRun`), "EVT-001"},
	{regexp.MustCompile(`DockerDaemonNotReady|docker: network plugin is not ready|failed to get docker version`), "EVT-016"},
	{regexp.MustCompile(`failed to start sandbox container`), "EVT-017"},
	{regexp.MustCompile(`docker daemon|dockerd`), "LOG-018"},
}

// dockerText is the cause for a text that only Docker's side says; empty for
// any other.
func dockerText(s string) string {
	for _, t := range dockerTexts {
		if t.MatchString(s) {
			return t.cause
		}
	}
	return ""
}

var cgroupFile = regexp.MustCompile(`^/proc/[^/]+/(cgroup|mountinfo|sched)$`)

// searchParts tells the pattern of a search from its files.
func searchParts(args []word) (*word, []word) {
	var pattern *word
	var files []word
	for i := 0; i < len(args); i++ {
		value := args[i].value
		switch {
		case value == "-e" || value == "--regexp" || value == "-f":
			if i++; i < len(args) && pattern == nil {
				pattern = &args[i]
			}
		case slices.Contains([]string{"-m", "-A", "-B", "-C", "--include", "--exclude"}, value):
			i++
		case strings.HasPrefix(value, "-") && len(value) > 1:
		case pattern == nil:
			pattern = &args[i]
		default:
			files = append(files, args[i])
		}
	}
	return pattern, files
}

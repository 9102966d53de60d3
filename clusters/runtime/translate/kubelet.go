package translate

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/docker/go-units"
)

// kubeletFile is for kubelet's --config-dir, on top of its configuration.
const kubeletFile = "kubelet/10-docker.conf"

// rotates says whether Docker wrote container logs to files that it rotated
// itself: with another driver none of the options are about files.
func (t *translation) rotates() bool {
	driver, set := t.options["log-driver"].value.(string)
	return !set || driver == "" || driver == "json-file" || driver == "local"
}

func (t *translation) logDriver(s setting) {
	switch s.value {
	case "json-file":
		t.add(s, Unneeded, "containerd writes files as well, in the format of the CRI: log shippers need a parser for it.")
	case "local":
		t.add(s, Lost, "Docker's own compressed format. containerd writes files in the format of the CRI.")
	case "none":
		t.add(s, Lost, "Nothing was kept of what containers write. containerd always writes files, which kubelet rotates.")
	default:
		t.add(s, Lost, fmt.Sprintf("dockerd sent what containers write to %v itself. containerd writes files only: an agent on each node has to read them, before the move.", s.value))
	}
}

func (t *translation) logOptions(s setting) {
	var options map[string]any
	if !t.into(s, &options) {
		return
	}
	for name, value := range options {
		text, isText := value.(string)
		if !isText {
			t.wrong(s, "%s: expected text, found %s", name, compact(value))
			continue
		}
		t.logOption(setting{s.key, value, s.from}, name, text)
	}
}

func (t *translation) logOption(s setting, name, value string) {
	s.name += ": " + name
	switch {
	case !t.rotates():
		t.add(s, Lost, "An option of the log driver, which goes with it.")
	case name == "max-size":
		t.logSize(s, value)
	case name == "max-file":
		t.logFiles(s, value)
	case name == "compress":
		t.add(s, Unneeded, "kubelet compresses every rotated file but the newest.")
	case name == "mode", name == "max-buffer-size":
		t.add(s, Lost, "Docker could drop lines rather than keep a container waiting for its log. containerd makes it wait.")
	case slices.Contains([]string{"labels", "labels-regex", "env", "env-regex", "tag"}, name):
		t.add(s, Lost, "Docker added this to every line. Lines of the CRI have no room for it: log agents add labels of the pod instead.")
	default:
		t.add(s, Lost, "An option of Docker's log driver alone.")
	}
}

// logSize carries max-size, which Docker reads in powers of 1024.
func (t *translation) logSize(s setting, value string) {
	if value == "-1" {
		t.add(s, Lost, "Docker never rotated. kubelet always does, at 10Mi unless containerLogMaxSize says otherwise.")
		return
	}
	bytes, err := units.RAMInBytes(value)
	if err != nil || bytes <= 0 {
		t.wrong(s, "expected a size such as 10m, found %q", value)
		return
	}
	t.kubelet.set(quantity(bytes), "containerLogMaxSize")
	t.add(s, Carried, "kubelet looks every ten seconds, so a file may grow beyond it.", kubeletFile)
}

// quantity writes bytes in the largest unit of Kubernetes that is exact.
func quantity(bytes int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{units.GiB, "Gi"}, {units.MiB, "Mi"}, {units.KiB, "Ki"}} {
		if bytes%unit.size == 0 {
			return strconv.FormatInt(bytes/unit.size, 10) + unit.name
		}
	}
	return strconv.FormatInt(bytes, 10)
}

// logFiles carries max-file; kubelet insists on two.
func (t *translation) logFiles(s setting, value string) {
	files, err := strconv.Atoi(value)
	if err != nil || files < 1 {
		t.wrong(s, "expected a number of files, found %q", value)
		return
	}
	meaning := ""
	if files == 1 {
		files, meaning = 2, "kubelet keeps two files at least."
	}
	t.kubelet.set(files, "containerLogMaxFiles")
	t.add(s, Carried, meaning, kubeletFile)
}

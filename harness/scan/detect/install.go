package detect

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// installers are programs that install packages, with the words by which they
// do so.
var installers = map[string]string{
	"apt": "install", "apt-get": "install", "aptitude": "install", "yum": "install localinstall reinstall", "dnf": "install",
	"microdnf": "install", "tdnf": "install", "zypper": "install in", "apk": "add", "pacman": "-S -Sy -Syu --sync", "snap": "install",
	"amazon-linux-extras": "install enable", "pip": "install", "pip3": "install", "brew": "install", "emerge": "", "opkg": "install",
	"apt-mark": "hold", "yum-versionlock": "add",
}

// dockerPackage is a package that brings Docker or a client of it, with its
// version.
var dockerPackage = regexp.MustCompile(`^(docker|docker\.io|docker-ce|docker-ce-cli|docker-ee|docker-ee-cli|docker-engine|docker-cli|docker-compose|docker-compose-plugin|docker-compose-v2|docker-buildx-plugin|docker-openrc|moby-engine|moby-cli|cri-dockerd|lxc-docker)([=:~_*@<>][^/]*|-[0-9*{$][^/]*)?$`)

// install reports Docker among the packages that a command installs. Removing
// it, as scripts do before they install something else, is no dependency.
func (s *shellScan) install(name string, words []word) {
	verbs := strings.Fields(installers[name])
	at := slices.IndexFunc(words[1:], func(w word) bool { return slices.Contains(verbs, w.value) })
	if at < 0 {
		return
	}
	for _, w := range words[at+2:] {
		for _, value := range s.possible(w) {
			for pkg := range strings.FieldsSeq(value) {
				if dockerPackage.MatchString(pkg) {
					s.installs(w, pkg, shown(words))
					return
				}
			}
		}
	}
}

func (d *detector) installs(w word, pkg, found string) {
	h := hit{rule: finding.DockerInstall, at: w.At(0), found: found, message: "installs the package " + pkg}
	if d.setting == ImageBuild {
		h.message += " into an image, which so becomes a client of Docker"
		h.severity = compare.Changes
	}
	d.report(h)
}

package detect

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
)

// command looks at one command that runs nothing but itself.
func (s *shellScan) command(name string, words []word) {
	if s.shadowed[name] && !strings.Contains(words[0].value, "/") {
		return
	}
	args := words[1:]
	switch {
	case strings.HasPrefix(words[0].value, "/etc/init.d/"):
		s.initScript(words)
	case dockerPrograms[name]:
		s.docker(name, words)
	case printers[name], foreign[name]:
	case services[name]:
		s.service(name, words)
	case processTools[name]:
		s.process(name, words)
	case searchers[name]:
		s.search(name, words)
	case installers[name] != "":
		s.install(name, words)
	case name == "journalctl":
		s.journal(words)
	case name == "usermod" || name == "gpasswd" || name == "adduser" || name == "addgroup":
		s.group(words)
	case name == "iptables" || name == "ip6tables" || name == "ip" || name == "ifconfig" || name == "tcpdump" || name == "brctl" || name == "bridge":
		s.network(words)
	case name == "minikube":
		s.minikube(words)
	default:
		s.flags(words)
		s.arguments(name, args)
	}
}

// printers print their arguments, or keep them: what they are given is text.
var printers = set("echo printf logger wall notify-send figlet true false : read export unset local declare help man info log warn error die fail say print puts")

// foreign are programs that speak of Docker in other ways: registries, other
// engines, and what has its own idea of docker://.
var foreign = set("skopeo podman buildah nerdctl crane regctl oras cosign helm git gh hub trivy grype syft dive umoci conftest apptainer singularity img kaniko executor")

func set(words string) map[string]bool {
	s := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		s[word] = true
	}
	return s
}

// docker reports a command of Docker's. What only builds and pushes images is
// no matter of the nodes unless it runs on one.
func (s *shellScan) docker(name string, words []word) {
	verb := ""
	if name == "docker" || name == "docker-compose" {
		verb = subcommand(words[1:])
	}
	h := hit{rule: finding.DockerCommand, at: words[0].At(0), found: shown(words), message: "runs " + strings.TrimSpace(name+" "+verb)}
	switch {
	case builds[verb] && s.setting == Anywhere:
		h.severity, h.confidence = compare.Info, finding.Low
		h.message += ", which breaks only where it runs on a node or in a pod"
	case strings.HasPrefix(verb, "system prune") || strings.HasPrefix(verb, "image prune") || verb == "prune":
		h.remedy = "Leave image clean-up to kubelet and set its thresholds (imageGCHighThresholdPercent); crictl rmi --prune does it by hand."
	}
	s.report(h)
}

var builds = set("build buildx push tag login logout pull save manifest image builder")

// subcommand is the first argument that is no flag.
func subcommand(args []word) string {
	args = skipFlags(args, "-H --host -c --context --config -l --log-level -f --file -p --project-name --tlscacert --tlscert --tlskey")
	if len(args) == 0 {
		return ""
	}
	verb := args[0].value
	if len(args) > 1 && slices.Contains([]string{"system", "image", "container", "volume"}, verb) && args[1].value == "prune" {
		return verb + " prune"
	}
	return verb
}

// shown is a command as a report shows it.
func shown(words []word) string {
	var values []string
	for _, w := range words {
		value := w.value
		if strings.Contains(w.Value, "{{") {
			value = w.Value // an expression, which its value only stands in for
		}
		values = append(values, value)
	}
	return strings.Join(values, " ")
}

var services = set("systemctl service rc-service rc-update initctl chkconfig update-rc.d invoke-rc.d start stop restart status reload svcadm systemd-analyze")

// unit is a unit, or a service, of Docker's. A pattern over all of them counts.
var unit = regexp.MustCompile(`^(docker|docker-ce|docker-latest|cri-dockerd?|dockerd)(@?\*|\.service|\.socket)?$`)

func (s *shellScan) service(name string, words []word) {
	for _, w := range words[1:] {
		for _, value := range s.possible(w) {
			if unit.MatchString(value) {
				s.report(hit{
					rule: finding.DockerService, at: w.At(0), found: shown(words),
					message: fmt.Sprintf("%s is asked about %s", name, value),
				})
				return
			}
		}
	}
	s.arguments(name, words[1:])
}

func (s *shellScan) initScript(words []word) {
	if unit.MatchString(programOf(words[0].value)) {
		s.report(hit{rule: finding.DockerService, at: words[0].At(0), found: shown(words), message: "calls Docker's init script"})
	}
}

// possible is what a word may come to: the values of a loop's variable each.
func (s *shellScan) possible(w word) []string {
	name, ok := strings.CutPrefix(w.value, "$")
	if values := s.vars[name]; ok && len(values) > 0 {
		return values
	}
	return []string{w.value}
}

var processTools = set("pkill killall pgrep pidof kill pidstat")

var dockerProcess = regexp.MustCompile(`^\^?\[?d\]?ocker(d|-containerd|-proxy)?\$?$`)

func (s *shellScan) process(name string, words []word) {
	for _, w := range words[1:] {
		if dockerProcess.MatchString(w.value) {
			s.report(hit{
				rule: finding.DockerService, at: w.At(0), found: shown(words), cause: "MET-022",
				message: fmt.Sprintf("%s looks for the process %s", name, w.value),
			})
			return
		}
	}
	s.arguments(name, words[1:])
}

func (s *shellScan) journal(words []word) {
	for i, w := range words[1:] {
		value := w.value
		for _, flag := range []string{"--unit=", "-u", "--identifier=", "-t", "_SYSTEMD_UNIT=", "_COMM=", "SYSLOG_IDENTIFIER=", "UNIT="} {
			value = strings.TrimPrefix(value, flag)
		}
		if value == "" && i+2 < len(words) {
			value = words[i+2].value
		}
		if unit.MatchString(value) {
			s.report(hit{
				rule: finding.DockerJournal, at: w.At(0), found: shown(words),
				message: "reads the journal of " + value,
			})
			return
		}
	}
}

func (s *shellScan) group(words []word) {
	if !slices.ContainsFunc(words, is("docker")) {
		return
	}
	s.report(hit{
		rule: finding.DockerInstall, at: words[0].At(0), found: shown(words), severity: compare.Info,
		message: "lets a user talk to Docker through the group docker",
		remedy:  "Take it out with Docker; containerd's socket is root's alone.",
	})
}

var chain = regexp.MustCompile(`^DOCKER(-USER|-ISOLATION.*|-INGRESS|-FORWARD|-BRIDGE|-CT)?$`)

func (s *shellScan) network(words []word) {
	for _, w := range words[1:] {
		switch {
		case chain.MatchString(w.value):
			s.report(hit{
				rule: finding.DockerNetwork, at: w.At(0), found: shown(words),
				message: fmt.Sprintf("uses the firewall chain %s, which Docker makes", w.value),
			})
			return
		case w.value == "docker0":
			s.report(hit{
				rule: finding.DockerNetwork, at: w.At(0), found: shown(words), cause: "MET-023",
				message: "uses the bridge docker0, which Docker makes",
			})
			return
		}
	}
}

func (s *shellScan) minikube(words []word) {
	for _, w := range words[1:] {
		switch w.value {
		case "docker-env":
			s.report(hit{rule: finding.DockerHost, at: w.At(0), found: shown(words), message: "builds images inside a cluster's Docker"})
			return
		case "--container-runtime=docker":
			s.report(hit{rule: finding.RuntimeSetting, at: w.At(0), found: w.value, message: "starts a cluster whose runtime is Docker"})
			return
		}
	}
}

// arguments looks for paths and addresses among the arguments of a command.
func (s *shellScan) arguments(name string, args []word) {
	for _, w := range args {
		if strings.Contains(w.value, "get.docker.com") || strings.Contains(w.value, "test.docker.com") || staticDocker.MatchString(w.value) {
			s.report(hit{rule: finding.DockerInstall, at: w.At(0), found: w.value, message: "fetches Docker"})
			return
		}
		if editors[name] && handlesPrefix(w.value) {
			s.prefix(w)
			continue
		}
		s.pathWord(w, name)
	}
}

var (
	staticDocker = regexp.MustCompile(`://download\.docker\.com/\S*/docker(-ce)?[-_][0-9$]\S*`)
	editors      = set("sed awk gawk mawk perl tr jq python python3 cut ruby")
)

// pathWord reports a word that is, or holds, a path or an address of Docker's.
func (d *detector) pathWord(w word, by string) {
	if strings.HasSuffix(w.value, "/.dockerenv") {
		d.report(hit{rule: finding.ContainerCheck, at: w.At(0), found: w.value, message: "looks for /.dockerenv"})
		return
	}
	rule, found := wordRule(w.plain)
	if rule == "" || rule == finding.DockerBinary && by == "which" {
		return
	}
	d.report(hit{rule: rule, at: w.At(0), found: found, message: fmt.Sprintf("%s names %s", by, found)})
}

// programOf is the name of a program in a path.
func programOf(p string) string { return path.Base(strings.TrimSpace(p)) }

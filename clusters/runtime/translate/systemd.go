package translate

import (
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/coreos/go-systemd/v22/unit"
	"github.com/pelletier/go-toml/v2"
	"sigs.k8s.io/yaml"
)

// unitFile is a drop-in of containerd's unit.
const unitFile = "systemd/containerd.service.d/10-docker.conf"

// proxyNames are the options below proxies, and flags of dockerd.
var proxyNames = []string{"http-proxy", "https-proxy", "no-proxy"}

func (t *translation) proxies(s setting) {
	var given map[string]string
	if !t.into(s, &given) {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		of := setting{s.key, masked(given[name]), s.from}
		of.name += ": " + name
		if !slices.Contains(proxyNames, name) {
			t.wrong(s, "%q is no proxy: expected one of %s", name, strings.Join(proxyNames, ", "))
			continue
		}
		t.proxy(strings.ToUpper(strings.ReplaceAll(name, "-", "_")), given[name])
		t.add(of, Carried, "", unitFile)
	}
}

// proxy is a variable for containerd's environment.
func (t *translation) proxy(name, value string) {
	t.private = t.private || masked(value) != value
	t.unit["Environment"] = append(t.unit["Environment"], `"`+escaped(name+"="+value)+`"`)
}

// escaped is text for a unit, where % begins a specifier.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "\n", `\n`, "\r", `\r`).Replace(text)
}

// masked takes a password out of an address.
func masked(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	return u.Redacted()
}

// serviceOptions carries what docker.service says, but for what daemon.json or a
// flag says better.
func (t *translation) serviceOptions() {
	for _, a := range t.service.environment {
		t.variable(a)
	}
	better := maps.Clone(t.unit)
	for _, a := range t.service.limits {
		if better[a.name] != nil {
			t.tell(a, Unneeded, "An option of dockerd says it better, and is carried over.")
			continue
		}
		t.unit[a.name] = []string{a.value}
		t.tell(a, Carried, "Containers inherit it from containerd, as they did from dockerd.", unitFile)
	}
	for _, a := range t.service.others {
		t.tell(a, Lost, "Look whether the node still needs it with containerd.service.")
	}
}

// variable carries a proxy of dockerd's environment.
func (t *translation) variable(a assignment) {
	option := strings.ReplaceAll(strings.ToLower(a.name), "_", "-")
	shown := assignment{"Environment", a.name + "=" + masked(a.value), a.from}
	switch {
	case slices.Contains(t.service.spent, a.name): // its words are options by now
	case !slices.Contains(proxyNames, option):
		t.tell(shown, Lost, "A variable of dockerd's. Look whether containerd needs it.")
	case t.hasProxy(option):
		t.tell(shown, Unneeded, "dockerd's own option for it wins, and is carried over.")
	default:
		if t.service.variable(a.name) == a { // the last one counts
			t.proxy(a.name, a.value)
			t.tell(shown, Carried, "", unitFile)
		}
	}
}

func (t *translation) hasProxy(option string) bool {
	given, _ := t.options["proxies"].value.(map[string]any)
	return given[option] != nil
}

func (t *translation) tell(a assignment, fate Fate, meaning string, to ...string) {
	t.items = append(t.items, Item{Setting: "docker.service: " + a.name, Value: a.value, From: a.from, Fate: fate, To: to, Meaning: meaning})
}

// limits are systemd's names for those of Docker.
var limits = map[string]string{
	"as": "AS", "core": "CORE", "cpu": "CPU", "data": "DATA", "fsize": "FSIZE", "locks": "LOCKS",
	"memlock": "MEMLOCK", "msgqueue": "MSGQUEUE", "nice": "NICE", "nofile": "NOFILE", "nproc": "NPROC",
	"rss": "RSS", "rtprio": "RTPRIO", "rttime": "RTTIME", "sigpending": "SIGPENDING", "stack": "STACK",
}

// ulimits become limits of containerd itself, which containers inherit.
func (t *translation) ulimits(s setting) {
	var all map[string]struct{ Soft, Hard int64 }
	if !t.into(s, &all) {
		return
	}
	for name, limit := range all {
		of := setting{s.key, bound(limit.Soft) + ":" + bound(limit.Hard), s.from}
		of.name += ": " + name
		switch {
		case limits[name] == "":
			t.wrong(s, "%q is no limit", name)
			continue
		case limit.Hard >= 0 && (limit.Soft < 0 || limit.Soft > limit.Hard):
			t.wrong(s, "%s: the soft limit is above the hard one", name)
			continue
		}
		t.unit["Limit"+limits[name]] = []string{bound(limit.Soft) + ":" + bound(limit.Hard)}
		t.add(of, Carried, "A limit of containerd itself, which containers inherit.", unitFile)
	}
}

func bound(limit int64) string {
	if limit < 0 {
		return "infinity"
	}
	return strconv.FormatInt(limit, 10)
}

func (t *translation) oomScore(s setting) {
	t.unit["OOMScoreAdjust"] = []string{shown(s.value)}
	t.add(s, Carried, "", unitFile)
}

// header begins what is meant to be merged with files of the user's.
const header = "# Carried over from Docker Engine; see plan.txt.\n"

// imported is for containerd, which does not look for the file by itself where
// there is a config.toml.
const imported = "# To have it read, config.toml has to say: imports = [\"/etc/containerd/conf.d/*.toml\"]\n"

// configurations writes what the settings have added up to.
func (t *translation) configurations() error {
	if len(t.containerd) > 0 {
		t.containerd.set(3, "version")
		content, err := toml.Marshal(t.containerd)
		if err != nil {
			return fmt.Errorf("writing containerd's configuration: %w", err)
		}
		t.file(containerdFile, append([]byte(header+imported), content...), public)
	}
	if len(t.kubelet) > 0 {
		t.kubelet.set("kubelet.config.k8s.io/v1beta1", "apiVersion")
		t.kubelet.set("KubeletConfiguration", "kind")
		content, err := yaml.Marshal(t.kubelet)
		if err != nil {
			return fmt.Errorf("writing kubelet's configuration: %w", err)
		}
		t.file(kubeletFile, append([]byte(header), content...), public)
	}
	return t.dropIn()
}

func (t *translation) dropIn() error {
	if len(t.unit) == 0 {
		return nil
	}
	var options []*unit.UnitOption
	for _, name := range slices.Sorted(maps.Keys(t.unit)) {
		for _, value := range t.unit[name] {
			options = append(options, unit.NewUnitOption("Service", name, value))
		}
	}
	content, err := io.ReadAll(unit.Serialize(options))
	if err != nil {
		return fmt.Errorf("writing the drop-in of containerd.service: %w", err)
	}
	mode := public
	if t.private {
		mode = secret
	}
	t.file(unitFile, append(append([]byte(header), content...), '\n'), mode)
	return nil
}

package translate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/coreos/go-systemd/v22/unit"
	"github.com/mattn/go-shellwords"
	"github.com/spf13/pflag"
)

// service is what the units say of dockerd, drop-ins included.
type service struct {
	start       assignment   // the last ExecStart
	environment []assignment // NAME=value each, later ones win
	// spent names the variables that are words of the command.
	spent []string
	// limits and others are further options of the section [Service].
	limits, others []assignment
}

// assignment is one option of a unit.
type assignment struct{ name, value, from string }

// unit reads docker.service or one of its drop-ins. An empty value takes back
// what earlier files have said.
func (r *reader) unit(file string) {
	data, ok := r.read(file)
	if !ok {
		return
	}
	options, err := unit.DeserializeOptions(bytes.NewReader(data))
	if err != nil {
		r.wrong(filepath.Base(file), "not a unit: %w", err)
		return
	}
	for _, o := range options {
		if o.Section == "Service" {
			// As systemd reads it: a line that goes on, and a percent sign.
			value := strings.NewReplacer("\\\n", " ", "%%", "%").Replace(o.Value)
			r.service.take(assignment{o.Name, value, filepath.Base(file)}, r)
		}
	}
}

// aboutNode are options that say something of the node rather than of dockerd.
var aboutNode = []string{"EnvironmentFile", "ExecStartPre", "ExecStartPost", "ExecStopPost", "Slice", "MemoryMax", "MemoryLimit", "CPUQuota"}

func (s *service) take(a assignment, r *reader) {
	switch {
	case a.name == "ExecStart":
		s.start = a
	case a.name == "Environment" && a.value == "":
		s.environment = nil
	case a.name == "Environment":
		words, err := shellwords.Parse(a.value)
		if err != nil {
			r.wrong(a.from, "Environment=%s: %w", a.value, err)
		}
		for _, word := range words {
			name, value, _ := strings.Cut(word, "=")
			s.environment = append(s.environment, assignment{name, value, a.from})
		}
	case strings.HasPrefix(a.name, "Limit"), a.name == "OOMScoreAdjust":
		s.limits = slices.DeleteFunc(s.limits, func(before assignment) bool { return before.name == a.name })
		s.limits = append(s.limits, a)
	case slices.Contains(aboutNode, a.name):
		s.others = append(s.others, a)
	}
}

// variable is what dockerd finds in its environment; the zero assignment when
// there is nothing of that name.
func (s *service) variable(name string) assignment {
	for _, a := range slices.Backward(s.environment) {
		if a.name == name {
			return a
		}
	}
	return assignment{}
}

// flags reads the options on dockerd's command line.
func (r *reader) flags() {
	start := r.service.start
	if start.value == "" {
		return
	}
	words, err := shellwords.Parse(strings.TrimLeft(start.value, "@-:+!"))
	if err != nil || len(words) == 0 {
		r.wrong(start.from, "ExecStart=%s: not a command", start.value)
		return
	}
	if path.Base(words[0]) != "dockerd" {
		r.wrong(start.from, "ExecStart=%s: expected dockerd", start.value)
		return
	}
	flags := r.flagSet()
	if err := flags.Parse(r.service.expand(words[1:])); err != nil {
		r.wrong(start.from, "ExecStart: %w", err)
		return
	}
	flags.Visit(func(f *pflag.Flag) { r.flag(f, start.from+" --"+f.Name) })
}

// expand puts in the variables that stand for words of their own, as in
// `ExecStart=/usr/bin/dockerd $OPTIONS`. One that only an EnvironmentFile sets is
// left out: such a file is reported as not read.
func (s *service) expand(words []string) []string {
	var expanded []string
	for _, word := range words {
		name, isVariable := strings.CutPrefix(word, "$")
		if !isVariable {
			expanded = append(expanded, word)
			continue
		}
		name = strings.Trim(name, "{}")
		s.spent = append(s.spent, name)
		expanded = append(expanded, strings.Fields(s.variable(name).value)...)
	}
	return expanded
}

// flagSet has a flag for every option; those that may be repeated gather.
func (r *reader) flagSet() *pflag.FlagSet {
	flags := pflag.NewFlagSet("dockerd", pflag.ContinueOnError)
	flags.Usage = func() {}
	flags.String("config-file", "", "")
	for _, k := range keys() {
		name, letter := k.flagName()
		switch {
		case name == "-":
		case k.kind == truth:
			flags.BoolP(name, letter, false, "")
		case k.kind == text, k.kind == number:
			flags.StringP(name, letter, "", "")
		default:
			flags.StringArrayP(name, letter, nil, "")
		}
	}
	for _, name := range proxyNames {
		flags.String(name, "", "")
	}
	return flags
}

func (k key) flagName() (name, letter string) {
	name, letter, _ = strings.Cut(k.flag, ",")
	if name == "" {
		name = k.name
	}
	return name, letter
}

// flag notes a flag as the option of daemon.json that it stands for.
func (r *reader) flag(f *pflag.Flag, from string) {
	if slices.Contains(proxyNames, f.Name) {
		r.set(setting{r.known["proxies"], r.withProxy(f), from})
		return
	}
	for _, k := range keys() {
		if name, _ := k.flagName(); name == f.Name {
			value, err := k.ofFlag(f)
			if err != nil {
				r.wrong(from, "%w", err)
				return
			}
			r.set(setting{k, value, from})
		}
	}
}

// withProxy adds a proxy to those of other flags.
func (r *reader) withProxy(f *pflag.Flag) any {
	proxies := map[string]any{f.Name: f.Value.String()}
	if before := r.options["proxies"]; strings.Contains(before.from, " --") {
		delete(r.options, "proxies")
		return both(before.value, proxies)
	}
	return proxies
}

// ofFlag is the value of a flag as daemon.json would have it.
func (k key) ofFlag(f *pflag.Flag) (any, error) {
	given := f.Value.String()
	switch k.kind {
	case truth:
		return given == "true", nil
	case text:
		return given, nil
	case number:
		value := json.Number(given)
		if !number.is(value) {
			return nil, fmt.Errorf("expected %s, found %q", number, given)
		}
		return value, nil
	case objects:
		return k.members(f.Value.(pflag.SliceValue).GetSlice()), nil
	default:
		return values(f.Value.(pflag.SliceValue).GetSlice()), nil
	}
}

// values makes a list of flags. Options that hold objects are written as one text
// each, which is enough to show them.
func values(repeated []string) any {
	values := []any{}
	for _, v := range repeated {
		values = append(values, v)
	}
	return values
}

// members makes an object of flags that read NAME=value.
func (k key) members(repeated []string) map[string]any {
	object := map[string]any{}
	if k.name == "nri-opts" { // the one flag that holds several
		repeated = strings.Split(strings.Join(repeated, ","), ",")
	}
	for _, one := range repeated {
		name, value, _ := strings.Cut(one, "=")
		switch k.name {
		case "nri-opts":
			object[name] = value
			if name == "enable" {
				object[name] = value != "false"
			}
		case "runtimes":
			object[name] = map[string]any{"path": value}
		case "default-ulimits":
			object[name] = ulimitOf(name, value)
		default:
			object[name] = value
		}
	}
	return object
}

// ulimitOf reads a limit such as 1024:4096; one number is both.
func ulimitOf(name, value string) map[string]any {
	soft, hard, two := strings.Cut(value, ":")
	if !two {
		hard = soft
	}
	return map[string]any{"Name": name, "Soft": json.Number(soft), "Hard": json.Number(hard)}
}

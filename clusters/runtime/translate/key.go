package translate

import "slices"

// kind is what a value of daemon.json has to be.
type kind string

const (
	text    kind = "text"
	truth   kind = "true or false"
	number  kind = "a whole number"
	list    kind = "a list of texts"
	pools   kind = "a list of objects"
	objects kind = "an object"
)

// key is one option of dockerd.
type key struct {
	name string // in daemon.json
	kind kind
	// flag is dockerd's name for it on the command line, with its letter behind a
	// comma: "host,H". Empty means the name; "-" means that there is no flag.
	flag string
	// become says what becomes of a setting.
	become func(*translation, setting)
}

// keys are all options that Docker Engine has or had since 1.12.
func keys() []key {
	return slices.Concat(carriedKeys(), networkKeys(), containerKeys(), daemonKeys(), formerKeys())
}

// carriedKeys are those with a counterpart, whole or in part.
func carriedKeys() []key {
	return []key{
		{"cdi-spec-dirs", list, "cdi-spec-dir", (*translation).deviceSpecs},
		{"data-root", text, "", (*translation).root},
		{"debug", truth, "debug,D", (*translation).debug},
		{"default-runtime", text, "", (*translation).defaultRuntime},
		{"default-ulimits", objects, "default-ulimit", (*translation).ulimits},
		{"exec-opts", list, "exec-opt", (*translation).execOptions},
		{"graph", text, "graph,g", (*translation).root},
		{"insecure-registries", list, "insecure-registry", nil}, // with the registries
		{"log-driver", text, "", (*translation).logDriver},
		{"log-format", text, "", (*translation).logFormat},
		{"log-level", text, "log-level,l", (*translation).logLevel},
		{"log-opts", objects, "log-opt", (*translation).logOptions},
		{"max-concurrent-downloads", number, "", (*translation).downloads},
		{"metrics-addr", text, "", (*translation).metrics},
		{"nri-opts", objects, "", (*translation).resourceInterface},
		{"oom-score-adjust", number, "", (*translation).oomScore},
		{"proxies", objects, "-", (*translation).proxies},
		{"registry-mirrors", list, "registry-mirror", nil}, // with the registries
		{"runtimes", objects, "add-runtime", (*translation).runtimes},
		{"selinux-enabled", truth, "", (*translation).selinux},
		{"storage-driver", text, "storage-driver,s", (*translation).storageDriver},
	}
}

// lost is for an option without a counterpart: what it meant, and what to do.
func lost(meaning string) func(*translation, setting) {
	return func(t *translation, s setting) { t.add(s, Lost, meaning) }
}

// unneeded is for an option of which nothing is missed.
func unneeded(why string) func(*translation, setting) {
	return func(t *translation, s setting) { t.add(s, Unneeded, why) }
}

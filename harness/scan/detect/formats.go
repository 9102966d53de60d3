package detect

import (
	"path"
	"regexp"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// File looks at one file. The name decides with the content what it is taken
// for; only its slashes and its last parts matter.
func File(name string, data []byte) Result {
	var out Result
	t := text.New(string(data))
	d := newDetector(name, t, &out)
	out.Known = d.content(name, t)
	return out
}

// format is a kind of file, told by its name and its first lines.
type format struct {
	is   func(name, content string) bool
	look func(d *detector, t *text.Text)
}

var (
	isDockerfile  = named(`(^|/)(Dockerfile|Containerfile)([.-][^/]*)?$|\.(dockerfile|containerfile)$`)
	isJenkinsfile = named(`(^|/)Jenkinsfile[^/]*$|\.jenkinsfile$`)
	isCrontab     = named(`(^|/)crontab[^/]*$|\.(cron|crontab)$|(^|/)var/spool/cron/`)
	isDefaults    = named(`(^|/)etc/(default|sysconfig)/[^/]+$|(^|/)kubeadm-flags\.env$|(^|/)(kubelet|docker)\.(env|default|sysconfig)$`)
	isEnvFile     = named(`\.env$|(^|/)\.env[^/]*$`)
	isJSONFile    = named(`\.json$`)
	isYAML        = named(`\.ya?ml$|\.ya?ml\.(template|tmpl|tpl|dist|example|erb|j2|in)$`)
)

// formats in the order in which they are tried: what a file says of itself comes
// before what its name ends in.
func formats() []format {
	return []format{
		{isCloudInit, (*detector).cloudInit},
		{isYAML, (*detector).yaml},
		{isDockerfile, (*detector).dockerfile},
		{isJenkinsfile, (*detector).jenkinsfile},
		{isGroovyPipeline, (*detector).jenkinsfile},
		{isUnit, (*detector).unit},
		{isCron, func(d *detector, t *text.Text) { d.in(Node).cron(t, true) }},
		{isCrontab, func(d *detector, t *text.Text) { d.in(Node).cron(t, systemCrontab.MatchString(t.Value)) }},
		{isDaemonJSON, (*detector).daemonJSON},
		{isDefaults, func(d *detector, t *text.Text) { d.in(Node).shell(t) }},
		{isEnvFile, (*detector).shell},
		{isShell, (*detector).shellFile},
		{isFluentBit, (*detector).fluentBit},
		{isFluentd, (*detector).fluentd},
		{isLogstash, (*detector).logstash},
		{isAlloy, (*detector).alloy},
		{isTOML, (*detector).toml},
		{isJSONFile, (*detector).json},
		{isJSON, (*detector).json},
		{isManifest, (*detector).yaml},
	}
}

// content looks at a text as the file of that name; false when it is of no kind
// that is known.
func (d *detector) content(name string, t *text.Text) bool {
	for _, f := range formats() {
		if f.is(name, t.Value) {
			inner := d.within(t)
			inner.name = name
			f.look(inner, t)
			return true
		}
	}
	return false
}

func named(pattern string) func(name, content string) bool {
	re := regexp.MustCompile(pattern)
	return func(name, _ string) bool { return re.MatchString(name) }
}

var shebang = regexp.MustCompile(`^#!\s*(/\S*/)?(env\s+(-S\s+)?)?(ba|da|a|k|mk|z)?sh\b|^#!\s*/\S*/busybox\s+sh\b|^#!/command/with-contenv (ba)?sh`)

func isShell(name, content string) bool {
	if strings.HasPrefix(content, "#!") {
		return shebang.MatchString(content)
	}
	return strings.HasSuffix(name, ".sh") || strings.HasSuffix(name, ".bash") || strings.HasSuffix(name, ".sh.tpl") || strings.HasSuffix(name, ".sh.tmpl")
}

// shellFile looks at a script in a file, which says where it runs if cron or
// systemd starts it from its folder.
func (d *detector) shellFile(t *text.Text) {
	if nodeScript.MatchString(d.name) {
		d = d.in(Node)
	}
	d.shell(t)
}

var nodeScript = regexp.MustCompile(`(^|/)(cron\.(hourly|daily|weekly|monthly)|etc|user-?data|cloud-init|bootstrap|init\.d|profile\.d)(/|[^/]*\.sh$|$)`)

func isCloudInit(_, content string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(content, "## template: jinja\n"), "\n")
	return strings.HasPrefix(first, "#cloud-config") || strings.HasPrefix(content, "Content-Type: multipart/mixed") ||
		strings.HasPrefix(content, "MIME-Version:") && strings.Contains(content, "multipart/mixed")
}

var units = regexp.MustCompile(`\.(service|socket|timer|path|mount|target|slice)$|\.(service|socket)\.d/[^/]+\.conf$`)

func isUnit(name, content string) bool {
	if units.MatchString(name) && strings.Contains(content, "[") {
		return true
	}
	return anyOf(path.Ext(name), ".conf", "") && unitHeader.MatchString(content)
}

var unitHeader = regexp.MustCompile(`(?m)^\[(Unit|Service|Install)\]\s*$`)

func isCron(name, _ string) bool { return strings.Contains("/"+name, "/cron.d/") }

// systemCrontab tells a crontab with a column for the user from one of a user.
var systemCrontab = regexp.MustCompile(`(?m)^\s*(@\w+|(\S+\s+){4}\S+)\s+(root|nobody|daemon|www-data|ubuntu|ec2-user|centos|core|admin|jenkins|postgres)\s`)

// isTree is true for a file that is YAML, or the like, whatever is in it.
func isTree(name string) bool {
	return isYAML(name, "") || anyOf(path.Ext(name), ".json", ".toml", ".xml")
}

func isFluentBit(name, content string) bool {
	return !isTree(name) && fluentBitHeader.MatchString(content)
}

var fluentBitHeader = regexp.MustCompile(`(?m)^\s*\[(INPUT|FILTER|OUTPUT|SERVICE|PARSER|MULTILINE_PARSER)\]\s*\r?$`)

func isFluentd(name, content string) bool {
	return !isTree(name) && fluentdHeader.MatchString(content)
}

var fluentdHeader = regexp.MustCompile(`(?m)^\s*<(source|match( [^>]*)?|filter( [^>]*)?|parse|label [^>]*)>\s*\r?$`)

func isLogstash(name, content string) bool {
	return logstashHeader.MatchString(content) && anyOf(path.Ext(name), ".conf", ".logstash", "")
}

var logstashHeader = regexp.MustCompile(`(?m)^\s*(input|filter|output)\s*\{`)

func isAlloy(name, content string) bool {
	return anyOf(path.Ext(name), ".alloy", ".river") || !isTree(name) && alloyHeader.MatchString(content)
}

var alloyHeader = regexp.MustCompile(`(?m)^(loki|discovery|prometheus|otelcol)\.[a-z_.]+ "[^"]*" \{`)

func isTOML(name, content string) bool {
	return strings.HasSuffix(name, ".toml") || anyOf(path.Ext(name), ".conf", "") && tomlHeader.MatchString(content)
}

var tomlHeader = regexp.MustCompile(`(?m)^\s*\[\[(inputs|outputs|processors|aggregators|runners)\b[^\]]*\]\]`)

func isJSON(name, content string) bool {
	trimmed := strings.TrimSpace(content)
	return path.Ext(name) != ".md" && strings.HasPrefix(trimmed, "{") && strings.HasSuffix(trimmed, "}") && strings.Contains(trimmed, `"`) &&
		!strings.HasPrefix(trimmed, "{{")
}

// isManifest is true for YAML in a file whose name does not say so.
func isManifest(_, content string) bool {
	return manifestHeader.MatchString(content) && strings.Contains(content, "\nkind:") || strings.HasPrefix(content, "kind:")
}

var manifestHeader = regexp.MustCompile(`(?m)^apiVersion:`)

func isGroovyPipeline(name, content string) bool {
	return strings.HasSuffix(name, ".groovy") && groovyPipeline.MatchString(content)
}

var groovyPipeline = regexp.MustCompile(`(?m)^\s*(pipeline|node|podTemplate|stage)\s*[({]|^\s*def call\(|\bsh\s*[('"]`)

// Template looks at a template of a chart as it is written, for want of what it
// renders to: both branches of each condition.
func Template(name string, data []byte) Result {
	out := Result{Known: true}
	t := text.New(string(data))
	newDetector(name, t, &out).in(Pod).template(t)
	return out
}

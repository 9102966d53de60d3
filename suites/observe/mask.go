package observe

import (
	"net/netip"
	"regexp"
	"strings"
)

// mask replaces what a pattern finds.
type mask struct {
	pattern *regexp.Regexp
	replace func(found string) string
}

// masks run in this order: longer and more telling shapes first.
var masks = []mask{
	{regexp.MustCompile(`[0-9a-fA-F]{8}[-_][0-9a-fA-F]{4}[-_][0-9a-fA-F]{4}[-_][0-9a-fA-F]{4}[-_][0-9a-fA-F]{12}`), to("<uid>")},
	{regexp.MustCompile(`sha256:[0-9a-f]{64}`), to("sha256:<digest>")},
	{regexp.MustCompile(`[0-9a-f]{64}`), to("<id>")},
	{regexp.MustCompile(`rehearse-[a-z]+-[a-z0-9]{5}\b`), to("<namespace>")},
	{regexp.MustCompile(`\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?`), timestamp},
	{regexp.MustCompile(`([0-9a-f]{2}:){5}[0-9a-f]{2}`), to("<mac>")},
	{regexp.MustCompile(`fe80::[0-9a-f:]+`), to("fe80::<id>")},
	{regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b`), address},
	{regexp.MustCompile(`\[::1?\]:\d+`), ephemeral},
	{regexp.MustCompile(`/(exec|attach|portforward)/[\w-]{8}\b`), token},
	{regexp.MustCompile(`\b[a-z]+:?\[\d+\]`), digits}, // pipe:[12], socat[34]
	{regexp.MustCompile(`/snapshots/\d+`), digits},
	{regexp.MustCompile(`\bl/[A-Z2-7]{26}\b`), to("l/<id>")},
	{regexp.MustCompile(`\bveth[0-9a-f]+\b`), to("veth<id>")},
	{regexp.MustCompile(`@if\d+`), digits},
	{regexp.MustCompile(`\b\d+(\.\d+)?(ns|us|µs|ms)\b|\b\d+\.\d+s\b`), to("<duration>")},
	{regexp.MustCompile(`\b[0-9a-f]{12}\b`), shortID},
}

var number = regexp.MustCompile(`\d+`)

// Mask replaces what only one run knows by what kind of thing it is. Masking
// twice changes nothing more.
func Mask(text string) string {
	for _, m := range masks {
		text = m.pattern.ReplaceAllStringFunc(text, m.replace)
	}
	return text
}

func to(word string) func(string) string {
	return func(string) string { return word }
}

func digits(found string) string { return number.ReplaceAllString(found, "<n>") }

// timestamp keeps how a zone is written: that is a matter of the runtime.
func timestamp(found string) string {
	switch {
	case strings.HasSuffix(found, "Z"):
		return "<time>Z"
	case zone.MatchString(found):
		return "<time>" + found[len(found)-len("+00:00"):]
	}
	return "<time>"
}

var zone = regexp.MustCompile(`\d[+-]\d\d:\d\d$`)

// address keeps the addresses that are the same everywhere.
func address(found string) string {
	host, port, _ := strings.Cut(found, ":")
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return found // a version number, say
	}
	if ip.IsLoopback() || ip.IsUnspecified() {
		return ephemeral(found)
	}
	if port == "" {
		return "<ip>"
	}
	return ephemeral("<ip>:" + port)
}

// ephemeral masks a port that the kernel chose: 32768 and above.
func ephemeral(found string) string {
	at := strings.LastIndex(found, ":")
	port := found[at+1:]
	if at < 0 || len(port) < len("32768") || (len(port) == len("32768") && port < "32768") {
		return found
	}
	return found[:at] + ":<port>"
}

// token masks what stands for one stream in the address of a streaming server.
func token(found string) string { return found[:strings.LastIndex(found, "/")] + "/<token>" }

// shortID leaves a plain number of twelve digits alone.
func shortID(found string) string {
	if strings.ContainsAny(found, "abcdef") && strings.ContainsAny(found, "0123456789") {
		return "<id>"
	}
	return found
}

package normalise

import (
	"net/netip"
	"regexp"
	"strings"
)

const masked = `<(?:node|pod|workload|uid|id|time|duration|ip|mac|port|hash)(?: [^<>_\n]*)?>`

var (
	// mask is a mask that a text begins with.
	mask = regexp.MustCompile(`^` + masked)
	// separator is a mask that is in place already, or an underscore.
	separator = regexp.MustCompile(masked + `|_`)
)

// unfit are the characters that would end a mask early.
var unfit = regexp.MustCompile(`[<>_\n]`)

// suffix is what Kubernetes appends to generated names: an alphabet without
// vowels and look-alikes.
const suffix = `[bcdfghjklmnpqrstvwxz2456789]`

// pattern is a shape and what stands in for it. A shape begins and ends at the
// edge of a word, so that what stands beside a mask cannot match where it did
// not before.
type pattern struct {
	in   *regexp.Regexp
	mask func(string) string
}

var patterns = []pattern{
	{regexp.MustCompile(`\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b`), always("<uid>")},
	{regexp.MustCompile(`\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})\b`), always("<id>")},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d| [+-]\d{4} [A-Z]{3,4})?\b`), always("<time>")},
	{regexp.MustCompile(`\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6}\b`), always("<time>")}, // as klog writes it
	{regexp.MustCompile(`\b(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}\b`), always("<mac>")},
	{regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b`), address},
	{regexp.MustCompile(`\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}\b`), address},
	{regexp.MustCompile(`\b(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?(?:ns|us|µs|ms|s)\b|\b\d+h\d+m\b`), always("<duration>")},
	{regexp.MustCompile(`\b[0-9a-f]{12}\b`), shortID},
	{regexp.MustCompile(`-(?:` + suffix + `{8,10}|\d{8})-` + suffix + `{5}\b`), always("-<hash>")},
	{regexp.MustCompile(`\bkube-api-access-` + suffix + `{5}\b`), always("kube-api-access-<hash>")},
}

func always(mask string) func(string) string {
	return func(string) string { return mask }
}

// address masks an IP address. Loopback and the unspecified address mean the
// same everywhere and stay; ports stay unless they are ephemeral.
func address(s string) string {
	host, port := s, ""
	if strings.Count(s, ":") == 1 {
		host, port, _ = strings.Cut(s, ":")
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return s
	}
	if !addr.IsLoopback() && !addr.IsUnspecified() {
		host = "<ip>"
	}
	switch {
	case port == "":
		return host
	case ephemeral(port):
		return host + ":<port>"
	default:
		return host + ":" + port
	}
}

// ephemeral is true for ports that Linux hands out by itself.
func ephemeral(port string) bool {
	return len(port) == 5 && port >= "32768"
}

// shortID masks a container ID that was cut to twelve digits, which a plain
// number or word of that length is not.
func shortID(s string) string {
	if strings.ContainsAny(s, "0123456789") && strings.ContainsAny(s, "abcdef") {
		return "<id>"
	}
	return s
}

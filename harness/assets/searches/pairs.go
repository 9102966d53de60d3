package searches

import (
	"strconv"
	"strings"
)

// pairs are the key=value pairs of a text, as logfmt and structured klog write them;
// other words between them are passed over. A key that stands twice has its last
// value, as in Loki.
func pairs(text []byte) map[string]string {
	fields := map[string]string{}
	rest := string(text)
	for {
		before, after, ok := strings.Cut(rest, "=")
		if !ok {
			return fields
		}
		key := before[strings.LastIndexAny(before, " \t")+1:]
		value, left := pairValue(after)
		if isKey(key) {
			fields[key] = value
		}
		rest = left
	}
}

// pairValue reads a value, quoted or up to the next space, and returns what is behind.
func pairValue(s string) (value, rest string) {
	if quoted, err := strconv.QuotedPrefix(s); err == nil && s[0] == '"' {
		if value, err := strconv.Unquote(quoted); err == nil {
			return value, s[len(quoted):]
		}
	}
	end := strings.IndexAny(s, " \t")
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

// isKey is true for a word such as a person would name a field.
func isKey(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_-.@/", r) {
			return false
		}
	}
	return s != ""
}

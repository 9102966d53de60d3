package compare

import (
	"regexp"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/normalise"
)

// The shapes of label values that say nothing about a runtime.
const (
	plainText  = "text"
	plainValue = "number"
)

var (
	number = regexp.MustCompile(`^[-+]?(?:\d{1,6}(?:\.\d+)?(?:e[-+]?\d+)?|Inf)$`)
	uri    = regexp.MustCompile(`^([a-z][a-z0-9+.-]*)://(.*)$`)
	hashed = regexp.MustCompile(`^[a-z]*[-:]?<id>(?:\.scope)?$`)
)

// shapes remembers the shapes of texts. One text stands in many series: the ID of a
// container in each of its own.
type shapes map[string]string

// maxShapes bounds what is remembered.
const maxShapes = 1 << 16

// of returns what normalise.Shape does.
func (s shapes) of(text string) string {
	shape, known := s[text]
	if !known {
		if len(s) >= maxShapes {
			clear(s)
		}
		shape = normalise.Shape(text)
		s[text] = shape
	}
	return shape
}

// value is how the value of a label is written, in words that are the same
// in every run; empty for no value. It tells apart what selectors and relabelling
// lean on: names that a runtime makes, IDs, references of images, paths.
func (s shapes) value(label, v string) string {
	switch {
	case v == "":
		return ""
	case number.MatchString(v):
		return plainValue
	case strings.HasPrefix(v, "k8s_"):
		return s.name(v)
	case strings.HasPrefix(v, "/"):
		return "path" + runtimeIn(v)
	}
	masked := s.of(v)
	if parts := uri.FindStringSubmatch(masked); parts != nil {
		if hashed.MatchString(parts[2]) {
			return masked
		}
		return parts[1] + "://..."
	}
	switch {
	case hashed.MatchString(masked):
		return masked
	case strings.Contains(label, "image"):
		return "image " + spelling(v)
	case masked == "<uid>", masked == "<ip>", masked == "<time>":
		return masked
	default:
		return plainText
	}
}

var ofRuntime = regexp.MustCompile(`(?:^|[/._-])(docker|containerd|dockershim)(?:$|[/._-])`)

// runtimeIn names the runtime that a path leads to.
func runtimeIn(path string) string {
	if runtime := ofRuntime.FindStringSubmatch(path); runtime != nil {
		return " of " + runtime[1]
	}
	return ""
}

// telling is true for shapes of which some say more than that there is a value.
func telling(shapes fact) bool {
	for shape := range shapes {
		if shape != plainText && shape != plainValue {
			return true
		}
	}
	return false
}

package normalise

import (
	"path"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// Masker masks the names of one run, then everything that looks like a value of
// one run. The zero value masks by shape alone. It may be used at the same time.
type Masker struct{ known dictionary }

// New returns a masker for a run with these names. Names that are their own
// role need no mask and stay readable.
func New(names record.Names) *Masker {
	masks := map[string]string{}
	for name, role := range names.Nodes {
		masks[name] = token("node", role)
	}
	for _, pod := range names.Pods {
		if pod.Name != pod.Role {
			masks[pod.Name] = token("pod", pod.Role)
		}
	}
	for name, role := range names.Workloads {
		masks[path.Base(name)] = token("workload", role)
	}
	return &Masker{newDictionary(masks)}
}

// Text returns s with every mask in place. Masking twice changes nothing more.
func (m *Masker) Text(s string) string {
	return Shape(string(m.AppendNames(nil, []byte(s))))
}

// AppendNames appends text to dst with the run's names masked, and nothing else:
// log messages have masks by shape of their own. It is fast enough for a million
// lines.
func (m *Masker) AppendNames(dst, text []byte) []byte {
	return m.known.appendMasked(dst, text)
}

// Shape masks s by shape alone, for text in which no run-known name can stand.
func Shape(s string) string {
	for _, p := range patterns {
		s = outsideMasks(s, func(s string) string { return p.in.ReplaceAllStringFunc(s, p.mask) })
	}
	return s
}

// outsideMasks edits the pieces of s between its masks, and of those each piece
// between underscores by itself: an underscore joins names in Kubernetes (as in
// k8s_web_web-0), but counts as part of a word in regular expressions.
func outsideMasks(s string, edit func(string) string) string {
	var out strings.Builder
	for len(s) > 0 {
		at := separator.FindStringIndex(s)
		if at == nil {
			at = []int{len(s), len(s)}
		}
		out.WriteString(edit(s[:at[0]]))
		out.WriteString(s[at[0]:at[1]])
		s = s[at[1]:]
	}
	return out.String()
}

func token(kind, role string) string {
	return "<" + kind + " " + unfit.ReplaceAllString(role, "-") + ">"
}

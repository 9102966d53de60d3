package wrap_test

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/wrap"
)

func TestIndent(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ text, want string }{
		"nothing":                         {" \n", ""},
		"what fits stays on one line":     {"one two", "  one two\n"},
		"white space is one space":        {"one\n\n  two", "  one two\n"},
		"what does not fit is broken":     {"one two three", "  one two\n  three\n"},
		"a long word gets its own line":   {"a sesquipedalian b", "  a\n  sesquipedalian\n  b\n"},
		"characters count, and not bytes": {"größte öde", "  größte\n  öde\n"},
		"exactly the width":               {"éééé ééé", "  éééé ééé\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := wrap.Indent(row.text, "  ", 10); got != row.want {
				t.Errorf("Indent(%q) = %q, want %q", row.text, got, row.want)
			}
		})
	}
}

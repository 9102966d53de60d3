package printable_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rehearse-dev/rehearse/internal/printable"
)

func TestString(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ in, want string }{
		"plain text":           {"grün – 緑\n\tok", "grün – 緑\n\tok"},
		"terminal escape":      {"\x1b[31mred", "␛[31mred"},
		"carriage return":      {"a\r\nb", "a␍\nb"},
		"nul and delete":       {"\x00\x7f", "␀␡"},
		"invalid UTF-8":        {"a\xffb", "a\ufffdb"},
		"reversed direction":   {"a\u202eb\u2066c", "a\ufffdb\ufffdc"},
		"not a character":      {"a\uffffb", "a\ufffdb"},
		"second control range": {"a\u009bb", "a\ufffdb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := printable.String(row.in); got != row.want {
				t.Errorf("String(%q) = %q, want %q", row.in, got, row.want)
			}
		})
	}
}

func FuzzString(f *testing.F) {
	f.Add("a\x00\xff\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		got := printable.String(s)
		if !utf8.ValidString(got) || printable.String(got) != got {
			t.Errorf("String(%q) = %q, which is not valid or not final", s, got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
			t.Errorf("String(%q) = %q, with a control character at %d", s, got, i)
		}
		if line := printable.Line(s); strings.ContainsAny(line, "\n\t") {
			t.Errorf("Line(%q) = %q, which is no line", s, line)
		}
	})
}

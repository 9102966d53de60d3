package detect

import (
	"errors"
	"fmt"
	"strings"
)

// Parsers of scripts and of queries go down one call for each level, and a stack
// that is too small for them ends the program. No file that somebody wrote comes
// near these.
const (
	mostLevels = 3_000
	mostQuery  = 64 << 10
)

var (
	errNested  = fmt.Errorf("nested deeper than %d levels", mostLevels)
	errTooLong = errors.New("longer than the 64 KiB that are read of a query")
)

// opening and closing are the words of a shell between which commands stand.
var (
	opening = set("if while until for case select !")
	closing = set("fi done esac")
)

// nests is true for a text with more levels, as far as brackets, the shell's words
// and chains of commands tell.
func nests(s string) bool {
	level, words, chain := 0, 0, 0
	for line := range strings.Lines(s) {
		line, _, _ = strings.Cut(" "+line, " #") // a comment
		trimmed := strings.TrimSpace(line)
		for i := range len(line) {
			switch line[i] {
			case '(', '{', '[':
				level++
			case ')', '}', ']':
				level = max(level-1, 0)
			case '&', '|':
				chain++
			}
			if level > mostLevels || chain > mostLevels {
				return true
			}
		}
		for word := range strings.FieldsSeq(strings.ReplaceAll(line, ";", " ")) {
			switch {
			case opening[word]:
				words++
			case closing[word]:
				words = max(words-1, 0)
			}
		}
		if words > mostLevels {
			return true
		}
		if !strings.HasSuffix(trimmed, "&") && !strings.HasSuffix(trimmed, "|") && !strings.HasSuffix(trimmed, `\`) {
			chain = 0 // the next line is another command
		}
	}
	return false
}

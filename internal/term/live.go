package term

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// palette holds the escape sequences of each style; the zero value has none.
type palette struct{ good, bad, quiet, end string }

func colours() palette {
	return palette{good: "\x1b[32m", bad: "\x1b[31m", quiet: "\x1b[2m", end: "\x1b[0m"}
}

var spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// draw replaces the live lines: first by lines that stay, then by what runs now.
func (p *Progress) draw(stays string) {
	var b strings.Builder
	if p.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r\x1b[J", p.drawn)
	}
	b.WriteString(stays)
	p.drawn = 0
	for i, s := range p.running {
		line := fmt.Sprintf(" %s %s  %s  %s", spinner[p.frame%len(spinner)], s.name, elapsed(time.Since(s.started)), s.note)
		if i == liveLines {
			line = fmt.Sprintf("   and %d more", len(p.running)-i)
		}
		b.WriteString(fit(line, p.columns()) + "\n")
		p.drawn++
		if i == liveLines {
			break
		}
	}
	p.write(b.String())
}

func (p *Progress) columns() int {
	if p.width > 0 {
		return p.width
	}
	return Width(p.w)
}

// fit cuts a line so that it does not wrap, which would put the cursor
// elsewhere than draw expects it.
func fit(line string, columns int) string {
	line = strings.TrimRight(line, " ")
	if utf8.RuneCountInString(line) < columns {
		return line
	}
	runes := []rune(line)
	return string(runes[:max(columns-2, 0)]) + "…"
}

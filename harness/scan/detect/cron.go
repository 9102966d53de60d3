package detect

import (
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// cron looks at a crontab; system says that its lines name a user.
func (d *detector) cron(t *text.Text, system bool) {
	offset := 0
	for line := range strings.Lines(t.Value) {
		start := offset
		offset += len(line)
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		from := start + len(line) - len(strings.TrimLeft(line, " \t"))
		if name, value, ok := strings.Cut(trimmed, "="); ok && !strings.ContainsAny(name, " \t*") {
			d.env(name, plainWord(strings.Trim(value, `"' `), t.Slice(from, from+len(trimmed))))
			continue
		}
		fields := 5
		if strings.HasPrefix(trimmed, "@") {
			fields = 1
		}
		if system {
			fields++
		}
		at := skipWords(t.Value, from, fields)
		// A percent sign ends the command; what follows is its input.
		end := start + len(strings.TrimRight(line, "\r\n"))
		if at < end {
			command := t.Slice(at, end)
			d.within(command).shell(command)
		}
	}
}

// skipWords is the offset of the word after so many others of a line.
func skipWords(s string, at, words int) int {
	space := func(at int) int { return at + len(s[at:]) - len(strings.TrimLeft(s[at:], " \t")) }
	for range words {
		at = space(at)
		end := strings.IndexAny(s[at:], " \t\r\n")
		if end < 0 {
			return len(s)
		}
		at += end
	}
	return space(at)
}

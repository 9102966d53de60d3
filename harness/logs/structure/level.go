package structure

import "bytes"

// Level is how grave a line is. Levels are ordered, gravest last.
type Level uint8

// The levels. NoLevel is that of lines that do not say.
const (
	NoLevel Level = iota
	Trace
	Debug
	Info
	Notice
	Warning
	Error
	Fatal
)

var levelNames = [...]string{"", "trace", "debug", "info", "notice", "warning", "error", "fatal"}

// String names the level; it is empty for none.
func (l Level) String() string { return levelNames[l] }

// Syslog is the level of a priority of syslog and of systemd's journal: "0" to
// "7".
func Syslog(priority string) Level {
	if len(priority) != 1 || priority[0] < '0' || priority[0] > '7' {
		return NoLevel
	}
	return [...]Level{Fatal, Fatal, Fatal, Error, Warning, Notice, Info, Debug}[priority[0]-'0']
}

// levelOf reads a level by name, or by number as bunyan and pino write it.
func levelOf(value []byte) Level {
	if len(value) > len("information") {
		return NoLevel
	}
	var lower [len("information")]byte
	n := copy(lower[:], value)
	for i, c := range lower[:n] {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	switch string(lower[:n]) {
	case "trace", "10":
		return Trace
	case "debug", "dbg", "20":
		return Debug
	case "info", "information", "inf", "30":
		return Info
	case "notice":
		return Notice
	case "warn", "warning", "wrn", "40":
		return Warning
	case "error", "err", "50":
		return Error
	case "fatal", "crit", "critical", "panic", "dpanic", "alert", "emerg", "emergency", "60":
		return Fatal
	}
	return NoLevel
}

// levelOfText finds the level that free text begins with, behind a time and the
// like: one of the first words, if it is written as a level is: in brackets, in
// capitals or before a colon.
func levelOfText(text []byte) Level {
	for range 5 {
		text = text[spaces(text):]
		end := bytes.IndexAny(text, " \t")
		if end < 0 {
			end = len(text)
		}
		word := text[:end]
		if name := bytes.Trim(word, "[]():|<>"); len(name) > 0 && digits(name) == 0 {
			if set := len(name) < len(word) || isUpper(name); set {
				return levelOf(name)
			}
			return NoLevel
		}
		text = text[end:]
	}
	return NoLevel
}

func isUpper(word []byte) bool {
	for _, c := range word {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

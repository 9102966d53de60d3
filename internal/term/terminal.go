package term

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// IsTerminal reports whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Width of the terminal w in columns; 80 where w is none or does not say.
func Width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// Capable reports whether the terminal that env describes can move its cursor.
func Capable(env func(string) string) bool {
	kind := env("TERM")
	return kind != "" && kind != "dumb"
}

// Colour reports whether env allows colour: NO_COLOR forbids it, with any value.
func Colour(env func(string) string) bool { return env("NO_COLOR") == "" && Capable(env) }

// elapsed is d as a person says it.
func elapsed(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}

package term

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rehearse-dev/rehearse/internal/printable"
	"github.com/rehearse-dev/rehearse/internal/progress"
)

// Mode is how progress is shown.
type Mode string

// The modes.
const (
	Auto  Mode = "auto"  // live on a capable terminal, otherwise plain
	Plain Mode = "plain" // a line per event
	Off   Mode = "off"   // nothing
)

const (
	liveInterval  = 120 * time.Millisecond // between two pictures of the spinner
	plainInterval = 15 * time.Second       // between two lines about steps that go on
	longStep      = 10 * time.Second       // from when on a step is worth such a line
	liveLines     = 8                      // running steps shown at once
)

// Options say what Progress writes to.
type Options struct {
	Mode Mode // empty means Auto
	// Env is the environment; nil means an empty one.
	Env func(string) string
	// Terminal reports whether the writer is a terminal; nil means IsTerminal.
	Terminal func(io.Writer) bool
	// Width of the terminal in columns; zero asks the terminal each time.
	Width int
}

// Progress shows progress events. Its methods may be called at any time from
// anywhere.
type Progress struct {
	w     io.Writer
	mode  Mode
	live  bool
	style palette
	width int

	stop chan struct{}
	done sync.WaitGroup

	mu      sync.Mutex
	running []*step // in the order in which they started
	drawn   int     // live lines on the screen
	frame   int
	closed  bool
	err     error // the first one of w
}

// step is a step that goes on.
type step struct {
	name, note string
	started    time.Time
}

// New starts showing progress on w. Close it.
func New(w io.Writer, o Options) (*Progress, error) {
	if !slices.Contains([]Mode{"", Auto, Plain, Off}, o.Mode) {
		return nil, fmt.Errorf("showing progress: mode %q: know auto, plain and off", o.Mode)
	}
	if o.Env == nil {
		o.Env = func(string) string { return "" }
	}
	if o.Terminal == nil {
		o.Terminal = IsTerminal
	}
	p := &Progress{w: w, mode: o.Mode, width: o.Width, stop: make(chan struct{})}
	onTerminal := o.Terminal(w)
	p.live = onTerminal && Capable(o.Env) && (o.Mode == "" || o.Mode == Auto)
	if onTerminal && Colour(o.Env) {
		p.style = colours()
	}
	if p.mode != Off {
		p.done.Go(p.tick)
	}
	return p, nil
}

// Observe shows one event.
func (p *Progress) Observe(e progress.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.mode == Off {
		return
	}
	line := p.take(e)
	if p.live {
		p.draw(line)
	} else {
		p.write(line)
	}
}

// Close takes the live lines away, and returns the first error of the writer.
// Events that come later are not shown.
func (p *Progress) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return p.err
	}
	p.closed = true
	p.running = nil
	p.draw("")
	close(p.stop)
	p.mu.Unlock()
	p.done.Wait()
	return p.err
}

// take notes what an event changes, and returns the line that stays for good;
// empty for none.
func (p *Progress) take(e progress.Event) string {
	name := printable.Line(e.Step)
	i := slices.IndexFunc(p.running, func(s *step) bool { return s.name == name })
	switch e.State {
	case progress.Started:
		p.running = append(p.running, &step{name: name, started: time.Now()})
		if p.live {
			return ""
		}
		return " • " + name + detail(e) + "\n"
	case progress.Note:
		if p.live && i >= 0 {
			p.running[i].note = printable.Line(e.Detail)
			return ""
		}
		return "   " + name + detail(e) + "\n"
	case progress.Done, progress.Cached, progress.Failed:
		if i >= 0 {
			p.running = slices.Delete(p.running, i, i+1)
		}
	}
	return p.outcome(e, name)
}

// outcome is the line that a step leaves behind.
func (p *Progress) outcome(e progress.Event, name string) string {
	took := elapsed(e.Elapsed)
	mark := p.style.good + "✓" + p.style.end
	switch e.State {
	case progress.Failed:
		mark = p.style.bad + "✗" + p.style.end
	case progress.Cached:
		took = "cached"
	case progress.Started, progress.Note, progress.Done:
	}
	return fmt.Sprintf(" %s %s  %s%s%s%s\n", mark, name, p.style.quiet, took, p.style.end, detail(e))
}

// detail follows on a step's line; more lines of it stand below, indented.
func detail(e progress.Event) string {
	text := strings.TrimSpace(printable.String(e.Detail))
	if text == "" {
		return ""
	}
	return "  " + strings.ReplaceAll(text, "\n", "\n     ")
}

// tick keeps the spinner turning, or says which steps take long.
func (p *Progress) tick() {
	interval := plainInterval
	if p.live {
		interval = liveInterval
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.remind()
		}
	}
}

func (p *Progress) remind() {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
	case p.live:
		p.frame++
		p.draw("")
	default:
		p.write(p.stillRunning())
	}
}

// stillRunning names the steps that take long, on one line; empty for none.
func (p *Progress) stillRunning() string {
	var long []string
	for _, s := range p.running {
		if d := time.Since(s.started); d > longStep {
			long = append(long, fmt.Sprintf("%s (%s)", s.name, elapsed(d)))
		}
	}
	if len(long) == 0 {
		return ""
	}
	return "   still running: " + strings.Join(long, ", ") + "\n"
}

// write sends s in one piece and keeps the first error.
func (p *Progress) write(s string) {
	if s == "" || p.err != nil {
		return
	}
	if _, err := io.WriteString(p.w, s); err != nil {
		p.err = fmt.Errorf("showing progress: %w", err)
	}
}

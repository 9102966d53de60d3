package term_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/internal/progress"
	"github.com/rehearse-dev/rehearse/internal/term"
)

func TestPlain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := start(t, &out, term.Options{})
		observe := progress.Observer(p.Observe)
		check(t, observe.Do("create baseline", func() error {
			<-time.After(32 * time.Second)
			observe.Note("create baseline", "waiting for nodes")
			return nil
		}))
		observe.Cached("build etcd")
		if err := observe.Do("apply", func() error { return errors.New("web is not ready:\nImagePullBackOff") }); err == nil {
			t.Error("Do swallowed the error")
		}
		<-time.After(time.Minute)
		check(t, p.Close())
		want := ` • create baseline
   still running: create baseline (15s)
   still running: create baseline (30s)
   create baseline  waiting for nodes
 ✓ create baseline  32s
 ✓ build etcd  cached
 • apply
 ✗ apply  0.0s  web is not ready:
     ImagePullBackOff
`
		if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(out.String(), "\n")); diff != "" {
			t.Errorf("plain progress (-want +got):\n%s", diff)
		}
	})
}

func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &screen{}
		p := start(t, screen, live("TERM", "xterm-256color", "NO_COLOR", "1"))
		observe := progress.Observer(p.Observe)
		observe(progress.Event{Step: "create baseline", State: progress.Started})
		observe(progress.Event{Step: "create candidate", State: progress.Started})
		observe.Note("create candidate", "waiting for nodes, which takes longer than a line is wide")
		<-time.After(12 * time.Second)
		screen.shows(t, " ⠋ create baseline  12s", " ⠋ create candidate  12s  waiting for …")
		observe(progress.Event{Step: "create baseline", State: progress.Done, Elapsed: 72 * time.Second})
		observe.Note("images", "3 loaded")
		screen.shows(t, " ✓ create baseline  1m12s", "   images  3 loaded", " ⠋ create candidate  12s  waiting for …")
		check(t, p.Close())
		screen.shows(t, " ✓ create baseline  1m12s", "   images  3 loaded")
	})
}

func TestLiveShowsAFewOfManySteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := &screen{}
		p := start(t, screen, live("TERM", "xterm", "NO_COLOR", "1"))
		for name := range strings.SplitSeq("abcdefghijkl", "") {
			p.Observe(progress.Event{Step: name, State: progress.Started})
		}
		if got := screen.lines[len(screen.lines)-1]; got != "   and 4 more" {
			t.Errorf("last line is %q", got)
		}
		check(t, p.Close())
	})
}

func TestWhatIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, row := range map[string]struct {
			options term.Options
			want    string
		}{
			"a terminal has colour":       {live("TERM", "xterm"), "\x1b[32m✓"},
			"NO_COLOR has none":           {live("TERM", "xterm", "NO_COLOR", "1"), " ✓ a  0.0s\n"},
			"a dumb terminal is plain":    {live("TERM", "dumb"), " • a\n ✓ a  0.0s\n"},
			"an unnamed one is plain":     {live(), " • a\n ✓ a  0.0s\n"},
			"plain is plain on terminals": {with(live("TERM", "xterm", "NO_COLOR", "1"), term.Plain), " • a\n ✓ a  0.0s\n"},
		} {
			var out bytes.Buffer
			p := start(t, &out, row.options)
			check(t, progress.Observer(p.Observe).Do("a", func() error { return nil }))
			check(t, p.Close())
			if !strings.Contains(out.String(), row.want) {
				t.Errorf("%s: wrote %q, want %q in it", name, out.String(), row.want)
			}
		}
	})
}

func TestOffWritesNothing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := start(t, &out, with(live("TERM", "xterm"), term.Off))
	progress.Observer(p.Observe).Cached("a")
	check(t, p.Close())
	if out.Len() > 0 {
		t.Errorf("wrote %q", out.String())
	}
}

func TestCloseMayBeRepeatedAndEndsIt(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := start(t, &out, term.Options{})
	check(t, p.Close())
	check(t, p.Close())
	progress.Observer(p.Observe).Cached("late")
	if out.Len() > 0 {
		t.Errorf("wrote %q after Close", out.String())
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	if _, err := term.New(io.Discard, term.Options{Mode: "loud"}); err == nil || !strings.Contains(err.Error(), `"loud"`) {
		t.Errorf("New with mode loud: error %v", err)
	}
	r, w, err := os.Pipe()
	check(t, err)
	check(t, r.Close())
	check(t, w.Close())
	p := start(t, w, term.Options{})
	progress.Observer(p.Observe).Cached("a")
	if err := p.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Close() = %v, want the writer's error", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	screen := &screen{}
	p := start(t, screen, live("TERM", "xterm", "NO_COLOR", "1"))
	var group sync.WaitGroup
	for name := range strings.SplitSeq("abcdefghijkl", "") {
		group.Go(func() {
			if err := progress.Observer(p.Observe).Do(name, func() error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	check(t, p.Close())
	if len(screen.lines) != 12 {
		t.Errorf("%d lines stay, want 12: %q", len(screen.lines), screen.lines)
	}
}

func TestTextOfOthersCannotDriveTheTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := start(t, &out, term.Options{})
	p.Observe(progress.Event{Step: "a\x1b[2J\nb", State: progress.Failed, Detail: "\x1b]0;x\x07"})
	check(t, p.Close())
	if want := " ✗ a␛[2J b  0.0s  ␛]0;x␇\n"; out.String() != want {
		t.Errorf("wrote %q, want %q", out.String(), want)
	}
}

// screen is a terminal that knows what Progress needs: text, newlines, moving
// up, and clearing to the end.
type screen struct {
	mu    sync.Mutex
	lines []string
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := string(b)
	if rest, ok := strings.CutPrefix(text, "\x1b["); ok {
		up, after, _ := strings.Cut(rest, "A\r\x1b[J")
		s.lines = s.lines[:len(s.lines)-int(up[0]-'0')]
		text = after
	}
	for line := range strings.Lines(text) {
		s.lines = append(s.lines, strings.TrimSuffix(line, "\n"))
	}
	return len(b), nil
}

// shows compares the screen once everything in the test's bubble waits.
func (s *screen) shows(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff(want, s.lines); diff != "" {
		t.Errorf("screen (-want +got):\n%s", diff)
	}
}

// live are the options of a terminal 40 columns wide with this environment.
func live(pairs ...string) term.Options {
	env := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return term.Options{
		Env:      func(name string) string { return env[name] },
		Terminal: func(io.Writer) bool { return true },
		Width:    40,
	}
}

func with(o term.Options, m term.Mode) term.Options {
	o.Mode = m
	return o
}

func start(t *testing.T, w io.Writer, o term.Options) *term.Progress {
	t.Helper()
	p, err := term.New(w, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

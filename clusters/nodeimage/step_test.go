package nodeimage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/progress"
)

// recorder is a plan in an empty cache, with the order in which its steps ran.
func recorder(t *testing.T) (*plan, *[]string) {
	t.Helper()
	var mu sync.Mutex
	var events []string
	builder := &Builder{Observe: func(e progress.Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e.Step+" "+string(e.State))
	}}
	return &plan{builder: builder, dir: t.TempDir(), compiling: newLane(), installing: newLane()}, &events
}

// touch fills a folder with one file.
func touch(_ context.Context, dst string) error {
	return os.WriteFile(filepath.Join(dst, "made"), nil, 0o600)
}

func TestStepsRunAfterWhatTheyNeedAndOnce(t *testing.T) {
	t.Parallel()
	p, events := recorder(t)
	root := p.folder("root", p.installing, nil, nil, touch)
	left := p.folder("left", p.compiling, []*step{root}, nil, touch)
	right := p.folder("right", p.installing, []*step{root}, nil, touch)
	top := p.folder("top", p.installing, []*step{left, right}, nil, touch)
	if err := p.builder.ensure(t.Context(), top); err != nil {
		t.Fatal(err)
	}
	if got := slices.Index(*events, "root done"); got != 1 {
		t.Errorf("root finished as event %d of %q, want 1", got, *events)
	}
	if got := len(*events); got != 8 {
		t.Errorf("%d events %q, want two for each of four steps", got, *events)
	}
	if got := (*events)[7]; got != "top done" {
		t.Errorf("the last event is %q, want top", got)
	}
}

func TestWhatIsThereIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	p, events := recorder(t)
	for range 2 {
		need := p.folder("need", p.installing, nil, nil, touch)
		if err := p.builder.ensure(t.Context(), p.folder("top", p.installing, []*step{need}, nil, touch)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"need started", "need done", "top started", "top done", "top cached"}
	if !slices.Equal(*events, want) {
		t.Errorf("events %q, want %q: a cached step does not even look at its needs", *events, want)
	}
}

func TestFailedStepLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	p, events := recorder(t)
	broken := errors.New("broken")
	bad := p.folder("bad", p.compiling, nil, nil, func(ctx context.Context, dst string) error {
		return errors.Join(touch(ctx, dst), broken)
	})
	top := p.folder("top", p.installing, []*step{bad}, nil, touch)
	if err := p.builder.ensure(t.Context(), top); !errors.Is(err, broken) {
		t.Errorf("ensure = %v, want the error of the step", err)
	}
	if entries, _ := os.ReadDir(p.dir); len(entries) != 0 {
		t.Errorf("the cache holds %v", entries)
	}
	if want := []string{"bad started", "bad failed"}; !slices.Equal(*events, want) {
		t.Errorf("events %q, want %q", *events, want)
	}
}

func TestLaneHoldsOneStep(t *testing.T) {
	t.Parallel()
	p, events := recorder(t)
	a := p.folder("a", p.compiling, nil, nil, touch)
	b := p.folder("b", p.compiling, nil, nil, touch)
	if err := p.builder.ensureAll(t.Context(), []*step{a, b}); err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut((*events)[0], " ")
	if got := (*events)[1]; got != first+" done" {
		t.Errorf("%q came between start and end of %s", got, first)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	need := &step{key: "k1"}
	base := newKey([]*step{need}, "a", "b")
	if again := newKey([]*step{need}, "a", "b"); again != base {
		t.Errorf("the same inputs gave %s and %s", base, again)
	}
	for name, other := range map[string]string{
		"another input":             newKey([]*step{need}, "a", "c"),
		"inputs cut elsewhere":      newKey([]*step{need}, "ab", ""),
		"another need":              newKey([]*step{{key: "k2"}}, "a", "b"),
		"no need":                   newKey(nil, "a", "b"),
		"a need that is like input": newKey(nil, "a", "b", "k2"),
	} {
		if other == base {
			t.Errorf("%s: the key is still %s", name, base)
		}
	}
}

func TestFingerprintSeesEveryPartOfAFile(t *testing.T) {
	t.Parallel()
	base := fingerprint([]file{{path: "a", mode: 0o644, content: []byte("b")}})
	for name, files := range map[string][]file{
		"path":    {{path: "c", mode: 0o644, content: []byte("b")}},
		"mode":    {{path: "a", mode: 0o755, content: []byte("b")}},
		"content": {{path: "a", mode: 0o644, content: []byte("c")}},
	} {
		if fingerprint(files) == base {
			t.Errorf("another %s gives the same fingerprint", name)
		}
	}
}

package nodeimage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/progress"
)

func TestLockWaitsForItsHolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	waiting := make(chan struct{}, 1)
	b := &Builder{Observe: func(e progress.Event) {
		if e.State == progress.Started {
			waiting <- struct{}{}
		}
	}}
	release, err := b.lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error, 1)
	go func() {
		release, err := b.lock(t.Context(), path)
		if err == nil {
			release()
		}
		second <- err
	}()
	<-waiting
	release()
	if err := <-second; err != nil {
		t.Errorf("the second lock = %v", err)
	}
}

func TestLockGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	release, err := (&Builder{}).lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&Builder{}).lock(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("lock = %v, want that it was cancelled", err)
	}
}

func TestRemoveFoldersKeepsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	p, _ := recorder(t)
	need := p.folder("need", p.installing, nil, nil, touch)
	top := p.folder("top", p.installing, []*step{need}, nil, touch)
	stale := p.folder("top", p.installing, nil, []string{"older"}, touch)
	for _, s := range []*step{top, stale} {
		if err := p.builder.ensure(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	interrupted := filepath.Join(p.dir, ".rehearse-123")
	if err := os.Mkdir(interrupted, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	needed := map[string]bool{}
	collect(top, needed)
	removed, err := removeFolders(p.dir, needed)
	if err != nil || !slices.Equal(removed, []string{interrupted, stale.out}) {
		t.Errorf("removeFolders = %q, %v, want the stale and the interrupted", removed, err)
	}
	if left, _ := os.ReadDir(p.dir); len(left) != 3 {
		t.Errorf("left in the cache: %v, want the lock and two folders", left)
	}
}

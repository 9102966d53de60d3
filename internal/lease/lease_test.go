package lease_test

import (
	"testing"

	"github.com/rehearse-dev/rehearse/internal/lease"
)

func TestOrphaned(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	check := func(when string, want bool) {
		t.Helper()
		got, err := lease.Orphaned(dir, "pair")
		if err != nil || got != want {
			t.Errorf("Orphaned %s = %v, %v; want %v", when, got, err, want)
		}
	}
	check("before it is taken", false)
	l, err := lease.Take(dir, "pair")
	if err != nil {
		t.Fatal(err)
	}
	check("while it is held", false)
	if _, err := lease.Take(dir, "pair"); err == nil {
		t.Error("Take succeeded while the lease is held")
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	check("after it was released", false)
}

func TestKeptIsNoOrphan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := lease.Take(dir, "pair")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Keep(); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if got, err := lease.Orphaned(dir, "pair"); err != nil || got {
		t.Errorf("Orphaned of a kept lease = %v, %v; want false", got, err)
	}
	if err := lease.Drop(dir, "pair"); err != nil {
		t.Error(err)
	}
	if err := lease.Drop(dir, "pair"); err != nil {
		t.Errorf("dropping twice: %v", err)
	}
}

// A process that dies without Release is imitated by a file that nobody locks.
func TestDeadHolderLeavesAnOrphan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeEmpty(t, dir, "pair")
	if got, err := lease.Orphaned(dir, "pair"); err != nil || !got {
		t.Errorf("Orphaned = %v, %v; want true", got, err)
	}
}

// Package lease tells what a living process still uses from what a dead one
// left behind. A lease is a file that its holder keeps locked; the kernel drops
// the lock however the holder ends, so a lease that is not locked belongs to
// nobody any more, unless its holder said that it is to stay.
package lease

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

const kept = "kept"

// Lease is held by this process until Release.
type Lease struct{ file *os.File }

// Take makes and locks the lease called name in dir, which is created if need
// be. It fails when another process holds it.
func Take(dir, name string) (*Lease, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("taking lease %q: %w", name, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("taking lease %q: %w", name, err)
	}
	if err := lock(f); err != nil {
		return nil, fmt.Errorf("taking lease %q: %w", name, errors.Join(err, f.Close()))
	}
	return &Lease{f}, nil
}

// Keep marks what the lease stands for as meant to outlive its holder.
func (l *Lease) Keep() error {
	_, err := l.file.WriteAt([]byte(kept), 0)
	return err
}

// Release gives the lease up. Unless it was kept, its file goes too.
func (l *Lease) Release() error {
	content, err := os.ReadFile(l.file.Name())
	if err == nil && string(content) != kept {
		err = os.Remove(l.file.Name())
	}
	return errors.Join(err, l.file.Close())
}

// Orphaned says whether the lease called name is there, held by nobody and not
// kept.
func Orphaned(dir, name string) (bool, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	switch err := lock(f); {
	case errors.Is(err, unix.EWOULDBLOCK):
		return false, nil
	case err != nil:
		return false, err
	}
	content, err := os.ReadFile(f.Name())
	return strings.TrimSpace(string(content)) != kept, err
}

// Drop removes the file of a lease that nobody holds any more.
func Drop(dir, name string) error {
	err := os.Remove(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// lock takes the lock or fails at once.
func lock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

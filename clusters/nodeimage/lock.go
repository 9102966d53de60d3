package nodeimage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lock waits until no other process holds the lock file. The kernel releases it
// when its holder ends, however that comes about.
func (b *Builder) lock(ctx context.Context, path string) (release func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	release = func() { _ = file.Close() } // nothing was written
	held := tryLock(file)
	if errors.Is(held, syscall.EWOULDBLOCK) {
		held = b.timed("waiting for another build", func() error { return waitLock(ctx, file) })
	}
	if held != nil {
		release()
		return nil, fmt.Errorf("locking %s: %w", path, held)
	}
	return release, nil
}

func tryLock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func waitLock(ctx context.Context, file *os.File) error {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := tryLock(file)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}

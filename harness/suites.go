package harness

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
	"github.com/rehearse-dev/rehearse/suites"
)

// Runner runs the suites of a scenario against one cluster.
type Runner interface {
	// Run returns a result for every suite, also for one that could not be looked
	// at, which says so. Processes may leave what they print in dir. An error means
	// that nothing could be run, or not to its end.
	Run(ctx context.Context, c *clusters.Cluster, dir string, list []scenarios.Suite) ([]suites.Result, error)
}

func (p *performance) suites(ctx context.Context) error {
	list := p.Scenario.Spec.Suites
	if len(list) == 0 {
		return nil
	}
	// Before anything of a suite is recorded, so that no secret is.
	if err := p.collectKinds(ctx, record.Secrets); err != nil {
		return err
	}
	return p.bothSides(ctx, func(ctx context.Context, i int, c *clusters.Cluster) error {
		printed := filepath.Join(p.Folder.clusterDir(c.Side), record.SuitesDir)
		results, err := p.Runner.Run(ctx, c, printed, list)
		return errors.Join(err,
			writeResults(p.writers[i], results),
			writePrinted(p.writers[i], printed),
			os.RemoveAll(printed))
	})
}

// writePrinted records what the suites' processes wrote, redacted like
// everything else.
func writePrinted(w *record.Writer, dir string) error {
	files := os.DirFS(dir)
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // no suite got as far as writing anything
		}
		if err != nil || entry.IsDir() {
			return err
		}
		in, err := files.Open(name)
		if err != nil {
			return err
		}
		defer in.Close()
		out, err := w.File(path.Join(record.SuitesDir, name))
		if err != nil {
			return err
		}
		_, err = io.Copy(out, in)
		return errors.Join(err, out.Close())
	})
}

// writeResults records what each suite showed; what it could not look at is a
// gap.
func writeResults(w *record.Writer, results []suites.Result) error {
	for _, r := range results {
		if r.Gap != "" {
			w.Gap(record.Specs, "suite "+r.Suite, r.Gap)
		}
		if err := w.JSON(record.SuitesDir+"/"+r.Suite+".json", r); err != nil {
			return err
		}
	}
	return nil
}

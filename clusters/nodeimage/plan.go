package nodeimage

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
)

// plan is what the steps towards one node image have in common.
type plan struct {
	builder    *Builder
	dir        string // for what the steps leave on disk
	spec       Spec
	host       host
	compiling  lane
	installing lane
}

// plan lines up the steps and returns the last: the node image. To know where to
// start it may have to pull an image.
func (b *Builder) plan(ctx context.Context, dir string, spec Spec, mayPull bool) (*step, error) {
	host, err := readHost(ctx)
	if err != nil {
		return nil, err
	}
	p := &plan{builder: b, dir: dir, spec: spec, host: host, compiling: newLane(), installing: newLane()}
	base, err := p.base(ctx, mayPull)
	if err != nil {
		return nil, err
	}
	common := p.common(base)
	if spec.Runtime == clusters.Containerd {
		return p.containerdNode(common), nil
	}
	return p.dockerNode(common), nil
}

// folder is a step that fills a folder. It appears under its final name only when
// it is complete.
func (p *plan) folder(name string, on lane, needs []*step, inputs []string, fill func(ctx context.Context, dst string) error) *step {
	key := newKey(needs, append(inputs, name)...)
	out := filepath.Join(p.dir, strings.ReplaceAll(name, " ", "-")+"-"+key)
	return &step{
		name: name, key: key, out: out, needs: needs, lane: on,
		ready: func(context.Context) (bool, error) { return exists(out) },
		make: func(ctx context.Context) error {
			return inTempDir(p.dir, func(temporary string) error {
				if err := fill(ctx, temporary); err != nil {
					return err
				}
				return os.Rename(temporary, out)
			})
		},
	}
}

// inTempDir does some work in a folder of its own, and removes what is left of it.
func inTempDir(parent string, work func(dir string) error) error {
	dir, err := os.MkdirTemp(parent, ".rehearse-*")
	if err != nil {
		return err
	}
	return errors.Join(work(dir), os.RemoveAll(dir))
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// image is a step that makes an image in Docker. kind of image and key make its
// tag.
func (p *plan) image(name, kind string, needs []*step, inputs []string, build func(ctx context.Context, ref string) error) *step {
	key := newKey(needs, append(inputs, kind, p.host.key())...)
	ref := repository + ":" + kind + "-" + key
	return &step{
		name: name, key: key, out: ref, needs: needs, lane: p.installing,
		ready: func(ctx context.Context) (bool, error) {
			id, err := imageID(ctx, ref)
			return id != "", err
		},
		make: func(ctx context.Context) error { return build(ctx, ref) },
	}
}

// layer is a step that makes an image from another in a container.
func (p *plan) layer(name, kind string, from *step, needs []*step, inputs []string, work func(context.Context, container) error) *step {
	return p.image(name, kind, append([]*step{from}, needs...), inputs, func(ctx context.Context, ref string) error {
		return inContainer(ctx, from.out, kind, func(c container) error {
			if err := work(ctx, c); err != nil {
				return err
			}
			return c.commit(ctx, ref, kind, p.host.init(), "ENV container=docker")
		})
	})
}

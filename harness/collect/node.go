package collect

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/rehearse-dev/rehearse/clusters/runtime"
	"github.com/rehearse-dev/rehearse/harness/record"
)

//go:embed node.sh
var nodeScript string

// node records what each node is made of.
type node struct{}

func (node) Kind() record.Kind { return record.Node }

func (node) Collect(ctx context.Context, src Source, w *record.Writer) error {
	if src.Exec == nil {
		return gap(w, record.Node, "all", errors.New(noExec))
	}
	all := make([]*record.NodeFacts, len(src.Cluster.Nodes))
	err := eachNode(src, w, record.Node, func(i int, node string) error {
		facts, err := nodeFacts(ctx, src, node)
		if err != nil {
			return err
		}
		all[i] = facts
		facts.Images, err = nodeImages(ctx, src, node)
		return gap(w, record.Node, "images of node "+node, err)
	})
	if err != nil {
		return err
	}
	seen := slices.DeleteFunc(all, func(f *record.NodeFacts) bool { return f == nil })
	return w.JSON(record.NodeFile, seen)
}

func nodeFacts(ctx context.Context, src Source, node string) (*record.NodeFacts, error) {
	var facts *record.NodeFacts
	err := run(ctx, src, node, nodeScript, runtime.AllUnits(), func(out io.Reader) error {
		var err error
		facts, err = readFacts(node, out)
		return err
	})
	return facts, err
}

func nodeImages(ctx context.Context, src Source, node string) ([]record.NodeImage, error) {
	profile, err := runtime.Of(src.Cluster.Runtime)
	if err != nil {
		return nil, err
	}
	var printed bytes.Buffer
	if err := src.Exec.ExecOnNode(ctx, src.Cluster, node, nil, &printed, profile.ListImages...); err != nil {
		return nil, fmt.Errorf("listing images: %w", err)
	}
	listed, err := profile.ParseImages(printed.Bytes())
	if err != nil {
		return nil, err
	}
	images := []record.NodeImage{}
	for _, i := range listed {
		slices.Sort(i.Names)
		images = append(images, record.NodeImage{Names: i.Names, ID: i.ID})
	}
	slices.SortFunc(images, func(a, b record.NodeImage) int {
		return cmp.Or(slices.Compare(a.Names, b.Names), cmp.Compare(a.ID, b.ID))
	})
	return images, nil
}

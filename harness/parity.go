package harness

import (
	"context"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/parity/live"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// ParityCollector records the properties of a side that the parity ledger
// compares.
type ParityCollector struct{ Provider clusters.Provider }

// Kind of evidence that is recorded.
func (ParityCollector) Kind() record.Kind { return record.Parity }

// Collect reads the live properties of the cluster.
func (p ParityCollector) Collect(ctx context.Context, c *clusters.Cluster, w *record.Writer) error {
	properties, gaps, err := live.Collect(ctx, p.Provider, c)
	if err != nil {
		w.Gap(record.Parity, "all", err.Error())
		return nil
	}
	for _, g := range gaps {
		w.Gap(record.Parity, g.Subject, g.Reason)
	}
	return w.JSON(record.ParityFile, properties)
}

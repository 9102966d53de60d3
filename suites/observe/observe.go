// Package observe lets a spec say what it saw.
//
// An observation is compared with the other cluster's and with the next run's,
// so it must not hold what only this run knows. [Value] masks that: a pod's UID
// becomes <uid>, a container's ID <id>, and so on. What a mask keeps is the shape,
// which is often the very difference: docker://<id> against containerd://<id>.
package observe

import (
	"fmt"

	"github.com/onsi/ginkgo/v2"
)

// Value attaches a value that the running spec saw, masked, to its report. The
// name must be the spec's only one. How long something took is no value: attach
// which of two things came first, or nothing.
func Value(name string, value any) {
	ginkgo.AddReportEntry(name, maskAny(value), ginkgo.ReportEntryVisibilityFailureOrVerbose, ginkgo.Offset(1))
}

func maskAny(value any) string { return Mask(fmt.Sprint(value)) }

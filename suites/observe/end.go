package observe

import (
	"github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
)

// End attaches how a container ended: exit code, reason, message, and whether
// its start time makes sense.
func End(container string, end *corev1.ContainerStateTerminated) {
	for _, seen := range []struct {
		name  string
		value any
	}{
		{"exit code", end.ExitCode},
		{"reason", end.Reason},
		{"message", end.Message},
		{"started", started(end)},
	} {
		ginkgo.AddReportEntry(container+": "+seen.name, maskAny(seen.value),
			ginkgo.ReportEntryVisibilityFailureOrVerbose, ginkgo.Offset(1))
	}
}

// started says whether a start time makes sense. Whether it is before the finish
// of a container that ended at once is luck: the API keeps whole seconds.
func started(end *corev1.ContainerStateTerminated) string {
	switch {
	case end.StartedAt.IsZero():
		return "not said"
	case end.StartedAt.UTC().Year() == 1970:
		return "in 1970"
	}
	return "when it was started"
}

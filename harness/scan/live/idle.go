package live

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// idleness says that an object has no pod at present, so that a rehearsal or a
// look at what runs would miss it.
func idleness(u *unstructured.Unstructured) string {
	idle := ""
	switch u.GetKind() {
	case "CronJob":
		idle = idleCronJob(u)
	case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController":
		if !wantsReplicas(u) {
			idle = "it has no replicas"
		}
	case "DaemonSet":
		if wanted, told := number(u, "status", "desiredNumberScheduled"); told && wanted == 0 {
			idle = "it is for no node that there is"
		}
	case "Job":
		idle = idleJob(u)
	case "Pod":
		if phase, _, _ := unstructured.NestedString(u.Object, "status", "phase"); phase == "Succeeded" || phase == "Failed" {
			idle = "it has ended"
		}
	}
	if idle == "" {
		return ""
	}
	return "; " + idle + " at present"
}

func idleCronJob(u *unstructured.Unstructured) string {
	if suspended, _, _ := unstructured.NestedBool(u.Object, "spec", "suspend"); suspended {
		return "it is suspended"
	}
	if _, ran, _ := unstructured.NestedString(u.Object, "status", "lastScheduleTime"); !ran {
		return "it has never run up to now, and has no pod"
	}
	return ""
}

func idleJob(u *unstructured.Unstructured) string {
	if suspended, _, _ := unstructured.NestedBool(u.Object, "spec", "suspend"); suspended {
		return "it is suspended"
	}
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, c := range conditions {
		condition, _ := c.(map[string]any)
		if ended := condition["type"] == "Complete" || condition["type"] == "Failed"; ended && condition["status"] == "True" {
			return "it has ended, and runs nothing"
		}
	}
	return ""
}

// wantsReplicas is true unless an object asks for none; one that does not say
// means one.
func wantsReplicas(u *unstructured.Unstructured) bool {
	replicas, told := number(u, "spec", "replicas")
	return !told || replicas > 0
}

func number(u *unstructured.Unstructured, path ...string) (int64, bool) {
	n, found, err := unstructured.NestedInt64(u.Object, path...)
	return n, found && err == nil
}

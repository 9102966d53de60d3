package scenarios

import (
	"fmt"
	"regexp"
)

// BuiltinStimuli are the names of the stimuli that ship with the program.
func BuiltinStimuli() []string {
	return []string{
		"crash-loop", "disk-fill", "drain", "eviction", "failing-probe", "hung-exec", "image-pull-failure",
		"job-failure", "kubelet-restart", "log-flood", "oom-kill", "oom-kill-child", "runtime-restart", "start-failure",
	}
}

func (v validator) stimuli() {
	seen := map[string]string{}
	for i, s := range v.Spec.Stimuli {
		path := fmt.Sprintf("spec.stimuli[%d]", i)
		v.unique(seen, s.Name, path+".name")
		if s.Manifests != "" {
			v.label(path+".name", s.Name)
			v.manifests(path+".manifests", s.Manifests)
			v.until(path+".until", s.Until)
			continue
		}
		v.oneOf(path+".name", s.Name, BuiltinStimuli())
		if s.Until != (Until{}) {
			v.add(path+".until", "add manifests, or remove it", "a stimulus that ships knows itself when it happened")
		}
	}
}

func (v validator) until(path string, u Until) {
	v.exactlyOne(path, map[string]bool{
		"event": u.Event != "", "waiting": u.Waiting != "", "terminated": u.Terminated != "",
		"restarted": u.Restarted, "log": u.Log != "",
	})
	if _, err := regexp.Compile(u.Object); err != nil {
		v.add(path+".object", "", "not a regular expression (RE2): %v", err)
	}
}

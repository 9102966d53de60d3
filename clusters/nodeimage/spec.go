package nodeimage

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
)

// lastDockershim is the last kubelet that talks to Docker Engine by itself.
const lastDockershim = "v1.23.17"

var versionPattern = regexp.MustCompile(`^v1\.\d+\.\d+$`)

// complete fills in what is left out and reports everything that is wrong.
func (s Spec) complete() (Spec, error) {
	if s.KubeletVersion == "" {
		s.KubeletVersion = s.KubernetesVersion
		if s.Runtime == clusters.Dockershim {
			s.KubeletVersion = lastDockershim
		}
	}
	var errs []error
	if !slices.Contains(clusters.Runtimes(), s.Runtime) {
		errs = append(errs, fmt.Errorf("unknown runtime %q", s.Runtime))
	}
	for _, version := range []string{s.KubernetesVersion, s.KubeletVersion} {
		if !versionPattern.MatchString(version) {
			errs = append(errs, fmt.Errorf("%q is no Kubernetes version such as v1.37.2", version))
		}
	}
	if len(errs) == 0 {
		errs = append(errs, s.checkKubelet())
	}
	return s, errors.Join(errs...)
}

// checkKubelet knows which kubelets have dockershim.
func (s Spec) checkKubelet() error {
	if s.Runtime == clusters.Dockershim && minor(s.KubeletVersion) > minor(lastDockershim) {
		return fmt.Errorf("kubelet %s has no dockershim: the last with it is %s", s.KubeletVersion, lastDockershim)
	}
	return nil
}

// minor returns 37 for v1.37.2.
func minor(version string) int {
	n, err := strconv.Atoi(strings.Split(version, ".")[1])
	if err != nil { // the pattern has been matched
		panic(err)
	}
	return n
}

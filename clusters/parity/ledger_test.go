package parity_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/parity"
)

func TestLedgerClasses(t *testing.T) {
	t.Parallel()
	const absent = "\x00"
	for name, row := range map[string]struct {
		property, baseline, candidate string
		want                          clusters.ParityClass
	}{
		"the runtime is the subject":                   {parity.Runtime, "docker", "containerd", clusters.ParitySubject},
		"its version is the subject":                   {parity.RuntimeVersion, "26.1.5", "2.4.2", clusters.ParitySubject},
		"an adapter on one side is the subject":        {parity.Adapter, "cri-dockerd 0.4.0", absent, clusters.ParitySubject},
		"the storage driver is expected to differ":     {parity.Storage, "overlay2", "overlayfs", clusters.ParityExpected},
		"the runtime's socket is expected to differ":   {parity.KubeletConfig + "containerRuntimeEndpoint", "a", "b", clusters.ParityExpected},
		"log rotation is expected to differ":           {parity.LogRotation, "dockerd 100m", "kubelet 10Mi", clusters.ParityExpected},
		"two kernels confound":                         {parity.Kernel, "6.1", "6.18", clusters.ParityConfounder},
		"any other setting of kubelet confounds":       {parity.KubeletConfig + "maxPods", "110", "250", clusters.ParityConfounder},
		"a sysctl confounds":                           {parity.Sysctl + "vm.max_map_count", "1", "2", clusters.ParityConfounder},
		"a limit of the runtime confounds":             {parity.Limit + "nofile", "1024", "1048576", clusters.ParityConfounder},
		"another image confounds":                      {parity.Image + "shop/web:1", "sha256:aa", "sha256:bb", clusters.ParityConfounder},
		"a property that nobody thought of confounds":  {"colour", "red", "blue", clusters.ParityConfounder},
		"a property known of one side only confounds":  {parity.Kernel, "6.1", absent, clusters.ParityConfounder},
		"the same on both sides is equal":              {parity.Kernel, "6.1", "6.1", clusters.ParityEqual},
		"null rehearsals have equal runtimes":          {parity.Runtime, "docker", "docker", clusters.ParityEqual},
		"an empty value on both sides is a value, too": {parity.ResolvConf, "", "", clusters.ParityEqual},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sides := [2]map[string]string{{}, {}}
			for i, value := range []string{row.baseline, row.candidate} {
				if value != absent {
					sides[i][row.property] = value
				}
			}
			ledger := parity.Ledger(sides[0], sides[1])
			if len(ledger) != 1 || ledger[0].Class != row.want {
				t.Fatalf("Ledger = %+v, want one entry of class %q", ledger, row.want)
			}
			if ledger[0].Class != clusters.ParityEqual && ledger[0].Note == "" {
				t.Error("an inequality has no note")
			}
		})
	}
}

func TestLedgerSaysWhatEqualValuesImply(t *testing.T) {
	t.Parallel()
	confined := map[string]string{parity.Confined: parity.ConfinedYes, parity.Kernel: "6.1"}
	free := map[string]string{parity.Confined: "no", parity.Kernel: "6.1"}
	skewed := map[string]string{parity.Skew: "v1.23.17 under v1.37.2"}
	for name, row := range map[string]struct {
		side  map[string]string
		noted []string
	}{
		"a confined host":       {confined, []string{parity.Confined}},
		"a host with all power": {free, nil},
		"an old kubelet":        {skewed, []string{parity.Skew}},
	} {
		var noted []string
		for _, p := range parity.Ledger(row.side, row.side) {
			if p.Class != clusters.ParityEqual {
				t.Errorf("%s: %q is %q against itself", name, p.Property, p.Class)
			}
			if p.Note != "" {
				noted = append(noted, p.Property)
			}
		}
		if diff := cmp.Diff(row.noted, noted); diff != "" {
			t.Errorf("%s: entries with a note: %s", name, diff)
		}
	}
}

func TestLedgerIsSorted(t *testing.T) {
	t.Parallel()
	baseline := map[string]string{parity.Runtime: "docker", parity.Kernel: "6.1", parity.Storage: "overlay2", "a": "1", "b": "1", "z": "1"}
	candidate := map[string]string{parity.Runtime: "containerd", parity.Kernel: "6.1", parity.Storage: "overlayfs", "a": "1", "b": "2", "z": "2"}
	want := []string{"b", "z", parity.Runtime, parity.Storage, "a", parity.Kernel}
	var got []string
	for _, p := range parity.Ledger(baseline, candidate) {
		got = append(got, p.Property)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLedgerMirrors(t *testing.T) {
	t.Parallel()
	baseline := map[string]string{parity.Runtime: "docker", parity.Kernel: "6.1", parity.Adapter: "cri-dockerd"}
	candidate := map[string]string{parity.Runtime: "containerd", parity.Kernel: "6.18"}
	forth, back := parity.Ledger(baseline, candidate), parity.Ledger(candidate, baseline)
	for i := range back {
		back[i].Baseline, back[i].Candidate = back[i].Candidate, back[i].Baseline
	}
	if !slices.Equal(forth, back) {
		t.Error(cmp.Diff(forth, back))
	}
}

package nodeimage

import (
	"strings"
	"testing"
)

func TestParseHost(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]host{
		"x86_64 1 confine": {arch: "amd64", cgroupV1: true, confined: true},
		"aarch64 2 runc":   {arch: "arm64"},
	} {
		if got, err := parseHost(answer); err != nil || got != want {
			t.Errorf("parseHost(%q) = %+v, %v, want %+v", answer, got, err, want)
		}
	}
	for _, answer := range []string{"", "x86_64 1", "s390x 2 runc"} {
		if got, err := parseHost(answer); err == nil {
			t.Errorf("parseHost(%q) = %+v, want an error", answer, got)
		}
	}
}

func TestLacksSysResource(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]bool{
		"CapBnd:\t000001fffeffffff\n": true,
		"CapBnd:\t000001ffffffffff\n": false,
		"CapEff:\t0000000000000000\n": false,
	} {
		if got := lacksSysResource(status); got != want {
			t.Errorf("lacksSysResource(%q) = %t, want %t", status, got, want)
		}
	}
}

func TestInitNamesTheCgroupVersion(t *testing.T) {
	t.Parallel()
	if got := (host{}).init(); got != `ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]` {
		t.Errorf("on version 2: %s", got)
	}
	if got := (host{cgroupV1: true}).init(); !strings.Contains(got, `"SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"`) {
		t.Errorf("on version 1: %s", got)
	}
}

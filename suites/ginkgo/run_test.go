package ginkgo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/suites"
	"github.com/rehearse-dev/rehearse/suites/ginkgo"
)

// request asks for the specs of this very binary that carry the label.
func request(t *testing.T, label string) ginkgo.Request {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return ginkgo.Request{
		Cluster: &clusters.Cluster{Side: clusters.Candidate, Runtime: clusters.Containerd, Kubeconfig: "/some/kubeconfig"},
		Suite:   "tiny",
		Binary:  binary,
		Args:    []string{"-test.run=^TestTiny$", "-tiny", "--ginkgo.label-filter=" + label},
		Seed:    42,
		Dir:     t.TempDir(),
	}
}

func TestRunReadsEveryOutcome(t *testing.T) {
	t.Parallel()
	got, err := ginkgo.Run(t.Context(), request(t, "outcomes"))
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	want := suites.Result{Suite: "tiny", Seed: 42, Specs: []suites.Spec{
		{Name: "tiny outcomes fails", State: suites.Failed, Observations: []suites.Observation{{Name: "before failing", Value: "kept"}}},
		{Name: "tiny outcomes has a namesake", State: suites.Passed},
		{Name: "tiny outcomes has a namesake (2)", State: suites.Passed},
		{Name: "tiny outcomes panics", State: suites.Failed},
		{Name: "tiny outcomes passes", Labels: []string{"outcomes", "quick"}, State: suites.Passed, Observations: []suites.Observation{
			{Name: "exit code", Value: "3"},
			{Name: "twice", Value: "first"},
			{Name: "twice (2)", Value: "second"},
			{Name: "struct", Value: "{Reason:Error}"},
		}},
		{Name: "tiny outcomes skips", State: suites.Skipped},
	}}
	for i := range want.Specs {
		if want.Specs[i].Labels == nil {
			want.Specs[i].Labels = []string{"outcomes"}
		}
	}
	ignore := cmpopts.IgnoreFields(suites.Spec{}, "Elapsed", "Failure", "Location")
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Errorf("Run (-want +got):\n%s", diff)
	}
	for name, text := range map[string]string{"fails": "to equal", "panics": "out of luck", "skips": "not today"} {
		if s := find(t, got, "tiny outcomes "+name); !strings.Contains(s.Failure, text) || !strings.Contains(s.Location, "tiny_test.go:") {
			t.Errorf("spec %q: failure %q at %q, want one with %q in tiny_test.go", name, s.Failure, s.Location, text)
		}
	}
}

func TestRunGivesTheClusterAndNoSecret(t *testing.T) {
	t.Setenv("A_SECRET", "hunter2")
	got, err := ginkgo.Run(t.Context(), request(t, "environment"))
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	want := []suites.Observation{
		{Name: "KUBECONFIG", Value: "/some/kubeconfig"},
		{Name: "REHEARSE_SIDE", Value: "candidate"},
		{Name: "REHEARSE_RUNTIME", Value: "containerd"},
		{Name: "A_SECRET", Value: ""},
	}
	if diff := cmp.Diff(want, got.Specs[0].Observations, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestRunCutShort(t *testing.T) {
	t.Parallel()
	ended := []suites.Spec{{Name: "tiny hanging ends", Labels: []string{"hang"}, State: suites.Passed}}
	ignore := cmpopts.IgnoreFields(suites.Spec{}, "Elapsed")
	t.Run("by its time-out", func(t *testing.T) {
		t.Parallel()
		r := request(t, "hang")
		r.Timeout = time.Second
		got, err := ginkgo.Run(t.Context(), r)
		if want := `running suite "tiny" on candidate: it did not end within 1s`; err == nil || err.Error() != want {
			t.Errorf("Run: error %v, want %q", err, want)
		}
		if diff := cmp.Diff(ended, got.Specs, ignore); diff != "" {
			t.Errorf("specs that had ended (-want +got):\n%s", diff)
		}
	})
	t.Run("by the caller", func(t *testing.T) {
		t.Parallel()
		r := request(t, "hang")
		stop := errors.New("the rehearsal was interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() { waitFor(t, r, "hanging"); cancel(stop) }()
		got, err := ginkgo.Run(ctx, r)
		if !errors.Is(err, stop) {
			t.Errorf("Run: error %v, want %v", err, stop)
		}
		if diff := cmp.Diff(ended, got.Specs, ignore); diff != "" {
			t.Errorf("specs that had ended (-want +got):\n%s", diff)
		}
	})
	t.Run("by a time-out of its own", func(t *testing.T) {
		t.Parallel()
		in, err := os.Open("testdata/own-timeout.json")
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		got, err := ginkgo.ReadReport(in)
		if !errors.Is(err, ginkgo.ErrCutShort) || len(got.Specs) != 2 {
			t.Errorf("ReadReport: %+v, %v, want the two specs that had started and ErrCutShort", got, err)
		}
	})
}

func TestRunCouldNotLook(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change func(*ginkgo.Request)
		want   []string
	}{
		"the binary is missing": {
			change: func(r *ginkgo.Request) { r.Binary = "/no/such/suite.test" },
			want:   []string{`running suite "tiny" on candidate: `, "/no/such/suite.test", "no such file"},
		},
		"not a Ginkgo suite": {
			change: func(r *ginkgo.Request) { r.Binary, r.Args = "/bin/echo", []string{"I am echo"} },
			want:   []string{`"echo" left no report`, "I am echo"},
		},
		"a spec crashes the process": {
			change: func(r *ginkgo.Request) { r.Args[2] = "--ginkgo.label-filter=crash" },
			want:   []string{"left no report", "exit status 7", "last words"},
		},
		"the filters leave nothing": {
			change: func(r *ginkgo.Request) { r.Args[2] = "--ginkgo.label-filter=nothing" },
			want:   []string{"no spec ran"},
		},
		"an argument that it does not know": {
			change: func(r *ginkgo.Request) { r.Args = append(r.Args, "--ginkgo.nope") },
			want:   []string{"left no report", "flag provided but not defined: -ginkgo.nope"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request(t, "quick")
			row.change(&r)
			got, err := ginkgo.Run(t.Context(), r)
			if err == nil {
				t.Fatalf("Run: %+v and no error", got)
			}
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Run: error %q lacks %q", err, want)
				}
			}
		})
	}
}

func TestRunTakesNoOldReport(t *testing.T) {
	t.Parallel()
	r := request(t, "quick")
	if _, err := ginkgo.Run(t.Context(), r); err != nil {
		t.Fatalf("Run: %v", err)
	}
	r.Binary, r.Args = "/bin/true", nil
	if got, err := ginkgo.Run(t.Context(), r); err == nil {
		t.Errorf("Run took the report of an earlier run: %+v", got)
	}
}

func TestRunEndsWhatTheSuiteLeft(t *testing.T) {
	t.Parallel()
	got, err := ginkgo.Run(t.Context(), request(t, "orphan"))
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	pid, err := strconv.Atoi(got.Specs[0].Observations[0].Value)
	if err != nil {
		t.Fatal(err)
	}
	if !gone(t, pid) {
		t.Errorf("process %d of the suite is still running", pid)
	}
}

func find(t *testing.T, r suites.Result, name string) suites.Spec {
	t.Helper()
	for _, s := range r.Specs {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no spec %q in %+v", name, r)
	return suites.Spec{}
}

// waitFor returns once the suite has printed text.
func waitFor(t *testing.T, r ginkgo.Request, text string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		out, err := os.ReadFile(filepath.Join(r.Dir, r.Suite, "output.log"))
		if err == nil && strings.Contains(string(out), text) {
			return
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			return
		}
	}
}

// gone waits until a process that was killed is a zombie or no more: it is init
// that reaps it.
func gone(t *testing.T, pid int) bool {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 250 {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") || syscall.Kill(pid, 0) != nil {
			return true
		}
		<-tick.C
	}
	return false
}

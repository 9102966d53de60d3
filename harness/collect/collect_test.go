package collect_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	clienttesting "k8s.io/client-go/testing"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/clustertest"
	"github.com/rehearse-dev/rehearse/harness/collect"
	"github.com/rehearse-dev/rehearse/harness/record"
	"github.com/rehearse-dev/rehearse/scenarios"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// source is a cluster with two nodes and the given objects, whose nodes cannot
// be reached.
func source(objects ...runtime.Object) collect.Source {
	return collect.Source{
		Cluster: &clusters.Cluster{Name: "pair-baseline", Runtime: clusters.Docker, Nodes: []string{"n1", "n2"}},
		Client:  fake.NewClientset(objects...),
		Dynamic: dynamicfake.NewSimpleDynamicClient(scheme.Scheme, objects...),
	}
}

// answer makes commands on nodes answer by node; a node without an answer fails.
func answer(byNode map[string]string) *clustertest.Provider {
	return &clustertest.Provider{Exec: func(node string, _ io.Reader, _ []string) (string, error) {
		text, known := byNode[node]
		if !known {
			return "", errors.New("exit status 1")
		}
		return text, nil
	}}
}

// collector returns the one that records a kind.
func collector(t *testing.T, kind record.Kind) collect.Collector {
	t.Helper()
	for _, c := range collect.All() {
		if c.Kind() == kind {
			return c
		}
	}
	t.Fatalf("All() has no collector of %q", kind)
	return nil
}

// collected runs the collectors of some kinds, in order, and opens the recording.
func collected(t *testing.T, src collect.Source, kinds ...record.Kind) (*record.Recording, string) {
	t.Helper()
	dir := t.TempDir()
	w, err := record.Create(dir, record.Meta{})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		if err := collector(t, kind).Collect(t.Context(), src, w); err != nil {
			t.Fatalf("collecting %s = %v", kind, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := record.Open(os.DirFS(dir), ".")
	if err != nil {
		t.Fatal(err)
	}
	return r, dir
}

func lines[T any](t *testing.T, r *record.Recording, name string) []T {
	t.Helper()
	var list []T
	for line, err := range record.Entries[T](r, name) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, line.Entry)
	}
	return list
}

func content(t *testing.T, dir, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func diff(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: -want +got\n%s", what, d)
	}
}

func subjects(gaps []record.Gap) []string {
	var list []string
	for _, g := range gaps {
		list = append(list, g.Subject)
	}
	return list
}

func TestSecretsAreLearnedFirst(t *testing.T) {
	t.Parallel()
	if first := collect.All()[0].Kind(); first != record.Secrets {
		t.Errorf("All() begins with %q, want %q", first, record.Secrets)
	}
}

func TestWhatCannotBeReadIsAGap(t *testing.T) {
	t.Parallel()
	client := fake.NewClientset()
	dynamic := dynamicfake.NewSimpleDynamicClient(scheme.Scheme)
	forbid := func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, nil, apierrors.NewForbidden(schema.GroupResource{Resource: "things"}, "", errors.New("not allowed"))
	}
	client.PrependReactor("*", "*", forbid)
	dynamic.PrependReactor("*", "*", forbid)
	src := source()
	src.Client, src.Dynamic = client, dynamic
	for _, kind := range []record.Kind{record.Secrets, record.Identities, record.Logs, record.Events, record.Objects, record.Node} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			r, _ := collected(t, src, kind)
			if len(r.Gap(kind)) == 0 {
				t.Errorf("recording %s from a cluster that refuses everything leaves no gap", kind)
			}
		})
	}
}

func TestWriteErrorsAreErrors(t *testing.T) {
	t.Parallel()
	tests := map[record.Kind]string{
		record.Logs: record.LogIndex, record.Events: record.EventsFile, record.Objects: record.ObjectsFile, record.Node: record.NodeFile,
	}
	for kind, file := range tests {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.MkdirAll(filepath.Join(dir, file), 0o755); err != nil { // where the file should go
				t.Fatal(err)
			}
			w, err := record.Create(dir, record.Meta{})
			if err != nil {
				t.Fatal(err)
			}
			src := source()
			src.Exec = answer(map[string]string{"n1": "\n", "n2": "\n"})
			err = collector(t, kind).Collect(t.Context(), src, w)
			if _, ok := errors.AsType[*record.WriteError](err); !ok {
				t.Errorf("Collect() = %v, want a WriteError", err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestLiveWithoutKubeconfigIsAGap(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := record.Create(dir, record.Meta{})
	if err != nil {
		t.Fatal(err)
	}
	for _, live := range collect.AllLive(&scenarios.Scenario{}, nil) {
		if err := live.Collect(t.Context(), &clusters.Cluster{Kubeconfig: filepath.Join(dir, "none")}, w); err != nil {
			t.Errorf("collecting %s = %v, want a gap", live.Kind(), err)
		}
	}
	if got, want := len(w.Meta().Gaps), len(collect.All()); got != want {
		t.Errorf("%d gaps, want one per collector, %d", got, want)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSecretsAreRedactedEverywhere(t *testing.T) {
	t.Parallel()
	key := "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----\n"
	src := source(
		&corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "db"},
			Data:       map[string][]byte{"password": []byte("correct horse"), "tls.key": []byte(key), "username": []byte("shopkeeper")},
		},
		&corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "bootstrap-token-abcdef"},
			Type:       corev1.SecretTypeBootstrapToken,
			Data:       map[string][]byte{"token-secret": []byte("0123456789abcdef"), "auth-extra-groups": []byte("system:bootstrappers")},
		},
		&corev1.Event{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "e"}, LastTimestamp: metav1.NewTime(noon),
			Message: "shopkeeper says correct horse, MIIEvQIBADANBgkqhkiG9w0BAQ and 0123456789abcdef to system:bootstrappers",
		},
	)
	r, dir := collected(t, src, record.Secrets, record.Events, record.Objects)
	diff(t, "message", "shopkeeper says <redacted>, <redacted> and <redacted> to system:bootstrappers",
		lines[record.Event](t, r, record.EventsFile)[0].Message)
	if text := content(t, dir, record.ObjectsFile); strings.Contains(text, "horse") || !strings.Contains(text, `"password":"<redacted>"`) {
		t.Errorf("objects.jsonl holds %s, want the key of the Secret and not its value", text)
	}
}

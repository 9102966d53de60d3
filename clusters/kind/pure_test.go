package kind

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
)

func TestUserSettingsLoseWhatANodeCannotHave(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		user, want string
		refused    []string
	}{
		"all can be had": {
			user: `{"log-opts":{"max-file":"3"},"registry-mirrors":["https://mirror.example"]}`,
			want: `{"log-opts":{"max-file":"3"},"registry-mirrors":["https://mirror.example"]}`,
		},
		"a node keeps its cgroup driver, storage and folders": {
			user:    `{"storage-driver":"btrfs","exec-opts":["native.cgroupdriver=cgroupfs"],"data-root":"/data","debug":true}`,
			want:    `{"debug":true}`,
			refused: []string{"data-root", "exec-opts", "storage-driver"},
		},
		"large numbers keep their digits": {
			user: `{"max-concurrent-downloads":9007199254740993}`,
			want: `{"max-concurrent-downloads":9007199254740993}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, refused, err := withoutPinned([]byte(row.user))
			if err != nil {
				t.Fatal(err)
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, compact.String()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(row.refused, refused); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, broken := range []string{"{,", "null", "[]", ""} {
		if _, _, err := withoutPinned([]byte(broken)); err == nil {
			t.Errorf("the settings %q are accepted", broken)
		}
	}
}

func TestSettingsAreMountedWhereTheRuntimeReadsThem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	daemonJSON := write(t, []byte(`{"debug":true}`))
	for name, row := range map[string]struct {
		cfg  clusters.Config
		want []string
	}{
		"nothing":                     {clusters.Config{Runtime: clusters.Docker}, nil},
		"daemon.json":                 {clusters.Config{Runtime: clusters.Docker, DaemonJSON: daemonJSON}, []string{userDaemonJSON}},
		"daemon.json and authorities": {clusters.Config{Runtime: clusters.Dockershim, DaemonJSON: daemonJSON, RegistryCerts: dir}, []string{userDaemonJSON, "/etc/docker/certs.d"}},
		"hosts.toml files":            {clusters.Config{Runtime: clusters.Containerd, RegistryHosts: dir}, []string{"/etc/containerd/certs.d"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			profile, err := runtime.Of(row.cfg.Runtime)
			if err != nil {
				t.Fatal(err)
			}
			row.cfg.Dir = t.TempDir()
			mounts, err := (&Provider{}).settings(t.Context(), row.cfg, profile)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range mounts {
				got = append(got, m.ContainerPath)
				if !m.Readonly {
					t.Errorf("nodes may write to %q", m.HostPath)
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestArchivedRefs(t *testing.T) {
	t.Parallel()
	archive := tarball(t, map[string]string{"manifest.json": `[{"RepoTags":["shop/web:1","shop/web:2"]},{"RepoTags":["shop/db:1"]}]`})
	var compressed bytes.Buffer
	zip := gzip.NewWriter(&compressed)
	if _, err := zip.Write(archive); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"plain": archive, "compressed": compressed.Bytes()} {
		got, err := archivedRefs(write(t, content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff([]string{"shop/web:1", "shop/web:2", "shop/db:1"}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, content := range map[string][]byte{"empty": nil, "no tar": []byte("text"), "no manifest": tarball(t, map[string]string{"layer": ""})} {
		if refs, err := archivedRefs(write(t, content)); err == nil {
			t.Errorf("%s: refs %q, want an error", name, refs)
		}
	}
}

func tarball(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func write(t *testing.T, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPatchesNameTheSocketForEveryNode(t *testing.T) {
	t.Parallel()
	for _, r := range clusters.Runtimes() {
		profile, err := runtime.Of(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, v1 := range []bool{false, true} {
			all := strings.Join(patches(clusters.Config{KubernetesVersion: "v1.37.2"}, profile, v1), "---\n")
			if got := strings.Count(all, "criSocket: "+profile.CRISocket); got != 2 {
				t.Errorf("%s: criSocket is set %d times, want for init and join", r, got)
			}
			if got := strings.Contains(all, "failCgroupV1: false"); got != v1 {
				t.Errorf("%s: failCgroupV1 set is %t on a host where cgroup v1 is %t", r, got, v1)
			}
		}
	}
}

func TestNodesAreAlikeButForTheirRole(t *testing.T) {
	t.Parallel()
	got := nodes(2, v1alpha4.Node{Image: "rehearse/node:1"})
	want := []v1alpha4.Node{
		{Role: v1alpha4.ControlPlaneRole, Image: "rehearse/node:1"},
		{Role: v1alpha4.WorkerRole, Image: "rehearse/node:1"},
		{Role: v1alpha4.WorkerRole, Image: "rehearse/node:1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPatchesLeaveStreamsToTheAPIServer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cfg  clusters.Config
		want bool
	}{
		"a kubelet that translates":      {clusters.Config{KubernetesVersion: "v1.37.2"}, true},
		"a kubelet that does not yet":    {clusters.Config{KubernetesVersion: "v1.35.0"}, false},
		"an old kubelet on a new server": {clusters.Config{KubernetesVersion: "v1.37.2", KubeletVersion: "v1.23.17"}, false},
	} {
		all := strings.Join(patches(tc.cfg, runtime.Profile{}, false), "---\n")
		if got := strings.Contains(all, "ExtendWebSocketsToKubelet: false"); got != tc.want {
			t.Errorf("%s: translation turned off is %t, want %t", name, got, tc.want)
		}
	}
}

func TestPhase(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		" • Starting control-plane 🕹️  ...\n": "starting control-plane",
		" • Preparing nodes 📦 📦   ...\n":      "preparing nodes",
		" ✓ Preparing nodes 📦 \n":             "",
		"Creating cluster \"x\" ...\n":        "",
	} {
		got, entered := phase(line)
		if entered != (want != "") || entered && got != want {
			t.Errorf("phase(%q) = %q, %t; want %q", line, got, entered, want)
		}
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	t.Parallel()
	end := &tail{}
	for range 100 {
		if _, err := end.Write([]byte(strings.Repeat("x", 99) + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := end.Write([]byte("the reason\n")); err != nil {
		t.Fatal(err)
	}
	if got := end.String(); len(got) > errorTail+2 || !strings.HasSuffix(got, "the reason") {
		t.Errorf("tail holds %d bytes that end in %q", len(got), got[len(got)-20:])
	}
	if got := (&tail{}).String(); got != "" {
		t.Errorf("an empty tail reads %q", got)
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	ready := []k8sruntime.Object{node(corev1.ConditionTrue, ""), daemonSet(1, 1), deployment(2, 2), account()}
	for name, row := range map[string]struct {
		objects []k8sruntime.Object
		nodes   int
		want    []string
	}{
		"everything is ready": {ready, 1, nil},
		"a node is missing": {ready, 2, []string{
			"1 of 2 nodes have joined", "daemon set kube-proxy has 1 of 2 pods available",
		}},
		"a node is not ready": {
			[]k8sruntime.Object{node(corev1.ConditionFalse, "cni plugin not initialized"), daemonSet(1, 1), deployment(2, 2), account()},
			1,
			[]string{"node n1 is not ready: cni plugin not initialized"},
		},
		"nothing but the node": {
			[]k8sruntime.Object{node(corev1.ConditionTrue, "")},
			1,
			[]string{"kube-system has no daemon set yet", "kube-system has no deployment yet", "the default service account is not there yet"},
		},
		"dns is not there, because its image is not": {
			[]k8sruntime.Object{node(corev1.ConditionTrue, ""), daemonSet(1, 1), deployment(0, 2), account(), waitingPod()},
			1,
			[]string{"deployment coredns has 0 of 2 pods available", "pod coredns-1 waits: ErrImageNeverPull no such image"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := readiness{fake.NewClientset(row.objects...), row.nodes}.unready(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func node(ready corev1.ConditionStatus, message string) *corev1.Node {
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "n1"},
		Status:     corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: ready, Message: message}}},
	}
}

func daemonSet(available, desired int32) *appsv1.DaemonSet {
	return &appsv1.DaemonSet{
		ObjectMeta: metav1.ObjectMeta{Name: "kube-proxy", Namespace: metav1.NamespaceSystem},
		Status:     appsv1.DaemonSetStatus{NumberAvailable: available, DesiredNumberScheduled: desired},
	}
}

func deployment(available, replicas int32) *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "coredns", Namespace: metav1.NamespaceSystem},
		Spec:       appsv1.DeploymentSpec{Replicas: &replicas},
		Status:     appsv1.DeploymentStatus{AvailableReplicas: available},
	}
}

func account() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: metav1.NamespaceDefault}}
}

func waitingPod() *corev1.Pod {
	waiting := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImageNeverPull", Message: "no such image"}}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "coredns-1", Namespace: metav1.NamespaceSystem},
		Spec:       corev1.PodSpec{NodeName: "n1"},
		Status:     corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{State: waiting}}},
	}
}

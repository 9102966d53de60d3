package collect_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/clustertest"
	"github.com/rehearse-dev/rehearse/harness/record"
)

var imageHash = strings.Repeat("a", 64)

// meta is an object of the shop that something controls: kind/name/uid.
func meta(name, uid, controller string) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID(uid)}
	if owner := strings.Split(controller, "/"); len(owner) == 3 {
		yes := true
		m.OwnerReferences = []metav1.OwnerReference{{Kind: owner[0], Name: owner[1], UID: types.UID(owner[2]), Controller: &yes}}
	}
	return m
}

func shop() []runtime.Object {
	static := meta("kube-apiserver-n1", "mirror", "Node/n1/n1")
	static.Annotations = map[string]string{"kubernetes.io/config.hash": "hash"}
	return []runtime.Object{
		&corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: "n1", Labels: map[string]string{"node-role.kubernetes.io/control-plane": ""}},
			Status: corev1.NodeStatus{
				Addresses: []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "172.18.0.2"}, {Type: corev1.NodeHostName, Address: "n1"}},
				NodeInfo:  corev1.NodeSystemInfo{KubeletVersion: "v1.37.2", ContainerRuntimeVersion: "docker://26.1.5", KernelVersion: "6.1", OSImage: "Debian"},
			},
		},
		&corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: "n2"},
			Status:     corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KubeletVersion: "v1.37.2", KernelVersion: "6.2"}},
		},
		&appsv1.ReplicaSet{ObjectMeta: meta("web-5d4f", "rs", "Deployment/web/d")},
		&batchv1.Job{ObjectMeta: meta("report-123", "job", "CronJob/report/cj")},
		&corev1.Pod{
			ObjectMeta: meta("web-5d4f-abcde", "u1", "ReplicaSet/web-5d4f/rs"),
			Spec:       corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Name: "web", Image: "shop/web:1"}}},
			Status: corev1.PodStatus{
				PodIPs: []corev1.PodIP{{IP: "10.244.0.5"}},
				ContainerStatuses: []corev1.ContainerStatus{{
					Name: "web", Image: "sha256:" + imageHash, ImageID: "docker://sha256:" + imageHash, ContainerID: "docker://c2",
					LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ContainerID: "docker://c1"}},
				}},
			},
		},
		&corev1.Pod{ObjectMeta: meta("report-123-xyz", "u2", "Job/report-123/job")},
		&corev1.Pod{ObjectMeta: meta("shipper-q2", "u3", "DaemonSet/shipper/ds")},
		&corev1.Pod{ObjectMeta: meta("alone", "u4", "")},
		&corev1.Pod{ObjectMeta: static, Spec: corev1.PodSpec{NodeName: "n1", HostNetwork: true}, Status: corev1.PodStatus{PodIPs: []corev1.PodIP{{IP: "172.18.0.2"}}}},
		&corev1.Service{ObjectMeta: meta("web", "s", ""), Spec: corev1.ServiceSpec{ClusterIPs: []string{"10.96.0.9"}}},
		&corev1.Service{ObjectMeta: meta("peers", "h", ""), Spec: corev1.ServiceSpec{ClusterIPs: []string{"None"}}},
		&corev1.Event{
			ObjectMeta:     metav1.ObjectMeta{Namespace: "shop", Name: "e1"},
			InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: "shop", Name: "report-122-abc", UID: "gone"}, Source: corev1.EventSource{Host: "n1"},
		},
		&corev1.Event{
			ObjectMeta:     metav1.ObjectMeta{Namespace: "shop", Name: "e2"},
			InvolvedObject: corev1.ObjectReference{Kind: "Job", Namespace: "shop", Name: "report-122"},
		},
		&corev1.Event{
			ObjectMeta:     metav1.ObjectMeta{Namespace: "shop", Name: "e3"},
			InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: "shop", Name: "stranger", UID: "gone2"},
		},
	}
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	r, _ := collected(t, source(shop()...), record.Identities)
	pod := func(name, role, node string) record.Pod {
		return record.Pod{Namespace: "shop", Name: name, Role: role, Node: node}
	}
	diff(t, "names", record.Names{
		Nodes: map[string]string{"n1": "control-plane", "n2": "worker"},
		Pods: map[string]record.Pod{
			"u1": pod("web-5d4f-abcde", "web", "n1"), "u2": pod("report-123-xyz", "report", ""),
			"u3": pod("shipper-q2", "shipper", ""), "u4": pod("alone", "alone", ""),
			"mirror": pod("kube-apiserver-n1", "kube-apiserver", "n1"), "hash": pod("kube-apiserver-n1", "kube-apiserver", "n1"),
			"gone": pod("report-122-abc", "report", "n1"), "gone2": pod("stranger", "stranger", ""),
		},
		Workloads:  map[string]string{"shop/web-5d4f": "web", "shop/report-123": "report", "shop/report-122": "report"},
		Containers: map[string]string{"c1": "web/web", "c2": "web/web"},
		Images:     map[string]string{imageHash: "shop/web:1"},
		IPs:        map[string]string{"172.18.0.2": "control-plane", "10.244.0.5": "web", "10.96.0.9": "web"},
	}, r.Meta.Names)
	versions := r.Meta.Versions
	delete(versions, "kubernetes") // what the fake client says of itself
	diff(t, "versions", map[string]string{"kubelet": "v1.37.2", "kernel": "6.1, 6.2", "os": "Debian", "runtime": "docker://26.1.5"}, versions)
	diff(t, "gaps", []string{"sandboxes and replaced containers"}, subjects(r.Gap(record.Identities)))
}

func TestIdentitiesOfTheRuntime(t *testing.T) {
	t.Parallel()
	docker := map[string]string{
		"docker ps":             "c0\tu1\tweb\tcontainer\ns1\tu1\t\tpodsandbox\nx\tother\tweb\tcontainer\ny\t\t\t\n",
		"cri-dockerd --version": "cri-dockerd 0.4.0 (HEAD)\n",
		"runc --version":        "runc version 1.1.15+ds1\ncommit: 1.1.15\n",
	}
	crictl := map[string]string{
		"crictl ps":      `{"containers":[{"id":"c0","podSandboxId":"s1","labels":{"io.kubernetes.pod.uid":"u1","io.kubernetes.container.name":"web"}}]}`,
		"crictl pods":    `{"items":[{"id":"s1","labels":{"io.kubernetes.pod.uid":"u1"}},{"id":"s9","labels":{"io.kubernetes.pod.uid":"other"}}]}`,
		"runc --version": "runc version 1.3.0\n",
	}
	both := map[string]string{"c0": "web/web", "c1": "web/web", "c2": "web/web", "s1": "web/POD"}
	api := map[string]string{"c1": "web/web", "c2": "web/web"}
	tests := map[string]struct {
		runtime       clusters.Runtime
		answers       map[string]string
		want          map[string]string
		adapter, runc string
		gaps          []string
	}{
		"docker":                  {clusters.Docker, docker, both, "0.4.0", "1.1.15+ds1", nil},
		"dockershim":              {clusters.Dockershim, docker, both, "", "1.1.15+ds1", nil},
		"containerd":              {clusters.Containerd, crictl, both, "", "1.3.0", nil},
		"unknown":                 {"rkt", crictl, api, "", "", []string{"the runtime"}},
		"nothing answers":         {clusters.Docker, nil, api, "", "", []string{"node n1", "node n2"}},
		"containerd says no JSON": {clusters.Containerd, map[string]string{"crictl ps": "?", "runc --version": ""}, api, "", "", []string{"node n1", "node n2"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := source(shop()...)
			src.Cluster.Runtime = tt.runtime
			src.Exec = &clustertest.Provider{Exec: func(_ string, _ io.Reader, argv []string) (string, error) {
				if argv[0] == "crictl" {
					argv = append(argv[:1], argv[3:]...) // without the endpoint
				}
				if text, known := tt.answers[strings.Join(argv[:2], " ")]; known {
					return text, nil
				}
				return "", errors.New("exit status 127")
			}}
			r, _ := collected(t, src, record.Identities)
			diff(t, "containers", tt.want, r.Meta.Names.Containers)
			diff(t, "gaps", tt.gaps, subjects(r.Gap(record.Identities)))
			if got := r.Meta.Versions; got["adapter"] != tt.adapter || got["runc"] != tt.runc {
				t.Errorf("versions %v, want adapter %q and runc %q", got, tt.adapter, tt.runc)
			}
		})
	}
}

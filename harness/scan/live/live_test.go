package live_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/live"
)

func run(t *testing.T, f *fakeAPI) *finding.Report {
	t.Helper()
	report, err := (&live.Scanner{Clients: f.start(t), Name: "test"}).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// said are the findings as `place | object | rule | message`.
func said(r *finding.Report) []string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, strings.Join([]string{f.File, f.Object, f.Rule, f.Message}, " | "))
	}
	return all
}

// spec is a pod's specification with the node's socket, or without.
func spec(socket bool) string {
	if socket {
		return "{containers: [{name: c, image: a.example/b:1, volumeMounts: [{name: s, mountPath: /s}]}], volumes: [{name: s, hostPath: {path: /run/docker.sock}}]}"
	}
	return "{containers: [{name: c, image: a.example/b:1}]}"
}

func workload(kind, name string, socket bool, more ...string) string {
	version := map[string]string{"Pod": "v1", "Job": "batch/v1", "Rollout": "argoproj.io/v1"}[kind]
	if version == "" {
		version = "apps/v1"
	}
	body := "spec: {template: {spec: " + spec(socket) + "}}"
	if kind == "Pod" {
		body = "spec: " + spec(socket)
	}
	return fmt.Sprintf("---\napiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: n%s}\n%s\n", version, kind, name, strings.Join(more, ""), body)
}

func ownedBy(kind, name string) string {
	version := map[string]string{"Rollout": "argoproj.io/v1", "Widget": "example.com/v1", "Job": "batch/v1"}[kind]
	if version == "" {
		version = "apps/v1"
	}
	return fmt.Sprintf(", ownerReferences: [{apiVersion: %s, kind: %s, name: %s, uid: uid-%s, controller: true}]", version, kind, name, name)
}

const (
	deployments = "/apis/apps/v1/deployments"
	daemonSets  = "/apis/apps/v1/daemonsets"
	replicaSets = "/apis/apps/v1/replicasets"
	pods        = "/api/v1/pods"
	crds        = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
	rollouts    = "/apis/argoproj.io/v1/rollouts"
	socketIn    = "mounts /run/docker.sock of the node into container c at /s"
)

const rolloutDefinition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rollouts.argoproj.io}
spec:
  group: argoproj.io
  scope: Namespaced
  names: {kind: Rollout, plural: rollouts}
  versions:
    - {name: v1alpha1, served: false, storage: false}
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {properties: {spec: {properties: {template: {x-kubernetes-preserve-unknown-fields: true}}}}}}
`

func TestOwners(t *testing.T) {
	t.Parallel()
	for name, row := range ownerRows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fakeAPI{lists: map[string][]map[string]any{}}
			for path, documents := range row.lists {
				f.lists[path] = objects(t, documents)
			}
			report := run(t, f)
			if name == "owners that go round end" {
				return // that it comes back is all
			}
			if diff := cmp.Diff(row.want, said(report)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if len(report.Gaps) > 0 {
				t.Errorf("gaps %v", report.Gaps)
			}
		})
	}
}

type ownerRow struct {
	lists map[string]string
	want  []string
}

func ownerRows() map[string]ownerRow {
	return map[string]ownerRow{
		"a deployment with many pods is one finding": {
			map[string]string{
				deployments: workload("Deployment", "d", true),
				replicaSets: workload("ReplicaSet", "r", true, ownedBy("Deployment", "d")),
				pods:        workload("Pod", "p1", true, ownedBy("ReplicaSet", "r")) + workload("Pod", "p2", true, ownedBy("ReplicaSet", "r")),
			},
			[]string{"n/Deployment/d | Deployment n/d | docker-socket | " + socketIn},
		},
		"what admission adds is found on the pods only, once": {
			map[string]string{
				deployments: workload("Deployment", "d", false),
				replicaSets: workload("ReplicaSet", "r", false, ownedBy("Deployment", "d")),
				pods:        workload("Pod", "p1", true, ownedBy("ReplicaSet", "r")) + workload("Pod", "p2", true, ownedBy("ReplicaSet", "r")),
			},
			[]string{"n/Deployment/d | Deployment n/d | docker-socket | " + socketIn + "; found on its pods only, not in its template: something adds it when pods are made, such as an admission webhook"},
		},
		"a custom resource at the top": {
			map[string]string{
				crds:        rolloutDefinition,
				rollouts:    workload("Rollout", "top", false),
				deployments: workload("Deployment", "d", true, ownedBy("Rollout", "top")),
			},
			[]string{"n/Rollout/top | Rollout n/top, Deployment d | docker-socket | " + socketIn},
		},
		"a custom resource of its own": {
			map[string]string{
				crds:     rolloutDefinition,
				rollouts: workload("Rollout", "top", true),
				pods:     workload("Pod", "p", true, ownedBy("Rollout", "top")),
			},
			[]string{"n/Rollout/top | Rollout n/top | docker-socket | " + socketIn},
		},
		"an owner that nobody may read is named": {
			map[string]string{deployments: workload("Deployment", "d", true, ownedBy("Widget", "w"))},
			[]string{"n/Widget/w | Widget n/w, Deployment d | docker-socket | " + socketIn},
		},
		"pods of an owner that nobody may read": {
			map[string]string{pods: workload("Pod", "p1", true, ownedBy("Widget", "w")) + workload("Pod", "p2", true, ownedBy("Widget", "w"))},
			[]string{"n/Widget/w | Widget n/w | docker-socket | " + socketIn + "; found on its pods"},
		},
		"owners that go round end": {
			map[string]string{deployments: workload("Deployment", "a", true, ownedBy("Deployment", "a"))},
			nil,
		},
		"what a deployment was before is history": {
			map[string]string{
				deployments: workload("Deployment", "d", false),
				replicaSets: strings.Replace(workload("ReplicaSet", "r", true, ownedBy("Deployment", "d")), "spec: {template", "spec: {replicas: 0, template", 1),
			},
			nil,
		},
		"an older replica set that still runs": {
			map[string]string{
				deployments: workload("Deployment", "d", false),
				replicaSets: workload("ReplicaSet", "r", true, ownedBy("Deployment", "d")),
				pods:        workload("Pod", "p", true, ownedBy("ReplicaSet", "r")),
			},
			[]string{"n/Deployment/d | Deployment n/d | docker-socket | " + socketIn + "; in ReplicaSet r, not in the template that it was made from as that is now"},
		},
		"a static pod on two nodes": {
			map[string]string{pods: mirror("one") + mirror("two")},
			[]string{"n/Pod/agent-one | static Pod n/agent | docker-socket | " + socketIn + "; a static pod, whose manifest lies on node one; the same on 1 more: two"},
		},
		"a pod of its own that has ended": {
			map[string]string{pods: workload("Pod", "p", true) + "status: {phase: Succeeded}\n"},
			[]string{"n/Pod/p | Pod n/p | docker-socket | " + socketIn + "; it has ended at present"},
		},
		"our own pods": {
			map[string]string{daemonSets: workload("DaemonSet", "reader", true, ", labels: {app.kubernetes.io/managed-by: rehearse-scan}")},
			nil,
		},
	}
}

func mirror(node string) string {
	pod := workload("Pod", "agent-"+node, true, ", annotations: {kubernetes.io/config.mirror: x, kubernetes.io/config.hash: "+node+"}")
	return strings.Replace(pod, "spec: {", "spec: {nodeName: "+node+", ", 1)
}

func TestIdle(t *testing.T) {
	t.Parallel()
	cron := func(spec, status string) string {
		return "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c, namespace: n}\nspec: {" + spec + "jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: a.example/b:1, command: [docker, system, prune]}]}}}}}\nstatus: {" + status + "}\n"
	}
	for name, row := range map[string]struct{ path, object, want string }{
		"a suspended cron job":           {"/apis/batch/v1/cronjobs", cron("suspend: true, ", "lastScheduleTime: x"), "; it is suspended at present"},
		"a cron job that has never run":  {"/apis/batch/v1/cronjobs", cron("", ""), "; it has never run up to now, and has no pod at present"},
		"a cron job that runs":           {"/apis/batch/v1/cronjobs", cron("", "lastScheduleTime: x"), ""},
		"a cron job of an older cluster": {"/apis/batch/v1beta1/cronjobs", cron("", "lastScheduleTime: x"), ""},
		"no replicas": {
			deployments, strings.Replace(workload("Deployment", "d", true), "spec: {template", "spec: {replicas: 0, template", 1),
			"; it has no replicas at present",
		},
		"no node":          {daemonSets, workload("DaemonSet", "d", true) + "status: {desiredNumberScheduled: 0}\n", "; it is for no node that there is at present"},
		"a job that ended": {"/apis/batch/v1/jobs", workload("Job", "j", true) + "status: {conditions: [{type: Failed, status: 'True'}]}\n", "; it has ended, and runs nothing at present"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := run(t, &fakeAPI{lists: map[string][]map[string]any{row.path: objects(t, row.object)}})
			if len(report.Findings) != 1 {
				t.Fatalf("findings %v, want one", said(report))
			}
			_, got, _ := strings.Cut(report.Findings[0].Message, ";")
			if want := strings.TrimPrefix(row.want, ";"); got != want {
				t.Errorf("message ends in %q, want %q", got, want)
			}
		})
	}
}

func TestWhatIsRefusedIsAGap(t *testing.T) {
	t.Parallel()
	f := &fakeAPI{
		lists:     map[string][]map[string]any{deployments: objects(t, workload("Deployment", "d", true)), crds: objects(t, rolloutDefinition)},
		forbidden: map[string]bool{pods: true, rollouts: true, "/api/v1/persistentvolumes": true},
	}
	report := run(t, f)
	var got []string
	for _, g := range report.Gaps {
		got = append(got, g.Reason)
	}
	want := []string{"could not read persistentvolumes: forbidden", "could not read pods: forbidden", "could not read rollouts.argoproj.io: forbidden"}
	if diff := cmp.Diff(want, got); diff != "" || !report.Unseen() {
		t.Errorf("gaps (-want +got), unseen %t:\n%s", report.Unseen(), diff)
	}
	if len(report.Findings) != 1 {
		t.Errorf("findings %v, want that of the deployment", said(report))
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	var documents strings.Builder
	for i := range 45 {
		documents.WriteString(workload("Deployment", fmt.Sprintf("d%02d", i), true))
	}
	for name, f := range map[string]*fakeAPI{
		"one after the other":        {page: 10},
		"one whose token is too old": {page: 10, expire: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f.lists = map[string][]map[string]any{deployments: objects(t, documents.String())}
			report := run(t, f)
			if len(report.Findings) != 45 || report.Objects != 45 || len(report.Gaps) != 0 {
				t.Errorf("%d findings in %d objects, gaps %v; want 45 in 45", len(report.Findings), report.Objects, report.Gaps)
			}
			asked := 0
			for _, request := range f.asked {
				if strings.HasPrefix(request, "GET "+deployments) {
					asked++
				}
				if !strings.HasPrefix(request, "GET ") {
					t.Errorf("%s: a scan only reads", request)
				}
				if strings.Contains(request, "secrets") {
					t.Errorf("%s: nobody asked for secrets", request)
				}
			}
			if asked < 5 {
				t.Errorf("%d requests for 45 objects in pages of 10", asked)
			}
		})
	}
}

func TestEveryListIsAskedForInPages(t *testing.T) {
	t.Parallel()
	f := &fakeAPI{}
	run(t, f)
	for _, request := range f.asked {
		if request != "GET /version" && !strings.Contains(request, "limit=") {
			t.Errorf("%s has no limit", request)
		}
	}
}

func TestOnlyKindsWithRoomAreRead(t *testing.T) {
	t.Parallel()
	definition := func(plural, shape string) string {
		return fmt.Sprintf("---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: %[1]s.example.com}\nspec: {group: example.com, scope: Namespaced, names: {kind: X, plural: %[1]s}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: %[2]s}}]}\n", plural, shape)
	}
	f := &fakeAPI{lists: map[string][]map[string]any{crds: objects(t,
		definition("numbers", "{properties: {spec: {properties: {size: {type: integer}}}, status: {properties: {image: {type: string}}}}}")+
			definition("podlikes", "{properties: {spec: {properties: {template: {properties: {spec: {properties: {containers: {type: array}}}}}}}}}")+
			definition("lists", "{properties: {spec: {properties: {rules: {items: {properties: {expr: {type: string}}}}}}}}")+
			definition("anything", "{properties: {spec: {x-kubernetes-preserve-unknown-fields: true}}}")+
			definition("old", "{}"))}}
	run(t, f)
	var got []string
	for _, request := range f.asked {
		if rest, ok := strings.CutPrefix(request, "GET /apis/example.com/v1/"); ok {
			plural, _, _ := strings.Cut(rest, "?")
			got = append(got, plural)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"anything", "lists", "podlikes"}, got); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
}

func TestNodesAndVolumes(t *testing.T) {
	t.Parallel()
	node := func(name, runtime string) string {
		return fmt.Sprintf("---\napiVersion: v1\nkind: Node\nmetadata: {name: %s, annotations: {kubeadm.alpha.kubernetes.io/cri-socket: /var/run/%s.sock}}\nstatus: {nodeInfo: {containerRuntimeVersion: '%s'}, images: [{names: [shop/local:1]}]}\n",
			name, map[bool]string{true: "dockershim", false: "containerd/containerd"}[strings.HasPrefix(runtime, "docker")], runtime)
	}
	f := &fakeAPI{lists: map[string][]map[string]any{
		"/api/v1/nodes": objects(t, node("a", "docker://20.10.24")+node("b", "docker://20.10.24")+node("c", "containerd://2.1")),
		"/api/v1/persistentvolumes": objects(t, "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: h}\nspec: {hostPath: {path: /var/lib/docker/x}}\n"+
			"---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: l}\nspec: {local: {path: /var/lib/docker/y}}\n---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: d}\nspec: {local: {path: /data/docker}}\n"),
	}}
	want := []string{
		"PersistentVolume/h | PersistentVolume h | docker-data | mounts /var/lib/docker/x of the node",
		"PersistentVolume/l | PersistentVolume l | docker-data | path is set to /var/lib/docker/y",
		"node/a | Node a | cri-socket | the annotation kubeadm.alpha.kubernetes.io/cri-socket names /var/run/dockershim.sock; the same on 1 more: b",
		"node/a | Node a | docker-node | runs on Docker 20.10.24; the same on 1 more: b",
		"node/a | Node a | image-never-pulled | has the image shop/local:1, which no registry gave it; the same on 1 more: b",
	}
	if diff := cmp.Diff(want, said(run(t, f))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestNothingSecretIsShown(t *testing.T) {
	t.Parallel()
	f := &fakeAPI{lists: map[string][]map[string]any{"/api/v1/configmaps": objects(t,
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: n}\ndata:\n  a.sh: |\n    DOCKER_HOST=tcp://me:hunter2@build:2375 make\n")}}
	report := run(t, f)
	if len(report.Findings) != 1 || strings.Contains(fmt.Sprint(report), "hunter2") {
		t.Errorf("report %+v, want one finding without the password", report)
	}
}

func TestTheSameClusterGivesTheSameReport(t *testing.T) {
	t.Parallel()
	f := &fakeAPI{page: 1, lists: map[string][]map[string]any{
		pods:        objects(t, mirror("one")+mirror("two")+workload("Pod", "p", true)),
		deployments: objects(t, workload("Deployment", "b", true)+workload("Deployment", "a", true)),
	}}
	first := run(t, f)
	for range 5 {
		if diff := cmp.Diff(first, run(t, f)); diff != "" {
			t.Fatalf("another scan differs:\n%s", diff)
		}
	}
}

func TestAServerThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	clients := (&fakeAPI{}).start(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("interrupted"))
	if _, err := (&live.Scanner{Clients: clients}).Run(ctx); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("Run = %v, want that it was interrupted", err)
	}
}

func TestRightsAreToReadAndNotSecrets(t *testing.T) {
	t.Parallel()
	for _, o := range objects(t, live.Rights(false)) {
		rules, _ := o["rules"].([]any)
		for _, r := range rules {
			rule := fmt.Sprint(r)
			if strings.Contains(rule, "secrets") || strings.Contains(rule, "*") {
				t.Errorf("rule %s reads more than is looked at", rule)
			}
			for _, verb := range r.(map[string]any)["verbs"].([]any) {
				if verb != "get" && verb != "list" {
					t.Errorf("rule %s allows to %v", rule, verb)
				}
			}
		}
	}
}

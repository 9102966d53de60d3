package frameworktest

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/e2e-framework/klient/k8s"
	"sigs.k8s.io/e2e-framework/klient/wait"
	"sigs.k8s.io/e2e-framework/klient/wait/conditions"
	"sigs.k8s.io/e2e-framework/pkg/env"
	"sigs.k8s.io/e2e-framework/pkg/envconf"
	"sigs.k8s.io/e2e-framework/pkg/envfuncs"
	"sigs.k8s.io/e2e-framework/pkg/features"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/kind"
	"github.com/rehearse-dev/rehearse/clusters/nodeimage"
)

const (
	cluster = "framework"
	gate    = "REHEARSE_E2E"
	// loaded is an image that no node has yet.
	loaded = "rehearse.dev/frameworktest:1"
	// patience is how long a pod may take to get anywhere.
	patience = time.Minute
)

var suite = env.New()

func TestMain(m *testing.M) {
	if os.Getenv(gate) != "1" {
		os.Exit(m.Run()) // the test says why it does nothing
	}
	suite.Setup(
		envfuncs.CreateCluster(kind.E2EProvider(clusters.Docker), cluster),
		envfuncs.CreateNamespace("shop"),
	)
	suite.Finish(envfuncs.DestroyCluster(cluster))
	os.Exit(suite.Run(m))
}

func TestNodesRunDocker(t *testing.T) {
	needsClusters(t)
	feature := features.New("a cluster of Docker nodes").
		Assess("every node reports Docker", func(ctx context.Context, t *testing.T, cfg *envconf.Config) context.Context {
			t.Helper()
			var nodes corev1.NodeList
			if err := cfg.Client().Resources().List(ctx, &nodes); err != nil {
				t.Fatal(err)
			}
			for _, n := range nodes.Items {
				if got := n.Status.NodeInfo.ContainerRuntimeVersion; !strings.HasPrefix(got, "docker://") {
					t.Errorf("node %q runs %q", n.Name, got)
				}
			}
			return ctx
		}).
		Assess("a pod runs", func(ctx context.Context, t *testing.T, cfg *envconf.Config) context.Context {
			t.Helper()
			pod := sleeper("runs", nodeimage.Toolbox)
			if err := cfg.Client().Resources().Create(ctx, pod); err != nil {
				t.Fatal(err)
			}
			ready := conditions.New(cfg.Client().Resources()).PodReady(pod)
			if err := wait.For(ready, wait.WithContext(ctx), wait.WithTimeout(patience)); err != nil {
				t.Error(err)
			}
			return ctx
		}).
		Feature()
	suite.Test(t, feature)
}

// TestLoadsImagesIntoTheRightStore does what kind's own provider cannot do for
// Docker: it would fill the store of a runtime that kubelet does not use.
func TestLoadsImagesIntoTheRightStore(t *testing.T) {
	needsClusters(t)
	feature := features.New("an image of the host").
		Setup(func(ctx context.Context, t *testing.T, cfg *envconf.Config) context.Context {
			t.Helper()
			makeImage(ctx, t)
			ctx, err := envfuncs.LoadImageToCluster(cluster, loaded)(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			return ctx
		}).
		Assess("kubelet finds it", func(ctx context.Context, t *testing.T, cfg *envconf.Config) context.Context {
			t.Helper()
			pod := sleeper("loads", loaded)
			if err := cfg.Client().Resources().Create(ctx, pod); err != nil {
				t.Fatal(err)
			}
			// The image has no program: that the runtime looks for one is enough.
			tried := conditions.New(cfg.Client().Resources()).ResourceMatch(pod, func(o k8s.Object) bool {
				states := o.(*corev1.Pod).Status.ContainerStatuses
				return len(states) == 1 && (states[0].State.Terminated != nil || states[0].LastTerminationState.Terminated != nil)
			})
			if err := wait.For(tried, wait.WithContext(ctx), wait.WithTimeout(patience)); err != nil {
				t.Errorf("pod with image %q: %v: %+v", loaded, err, pod.Status.ContainerStatuses)
			}
			return ctx
		}).
		Feature()
	suite.Test(t, feature)
}

func needsClusters(t *testing.T) {
	t.Helper()
	if os.Getenv(gate) != "1" {
		t.Skipf("raises a cluster on this host's Docker: set %s=1", gate)
	}
}

func sleeper(name, image string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop"},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: name, Image: image, ImagePullPolicy: corev1.PullNever, Command: []string{"/bin/sleep", "600"},
		}}},
	}
}

// makeImage puts an image with one file, and no program, into the host's Docker, and takes
// it out again at the end of the test.
func makeImage(ctx context.Context, t *testing.T) {
	t.Helper()
	// cri-dockerd takes an image without a byte for one that is not there.
	const text = "hello\n"
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	header := w.WriteHeader(&tar.Header{Name: "hello", Mode: 0o644, Size: int64(len(text))})
	_, body := io.WriteString(w, text)
	if err := errors.Join(header, body, w.Close()); err != nil {
		t.Fatal(err)
	}
	imported := exec.CommandContext(ctx, "docker", "import", "-", loaded)
	imported.Stdin = &layer
	if out, err := imported.CombinedOutput(); err != nil {
		t.Fatalf("importing an image: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.WithoutCancel(ctx), "docker", "image", "rm", loaded).CombinedOutput(); err != nil {
			t.Errorf("removing the image: %v: %s", err, out)
		}
	})
}

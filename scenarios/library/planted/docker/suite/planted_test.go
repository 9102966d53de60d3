package suite_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/remotecommand"
)

func TestPlanted(t *testing.T) {
	if os.Getenv("KUBECONFIG") == "" {
		t.Skip("needs a cluster: set KUBECONFIG")
	}
	RegisterFailHandler(Fail)
	RunSpecs(t, "planted")
}

var _ = Describe("the inventory", func() {
	var config *rest.Config
	var client kubernetes.Interface

	BeforeEach(func() {
		var err error
		config, err = clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
		Expect(err).NotTo(HaveOccurred())
		client, err = kubernetes.NewForConfig(config)
		Expect(err).NotTo(HaveOccurred())
	})

	status := func(ctx context.Context, pod, container string) corev1.ContainerStatus {
		p, err := client.CoreV1().Pods("planted").Get(ctx, pod, metav1.GetOptions{})
		Expect(err).NotTo(HaveOccurred())
		Expect(p.Status.ContainerStatuses).To(ContainElement(HaveField("Name", container)))
		for _, c := range p.Status.ContainerStatuses {
			if c.Name == container {
				return c
			}
		}
		return corev1.ContainerStatus{}
	}

	It("knows a container by its ID behind docker://", func(ctx SpecContext) {
		Expect(status(ctx, "lines", "markup").ContainerID).To(HavePrefix("docker://"))
	})

	It("knows a container of docker or containerd by its ID behind any scheme", func(ctx SpecContext) {
		Expect(status(ctx, "lines", "markup").ContainerID).To(MatchRegexp("^[a-z-]+://[0-9a-f]{64}$"))
	})

	It("tells why a container cannot start", func(ctx SpecContext) {
		end := status(ctx, "starts", "typo").State.Terminated
		Expect(end).NotTo(BeNil())
		Expect(end.Reason).To(Equal("ContainerCannotRun"))
	})

	It("tells that a container's shell found no such command", func(ctx SpecContext) {
		end := status(ctx, "starts", "typo-in-shell").State.Terminated
		Expect(end).NotTo(BeNil())
		Expect(end.ExitCode).To(BeEquivalentTo(127))
	})

	It("lists what lies in a container's root", func(ctx SpecContext) {
		names := shell(ctx, config, client, "ls -A /")
		AddReportEntry("/.dockerenv", presence(names, ".dockerenv"))
		AddReportEntry("/bin", presence(names, "bin"))
	})

	// A sidecar that sets the clock or shares memory would notice other defaults.
	It("finds Docker's default capabilities and shared memory", func(ctx SpecContext) {
		Expect(shell(ctx, config, client, "grep CapEff /proc/self/status")).To(ContainSubstring("00000000a80425fb"))
		Expect(shell(ctx, config, client, "df -k /dev/shm")).To(ContainSubstring("65536"))
	})
})

func presence(names, name string) string {
	if slices.Contains(strings.Fields(names), name) {
		return "there"
	}
	return "absent"
}

// shell runs a script in a container until its output arrives whole: a busy node
// loses the end of it now and then.
func shell(ctx context.Context, config *rest.Config, client kubernetes.Interface, script string) string {
	GinkgoHelper()
	const end = "-- end --"
	var out string
	Eventually(ctx, func() (string, error) {
		var err error
		out, err = exec(ctx, config, client, "lines", "markup", "/bin/sh", "-c", script+" && echo "+end)
		return out, err
	}).WithTimeout(30 * time.Second).WithPolling(time.Second).Should(ContainSubstring(end))
	return strings.TrimSuffix(strings.TrimSpace(out), end)
}

// exec runs a command in a container and returns what it wrote.
func exec(ctx context.Context, config *rest.Config, client kubernetes.Interface, pod, container string, command ...string) (string, error) {
	request := client.CoreV1().RESTClient().Post().Namespace("planted").Resource("pods").Name(pod).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Container: container, Command: command, Stdout: true, Stderr: true}, scheme.ParameterCodec)
	executor, err := remotecommand.NewSPDYExecutor(config, "POST", request.URL())
	if err != nil {
		return "", err
	}
	// Both streams are copied at the same time: one buffer for the two would be torn.
	var out, problems bytes.Buffer
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &out, Stderr: &problems})
	if err != nil {
		err = fmt.Errorf("%w: %s", err, problems.String())
	}
	return out.String(), err
}

// Package usersuite_test is a suite as a user has it: it knows Ginkgo and
// Kubernetes and nothing of Rehearse. One of its specs leans on Docker. The
// end-to-end test compiles it with `go test -c` and rehearses the binary.
package usersuite_test

import (
	"os"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

func TestShop(t *testing.T) {
	if os.Getenv("KUBECONFIG") == "" {
		t.Skip("needs a cluster: set KUBECONFIG")
	}
	RegisterFailHandler(Fail)
	RunSpecs(t, "shop")
}

var _ = Describe("the shop's cluster", func() {
	var client kubernetes.Interface

	BeforeEach(func() {
		config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
		Expect(err).NotTo(HaveOccurred())
		client, err = kubernetes.NewForConfig(config)
		Expect(err).NotTo(HaveOccurred())
	})

	It("has only ready nodes", func(ctx SpecContext) {
		nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		Expect(err).NotTo(HaveOccurred())
		Expect(nodes.Items).To(HaveEach(HaveField("Status.Conditions",
			ContainElement(And(HaveField("Type", corev1.NodeReady), HaveField("Status", corev1.ConditionTrue))))))
		AddReportEntry("nodes", len(nodes.Items))
	})

	It("has containers that the shop's inventory recognises", func(ctx SpecContext) {
		pods, err := client.CoreV1().Pods("kube-system").List(ctx, metav1.ListOptions{FieldSelector: "status.phase=Running"})
		Expect(err).NotTo(HaveOccurred())
		Expect(pods.Items).NotTo(BeEmpty())
		// The inventory looks a container up by what stands behind this prefix.
		for _, pod := range pods.Items {
			for _, status := range pod.Status.ContainerStatuses {
				scheme, _, _ := strings.Cut(status.ContainerID, "://")
				Expect(scheme).To(Equal("docker"), "scheme of the ID of container %q", status.Name)
			}
		}
	})
})

package networking

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"

	"github.com/rehearse-dev/rehearse/suites/fixture"
	"github.com/rehearse-dev/rehearse/suites/observe"
)

const (
	patience = 60 * time.Second
	interval = 500 * time.Millisecond
)

func forwardSpecs(c *fixture.Cluster, server, client *corev1.Pod) {
	DescribeTable("is reached by port-forward", func(ctx SpecContext, pod *corev1.Pod, port int, path, want string) {
		body, refusal, err := forward(ctx, c, pod, port, path)
		Expect(err).NotTo(HaveOccurred())
		Expect(refusal).To(BeEmpty())
		Expect(body).To(ContainSubstring(want))
	},
		Entry("when it listens everywhere", server, everyPort, "/hostname", "web"),
		Entry("when it listens on 127.0.0.1 only", client, ipv4Port, "/index.html", "loopback"),
	)

	It("is reached by port-forward when it listens on ::1 only, or is not", func(ctx SpecContext) {
		body, refusal, err := forward(ctx, c, client, ipv6Port, "/index.html")
		Expect(err).NotTo(HaveOccurred())
		observe.Value("reached", body != "")
		observe.Value("refusal", refusal)
	})

	It("says so when nobody listens behind a port-forward", func(ctx SpecContext) {
		body, refusal, err := forward(ctx, c, client, deadPort, "/")
		Expect(err).NotTo(HaveOccurred())
		Expect(body).To(BeEmpty())
		observe.Value("refusal", refusal)
	})
}

// forward asks for a page through a forwarded port. What the node says against it
// is the refusal; an error means that it was not even asked.
func forward(ctx context.Context, c *fixture.Cluster, pod *corev1.Pod, port int, path string) (body, refusal string, err error) {
	transport, upgrader, err := spdy.RoundTripperFor(c.Config())
	if err != nil {
		return "", "", err
	}
	url := c.API.CoreV1().RESTClient().Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("portforward").URL()
	conn, _, err := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, url).
		Dial(portforward.PortForwardProtocolV1Name)
	if err != nil {
		return "", "", err
	}
	// Closing it unblocks the reads below; what it says against that helps nobody.
	hangUp := sync.OnceFunc(func() { _ = conn.Close() })
	defer hangUp()
	defer context.AfterFunc(ctx, hangUp)()

	header := http.Header{}
	header.Set(corev1.PortHeader, strconv.Itoa(port))
	header.Set(corev1.PortForwardRequestIDHeader, "0")
	header.Set(corev1.StreamType, corev1.StreamTypeError)
	errors, err := conn.CreateStream(header)
	if err != nil {
		return "", "", err
	}
	if err := errors.Close(); err != nil { // it is only read from
		return "", "", err
	}
	header.Set(corev1.StreamType, corev1.StreamTypeData)
	data, err := conn.CreateStream(header)
	if err != nil {
		return "", "", err
	}
	return exchange(data, errors, path)
}

func exchange(data io.ReadWriter, errors io.Reader, path string) (body, refusal string, err error) {
	if _, err := fmt.Fprintf(data, "GET %s HTTP/1.0\r\n\r\n", path); err != nil {
		return "", "", err
	}
	answer, err := io.ReadAll(data)
	if err != nil {
		return "", "", err
	}
	said, err := io.ReadAll(errors)
	return string(answer), string(said), err
}

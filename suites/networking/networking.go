// Package networking is the suite about how pods reach each other, how they are
// reached, and what a pod sees of its network.
package networking

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/rehearse-dev/rehearse/suites/fixture"
)

// Who listens where.
const (
	everyPort = 8080  // the server, on every address
	hostPort  = 28080 // the server's node, for it
	ipv4Port  = 8081  // the client, on 127.0.0.1 only
	ipv6Port  = 8082  // the client, on ::1 only
	deadPort  = 8099  // nobody
)

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("networking")
	Describe("a pod", func() {
		c.Declare(service("web", ""))
		c.Declare(service("web-headless", corev1.ClusterIPNone))
		server, client := c.Server("web", everywhere()), c.Server("client", loopbacks())
		BeforeEach(func(ctx SpecContext) {
			c.AwaitReady(ctx, server)
			c.AwaitReady(ctx, client)
		})
		reachSpecs(c, server, client)
		forwardSpecs(c, server, client)
		viewSpecs(c, client)
	})
}

// everywhere serves on all addresses, and through a port of its node.
func everywhere() corev1.Container {
	container := fixture.Container("main", "/agnhost", "netexec", fmt.Sprintf("--http-port=%d", everyPort), "--udp-port=-1")
	container.Ports = []corev1.ContainerPort{{ContainerPort: everyPort, HostPort: hostPort}}
	container.ReadinessProbe = &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/hostname", Port: intstr.FromInt32(everyPort)}},
		PeriodSeconds: 1,
	}
	return container
}

// loopbacks serves a page on each loopback address. Where one cannot be bound it
// stays up and serves nothing there: what comes of it is what the specs look at.
func loopbacks() corev1.Container {
	script := fmt.Sprintf("mkdir /www; echo loopback >/www/index.html; httpd -p 127.0.0.1:%d -h /www; httpd -p [::1]:%d -h /www; touch /ready; ",
		ipv4Port, ipv6Port)
	return fixture.ReadyWhen(fixture.Shell("main", script+fixture.Forever), "/ready")
}

func service(name, clusterIP string) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.ServiceSpec{
			ClusterIP: clusterIP,
			Selector:  map[string]string{"app": "web"},
			Ports:     []corev1.ServicePort{{Port: everyPort}},
		},
	}
}

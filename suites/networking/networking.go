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

// The ports of the server's containers, and the one that its node lends it.
const (
	everyPort = 8080 // on every address of the pod
	ipv4Port  = 8081 // on 127.0.0.1 only
	ipv6Port  = 8082 // on ::1 only
	deadPort  = 8099 // nobody listens
	hostPort  = 28080
)

// Register adds the suite's specs to the process. One process runs one suite.
func Register() {
	c := fixture.Use("networking")
	Describe("a pod", func() {
		c.Declare(service("web", ""))
		c.Declare(service("web-headless", corev1.ClusterIPNone))
		server := c.Pod("web", everywhere(), loopback("ipv4", "127.0.0.1", ipv4Port), loopback("ipv6", "[::1]", ipv6Port))
		client := c.Pod("client", fixture.Shell("main", fixture.Forever))
		BeforeEach(func(ctx SpecContext) {
			c.AwaitReady(ctx, server)
			c.AwaitReady(ctx, client)
		})
		reachSpecs(c, server, client)
		forwardSpecs(c, server)
		viewSpecs(c, server)
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

// loopback serves a page on one address. Where that cannot be bound it stays up
// and serves nothing: what comes of it is what the specs look at.
func loopback(name, address string, port int) corev1.Container {
	serve := fmt.Sprintf("mkdir /www; echo %s >/www/index.html; httpd -p %s:%d -h /www; ", name, address, port)
	return fixture.Shell(name, serve+fixture.Forever)
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

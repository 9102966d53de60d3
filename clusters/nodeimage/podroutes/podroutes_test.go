package podroutes

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func node(name string, podCIDRs []string, addresses ...string) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.NodeSpec{PodCIDRs: podCIDRs}}
	for _, address := range addresses {
		n.Status.Addresses = append(n.Status.Addresses, corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: address})
	}
	return n
}

func TestRoutesLeadToEveryOtherNode(t *testing.T) {
	t.Parallel()
	nodes := []*corev1.Node{
		node("self", []string{"10.244.0.0/24"}, "172.18.0.2"),
		node("both families", []string{"10.244.1.0/24", "fd00:10:244:1::/64"}, "172.18.0.3", "fc00::3"),
		node("no addresses for pods yet", nil, "172.18.0.4"),
		node("no address itself yet", []string{"10.244.3.0/24"}),
	}
	got := network{name: "self"}.routes(nodes)
	want := []route{
		{netip.MustParsePrefix("10.244.1.0/24"), netip.MustParseAddr("172.18.0.3")},
		{netip.MustParsePrefix("fd00:10:244:1::/64"), netip.MustParseAddr("fc00::3")},
	}
	if !slices.Equal(got, want) {
		t.Errorf("routes = %v, want %v", got, want)
	}
}

func TestDestinations(t *testing.T) {
	t.Parallel()
	table := "10.244.1.0/24 via 172.18.0.3 dev eth0 \n10.244.2.0/24 via 172.18.0.4 dev eth0 \n"
	if got, want := destinations(table), []string{"10.244.1.0/24", "10.244.2.0/24"}; !slices.Equal(got, want) {
		t.Errorf("destinations = %q, want %q", got, want)
	}
	if got := destinations(""); got != nil {
		t.Errorf("destinations of an empty table = %q", got)
	}
}

func TestWriteConfig(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "10-test.conflist")
	if err := writeConfig(path, []string{"10.244.1.0/24", "fd00::/64"}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		CNIVersion string
		Plugins    []struct {
			IPAM struct {
				Ranges [][]struct{ Subnet string }
				Routes []struct{ Dst string }
			}
		}
	}
	if err := json.Unmarshal(content, &parsed); err != nil {
		t.Fatal(err)
	}
	ipam := parsed.Plugins[0].IPAM
	if len(ipam.Ranges) != 2 || ipam.Ranges[1][0].Subnet != "fd00::/64" || ipam.Routes[1].Dst != "::/0" {
		t.Errorf("addresses of pods: %+v", ipam)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("%d files beside the configuration", len(entries)-1)
	}
}

func TestWriteConfigLeavesWhatIsRightAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "10-test.conflist")
	if err := writeConfig(path, []string{"10.244.1.0/24"}); err != nil {
		t.Fatal(err)
	}
	before, _ := os.Stat(path)
	if err := writeConfig(path, []string{"10.244.1.0/24"}); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.Stat(path); !os.SameFile(before, after) {
		t.Error("the file was replaced by one that says the same")
	}
}

func TestWriteConfigNeedsAddresses(t *testing.T) {
	t.Parallel()
	for name, podCIDRs := range map[string][]string{"none": nil, "nonsense": {"10.244"}} {
		if err := writeConfig(filepath.Join(t.TempDir(), "c"), podCIDRs); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

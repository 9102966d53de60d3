package normalise_test

import (
	"cmp"
	"regexp"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

const id = "83f13fbfa1a6459a3906f1ca7dde81916f288ded97063e12f41bb5311a39bbb5"

var names = record.Names{
	Nodes: map[string]string{"rehearse-shop-1f2e-baseline-control-plane": "control-plane"},
	Pods: map[string]record.Pod{
		"u1": {Namespace: "shop", Name: "web-7d9f8b6c5d-x2x4z", Role: "web"},
		"u2": {Namespace: "shop", Name: "inventory-bq7mp", Role: "inventory"},
		"u3": {Namespace: "shop", Name: "hog", Role: "hog"},
		"u4": {Namespace: "kube-system", Name: "etcd-rehearse-shop-1f2e-baseline-control-plane", Role: "etcd"},
	},
}

func TestText(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ in, want string }{
		"container ID":                     {"containerd://" + id, "containerd://<id>"},
		"the scheme is a finding":          {"docker://" + id, "docker://<id>"},
		"short container ID":               {"docker kill 83f13fbfa1a6 now", "docker kill <id> now"},
		"a word of twelve letters":         {"deadbeefcafe", "deadbeefcafe"},
		"a number of twelve digits":        {"123456789012", "123456789012"},
		"scope of a cgroup":                {"/kubepods.slice/docker-" + id + ".scope", "/kubepods.slice/docker-<id>.scope"},
		"image digest":                     {"sha256:" + id, "sha256:<id>"},
		"pod of the run":                   {"pod web-7d9f8b6c5d-x2x4z is gone", "pod <pod web> is gone"},
		"pod inside dockershim's name":     {"k8s_app_web-7d9f8b6c5d-x2x4z_shop_11111111-2222-3333-4444-278882043859_0", "k8s_app_<pod web>_shop_<uid>_0"},
		"pod that is its own role":         {"back-off restarting hog", "back-off restarting hog"},
		"node":                             {"on rehearse-shop-1f2e-baseline-control-plane", "on <node control-plane>"},
		"node in the name of a pod":        {"etcd-rehearse-shop-1f2e-baseline-control-plane", "<pod etcd>"},
		"pod of a Deployment, unknown":     {"web-7d9f8b6c5d-bq7mp", "web-<hash>"},
		"pod of a CronJob, unknown":        {"report-29384756-x2x4z", "report-<hash>"},
		"time":                             {"at 2026-11-23T04:31:19.195673608Z.", "at <time>."},
		"time with a zone":                 {"2026-11-23T05:33:49.64523653+01:00", "<time>"},
		"duration":                         {"back-off 1m20s, took 2.31s", "back-off <duration>, took <duration>"},
		"address with the port of a probe": {"Get http://10.244.0.7:8080/ok", "Get http://<ip>:8080/ok"},
		"address with an ephemeral port":   {"read 10.244.0.1:41234->10.244.0.7:8080", "read <ip>:<port>-><ip>:8080"},
		"loopback":                         {"dial tcp 127.0.0.1:5999: refused", "dial tcp 127.0.0.1:5999: refused"},
		"IPv6":                             {"[fd00:10:244::7]:80 and [::1]:80", "[<ip>]:80 and [::1]:80"},
		"version":                          {"v1.37.2 and 26.1.5", "v1.37.2 and 26.1.5"},
		"exit code":                        {"exit status 127", "exit status 127"},
		"memory":                           {"limit 64Mi of 16384", "limit 64Mi of 16384"},
		"masks stay":                       {"<pod web> <id> <ip>:<port>", "<pod web> <id> <ip>:<port>"},
		"invalid UTF-8 stays":              {"bad\xffutf8", "bad\xffutf8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := normalise.New(names).Text(row.in); got != row.want {
				t.Errorf("Text(%q) = %q, want %q", row.in, got, row.want)
			}
		})
	}
}

func TestRolesCannotBreakAMask(t *testing.T) {
	t.Parallel()
	m := normalise.New(record.Names{Pods: map[string]record.Pod{"u": {Name: "a-b", Role: "<x>_\ny"}}})
	if got, want := m.Text("a-b"), "<pod -x---y>"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{
		"", "<", "<pod", "_" + id, "web-7d9f8b6c5d-x2x4z-29384756-x2x4z", "10.0.0.1:99999", "1:2:3::4", "<ip 1.2.3.4>",
		"2026-11-23T04:31:19Z10s", "a10.0.0.1", "12m3s4ms", "<pod inventory-bq7mp>\xff",
	} {
		f.Add(seed)
	}
	m := normalise.New(names)
	f.Fuzz(func(t *testing.T, s string) {
		once := m.Text(s)
		if twice := m.Text(once); twice != once {
			t.Errorf("not idempotent on %q: %q, then %q", s, once, twice)
		}
	})
}

// FuzzNames holds the dictionary of names against a regular expression with all
// of them, the longest first.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{
		"", "web-7d9f8b6c5d-x2x4z", "k8s_app_web-7d9f8b6c5d-x2x4z_shop", "inventory-bq7mp.inventory-bq7mp-0", "<pod inventory-bq7mp>inventory-bq7mp",
		"etcd-rehearse-shop-1f2e-baseline-control-plane", "xinventory-bq7mp", "inventory-bq7mp\xff", "<inventory-bq7mp>", "<pod inventory-bq7mp",
	} {
		f.Add(seed)
	}
	known := regexp.MustCompile(`<(?:node|pod)(?: [^<>_\n]*)?>|` +
		`\b(?:etcd-rehearse-shop-1f2e-baseline-control-plane|rehearse-shop-1f2e-baseline-control-plane|web-7d9f8b6c5d-x2x4z|inventory-bq7mp)\b`)
	roles := map[string]string{
		"etcd-rehearse-shop-1f2e-baseline-control-plane": "<pod etcd>", "rehearse-shop-1f2e-baseline-control-plane": "<node control-plane>",
		"web-7d9f8b6c5d-x2x4z": "<pod web>", "inventory-bq7mp": "<pod inventory>",
	}
	m := normalise.New(names)
	f.Fuzz(func(t *testing.T, s string) {
		// An underscore is a letter to regular expressions, and ends a word here.
		const underscore = "\x00"
		if strings.Contains(s, underscore) || strings.Contains(s, "<") && strings.Contains(s, "_") {
			return
		}
		want := known.ReplaceAllStringFunc(strings.ReplaceAll(s, "_", underscore), func(name string) string { return cmp.Or(roles[name], name) })
		want = strings.ReplaceAll(want, underscore, "_")
		if got := string(m.AppendNames(nil, []byte(s))); got != want {
			t.Errorf("AppendNames(%q) = %q, want %q", s, got, want)
		}
	})
}

func BenchmarkAppendNames(b *testing.B) {
	m := normalise.New(names)
	line := []byte(`syncing pod web-7d9f8b6c5d-x2x4z on rehearse-shop-1f2e-baseline-control-plane: container "web" is waiting, back-off 1m20s, see the events of the pod`)
	dst := make([]byte, 0, len(line))
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		dst = m.AppendNames(dst[:0], line)
	}
}

package observe_test

import (
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/suites/observe"
)

var (
	id  = strings.Repeat("0a1b2c3d", 8)
	uid = "11111111-2222-3333-4444-257697275499"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ text, want string }{
		"container ID keeps its runtime":     {"docker://" + id, "docker://<id>"},
		"image digest":                       {"docker-pullable://a/b@sha256:" + id, "docker-pullable://a/b@sha256:<digest>"},
		"pod UID":                            {"/kubepods/besteffort/pod" + uid + "/" + id, "/kubepods/besteffort/pod<uid>/<id>"},
		"pod UID as systemd writes it":       {"kubepods-pod11111111_2222_3333_4444_257697275499.slice", "kubepods-pod<uid>.slice"},
		"namespace of a suite":               {"search rehearse-lifecycle-x7k2p.svc.cluster.local", "search <namespace>.svc.cluster.local"},
		"pod address and port":               {"dial tcp 10.244.0.7:41234->10.96.0.10:53", "dial tcp <ip>:<port>-><ip>:53"},
		"loopback and a chosen port stay":    {`Get "http://127.0.0.1:5999/v2/"`, `Get "http://127.0.0.1:5999/v2/"`},
		"ephemeral port of loopback":         {"127.0.0.1:40112", "127.0.0.1:<port>"},
		"ephemeral port of IPv6 loopback":    {"[::1]:51000: refused", "[::1]:<port>: refused"},
		"time in UTC":                        {"2026-11-23T04:30:57.892106696Z stdout F", "<time>Z stdout F"},
		"time in a zone":                     {"2026-11-23T05:33:49.64523653+01:00 x", "<time>+01:00 x"},
		"stream of a streaming server":       {`Post "//[::]:40607/cri/exec/-rtOhaU1": no`, `Post "//[::]:<port>/cri/exec/<token>": no`},
		"snapshot number":                    {"upperdir=/x/snapshots/17/fs", "upperdir=/x/snapshots/<n>/fs"},
		"line of a tool":                     {"2026/11/23 15:31:39 socat[30228] E TCP4", "<time> socat[<n>] E TCP4"},
		"pipe":                               {"1 -> pipe:[174765]", "1 -> pipe:[<n>]"},
		"measured duration":                  {"after 1.527s, in 12.5ms", "after <duration>, in <duration>"},
		"configured duration stays":          {"timeout 2s exceeded", "timeout 2s exceeded"},
		"short ID":                           {"container 1a42bc07dbcd is gone", "container <id> is gone"},
		"link-local address":                 {"fe80::1832:20ff:fe16:aa29/64", "fe80::<id>/64"},
		"hardware address":                   {"link/ether 1a:32:20:16:aa:29", "link/ether <mac>"},
		"interface of a pod":                 {"2: eth0@if22: <UP>", "2: eth0@if<n>: <UP>"},
		"capabilities and exit codes stay":   {"CapEff: 00000000a80425fb, exit 137", "CapEff: 00000000a80425fb, exit 137"},
		"versions stay":                      {"containerd://2.4.2 docker://26.1.5", "containerd://2.4.2 docker://26.1.5"},
		"the year 1970 is the spec's to say": {"1970-01-01T00:00:00Z", "<time>Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := observe.Mask(row.text); got != row.want {
				t.Errorf("Mask(%q) = %q, want %q", row.text, got, row.want)
			}
		})
	}
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{
		"", "docker://" + id, uid, "10.244.0.7:41234", "127.0.0.1:99999999", "fe80::1:2", "1970-01-01T00:00:00Z",
		"rehearse-logging-abcde", "1.2.3.4.5.6.7", "\xff\xfe12.5ms", "/snapshots/1/snapshots/2", "l/ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := observe.Mask(text)
		if twice := observe.Mask(once); twice != once {
			t.Errorf("Mask is not idempotent: %q -> %q -> %q", text, once, twice)
		}
	})
}

package masks_test

import (
	"testing"

	"github.com/rehearse-dev/rehearse/harness/logs/masks"
)

func TestAppend(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ in, want string }{
		"nothing":                       {"", ""},
		"words stay":                    {"Listening on the socket (twice).", "Listening on the socket (twice)."},
		"number":                        {"found 12 of 1,024", "found <num> of <num>"},
		"signs belong to numbers":       {"from -3 to +4, about ~5", "from <num> to <num>, about <num>"},
		"a dash between words stays":    {"part-3 of a-b", "part-<num> of a-b"},
		"fraction and exponent":         {"0.23 1.5e-05 2E9", "<num> <num> <num>"},
		"version":                       {"v1.37.2 on 26.1.5", "v<num> on <num>"},
		"duration":                      {"took 1h2m3.5s, 12ms and 300µs", "took <duration>, <duration> and <duration>"},
		"duration in words":             {"after 5 seconds or <1 sec", "after <duration> or <duration>"},
		"size":                          {"64Mi, 1.5 KB, 20 bytes, 8k", "<size>, <size>, <size>, <size>"},
		"a word behind a number stays":  {"5 records, 3 s", "<num> records, <num> s"},
		"name with a number":            {"eth0 tty2 worker-3", "eth<num> tty<num> worker-<num>"},
		"short names":                   {"k8s i18n b2b", "k<num>s i<num>n b<num>b"},
		"letters and digits mixed":      {"04DN8IQ x2x4z 3rd", "<id> <id> <id>"},
		"hexadecimal":                   {"0x7f 9f4ef63 ffffffff deadbeef", "<hex> <hex> <hex> <hex>"},
		"words of hexadecimal letters":  {"added a decade of cafe", "added a decade of cafe"},
		"digest":                        {"sha256:83f13fbfa1a6459a3906f1ca7dde8191", "sha<id>"},
		"UUID":                          {"pod 11111111-2222-3333-4444-278882043859 and", "pod <uid> and"},
		"UUID that begins with letters": {"abcdefab-aaaa-bbbb-cccc-abcdefabcdef", "<uid>"},
		"IPv4":                          {"10.0.0.7 10.0.0.7:8080 10.0.0.0/16", "<ip> <ip> <ip>"},
		"five numbers are no address":   {"1.2.3.4.5", "<num>"},
		"IPv6":                          {"[fd00:10:244::7]:80 fe80::1", "[<ip>]:<num> <ip>"},
		"MAC":                           {"00:1b:44:11:3a:b7", "<hex>"},
		"namespaces are no address":     {"std::fs a:b", "std::fs a:b"},
		"time":                          {"2026-11-23T04:31:19.195673608Z.", "<time>."},
		"time with a zone":              {"2026-11-23T05:33:49.6+01:00 2026-11-23 05:33:49 +0000 UTC", "<time> <time>"},
		"time with a comma":             {"2015-10-18 18:01:47,978 INFO", "<time> INFO"},
		"time with slashes":             {"2026/11/23 15:50:43 listening", "<time> listening"},
		"time in one word":              {"20171223-22:15:29:606|Step", "<time>|Step"},
		"time of the web":               {"Mon, 02 Jan 2006 15:04:05 GMT", "<time>"},
		"time of C":                     {"at Tue Jul  6 05:47:42 2005", "at <time>"},
		"time of syslog":                {"Jun 14 15:16:01 combo", "<time> combo"},
		"time of day":                   {"up since 15:04:05", "up since <time>"},
		"months alone stay":             {"May I? In March 3 of Jun 14", "May I? In March <num> of Jun <num>"},
		"masks beside each other":       {"1,2,3 blk_-38865 10.0.0.1-10.0.0.9 3-7f3a9c", "<num> blk_<num> <ip> <id>"},
		"generated name":                {"web-7d9f8b6c5d-x2x4z", "web-<id>"},
		"generated name without digits": {"web-7d9f8b6c5d-xkbvt", "web-<id>"},
		"consonants alone stay":         {"a-https b-httpd", "a-https b-httpd"},
		"masks stay":                    {"<pod web-2> <ip>:<port> <num>", "<pod web-2> <id> <num>"},
		"what is no mask is text":       {"<pod2> <b> <pod x_1> a<5>", "<pod<num>> <b> <pod x_<num>> a<<num>>"},
		"invalid UTF-8 stays":           {"bad\xffutf8 \x00 12", "bad\xffutf<num> \x00 <num>"},
		"key and value":                 {"uid=0 lock=233570404, name=a.b", "uid=<num> lock=<num>, name=a.b"},
		"negative values":               {"x=-1 (-2) [-3]", "x=<num> (<num>) [<num>]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := string(masks.Append(nil, []byte(row.in))); got != row.want {
				t.Errorf("Append(%q) = %q, want %q", row.in, got, row.want)
			}
		})
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	if got := string(masks.Append([]byte("<num>-"), []byte("-5 x"))); got != "<num>-<num> x" {
		t.Errorf("Append changed what stood before: %q", got)
	}
}

func FuzzAppend(f *testing.F) {
	for _, seed := range []string{
		"", "<", "<pod", "<num", "blk_-123", "Jun 14 15:16:01 x", "a<num>-5", "2026-11-23T04:31:19Z10s", "1.5e-05 ms",
		"k8s_a1b2 ms", "<pod x1>_5", "fe80::1", "1:2:3:4:5:6", "a:b::", "web-7d9f8b6c5d-bcdfg-bcdfg", "--5", "<num>,-5",
		"00:11:22:aa:bb:cc", "Mon, 02 Jan 2006 15:04:05 MST", "<~5>", "<<num>>", "1h2m3.5s4", "12x bytes", "\xff5\xb5s",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		once := masks.Append(nil, line)
		if twice := masks.Append(nil, once); string(twice) != string(once) {
			t.Errorf("not idempotent on %q: %q, then %q", line, once, twice)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	line := []byte(`Processing event for pod web-7d9f8b6c5d-x2x4z at 2026-11-23T15:50:43.177187766Z: container "web" exited with code 137 after 12.5s, restarting`)
	dst := make([]byte, 0, 2*len(line))
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		dst = masks.Append(dst[:0], line)
	}
}

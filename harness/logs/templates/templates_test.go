package templates_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rehearse-dev/rehearse/harness/logs/structure"
	"github.com/rehearse-dev/rehearse/harness/logs/templates"
	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// mine returns the templates of messages, as "count text" or "count level: text".
func mine(messages ...string) []string {
	miner := templates.New(nil)
	for i, m := range messages {
		miner.Add(0, []byte(m), templates.At{Line: i + 1, Text: []byte(m)})
	}
	return said(miner.Mine())
}

func said(set *templates.Set) []string {
	var all []string
	for _, t := range set.Templates {
		level := ""
		if t.Level != structure.NoLevel {
			level = t.Level.String() + ": "
		}
		all = append(all, fmt.Sprintf("%d %s%s", t.Total(), level, t.Text))
	}
	return all
}

func TestMine(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ messages, want []string }{
		"nothing":          {nil, nil},
		"an empty message": {[]string{"", ""}, []string{"2 "}},
		"values of one kind": {
			[]string{"took 12ms from 10.0.0.7", "took 3s from 10.0.0.8"},
			[]string{"2 took <duration> from <ip>"},
		},
		"values of several kinds": {
			[]string{"block 7f3a9c21 read", "block 71239215 read", "block 12 read"},
			[]string{"3 block <*> read"},
		},
		"a value that never differs": {
			[]string{`open "/etc/hosts" failed`, `open "/etc/hosts" failed`},
			[]string{`2 open "/etc/hosts" failed`},
		},
		"paths, hosts, quoted words and empty brackets": {
			[]string{"read /etc/a/b from db.shop.svc by 'web' (x1)", "read /var/c from cache.shop.svc by 'api' ()"},
			[]string{"2 read <*> from <*> by '<*>' (<*>)"},
		},
		"files of a name are words": {
			[]string{"listening on docker.sock", "listening on containerd.sock"},
			[]string{"1 listening on containerd.sock", "1 listening on docker.sock"},
		},
		"exceptions are said": {
			[]string{"it broke: java.io.IOException: gone", "it broke: java.net.SocketException: gone"},
			[]string{"1 it broke: java.io.IOException: gone", "1 it broke: java.net.SocketException: gone"},
		},
		"three words are three": {
			[]string{"the pod of alice is ready", "the pod of bob is ready", "the pod of carol is ready"},
			[]string{"1 the pod of alice is ready", "1 the pod of bob is ready", "1 the pod of carol is ready"},
		},
		"four words are a value": {
			[]string{"the pod of alice is ready", "the pod of bob is ready", "the pod of carol is ready", "the pod of dave is ready"},
			[]string{"4 the pod of <*> is ready"},
		},
		"with too little around them they are words": {
			[]string{"starting the alpha", "starting the beta", "starting the gamma", "starting the delta"},
			[]string{"1 starting the alpha", "1 starting the beta", "1 starting the delta", "1 starting the gamma"},
		},
		"a number makes words values": {
			[]string{"invalid user admin from <ip>", "invalid user 12345 from <ip>"},
			[]string{"2 invalid user <*> from <ip>"},
		},
		"a number under the same name makes words values": {
			[]string{"read done, size=12", "read done, size=unknown"},
			[]string{"2 read done, size=<*>"},
		},
		"names with numbers": {
			[]string{"link eth0 is up", "link lo1 is up"},
			[]string{"2 link <*> is up"},
		},
		"what a line is about is no value": {
			[]string{"cupsd startup went well today", "klogd startup went well today", "portmap startup went well today", "sshd startup went well today"},
			[]string{"1 cupsd startup went well today", "1 klogd startup went well today", "1 portmap startup went well today", "1 sshd startup went well today"},
		},
		"codes are no values": {
			[]string{"the task went on to NEW now", "the task went on to READY now", "the task went on to DONE now", "the task went on to LOST now"},
			[]string{"1 the task went on to DONE now", "1 the task went on to LOST now", "1 the task went on to NEW now", "1 the task went on to READY now"},
		},
		"participles are no values": {
			[]string{"the machine has been started again", "the machine has been stopped again", "the machine has been paused again", "the machine has been killed again"},
			[]string{"1 the machine has been killed again", "1 the machine has been paused again", "1 the machine has been started again", "1 the machine has been stopped again"},
		},
		"lists are as long as they like": {
			[]string{"delete blk_1 blk_2", "delete blk_3", "delete blk_4 blk_5 blk_6"},
			[]string{"3 delete blk_<num>"},
		},
		"levels stay apart": {
			[]string{`{"level":"info","msg":"done"}`, `{"level":"error","msg":"done"}`, `level=info msg=done`, "done"},
			[]string{"2 info: done", "1 done", "1 error: done"},
		},
		"fields by their names": {
			[]string{`{"msg":"sold","item":"tea","n":1}`, `{"n":2,"msg":"sold","item":"salt"}`, `{"msg":"sold","item":"tea"}`},
			[]string{"2 sold item=<*> n=<*>", "1 sold item=<*>"},
		},
		"errors by what they say": {
			[]string{
				`I1124 08:00:00.000000 1 a.go:1] "Sync failed" err="dial tcp 10.0.0.7:80: connection refused" pod="a"`,
				`I1124 08:00:00.000000 1 a.go:1] "Sync failed" err="dial tcp 10.0.0.8:80: connection refused" pod="b"`,
				`I1124 08:00:00.000000 1 a.go:1] "Sync failed" err="no such host" pod="b"`,
			},
			[]string{"2 info: Sync failed err=dial tcp <ip>: connection refused pod=<*>", "1 info: Sync failed err=no such host pod=<*>"},
		},
		"colours are no text": {
			[]string{"\x1b[32mINFO\x1b[0m listening", "INFO listening", "\x1b["},
			[]string{"2 info: INFO listening", "1 "},
		},
		"one message on several lines": {
			[]string{"it broke:\n\tat a.go:12\n\tat b.go:7", "it broke:\n\tat a.go:13\n\tat b.go:8"},
			[]string{"2 it broke: at a.go:<num> at b.go:<num>"},
		},
		"not text": {
			[]string{"\xff\x00 12", "\xff\x00 13", strings.Repeat("\x1f=", 3)},
			[]string{"2 \xff\x00 <num>", "1 ==="},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(row.want, mine(row.messages...)); diff != "" {
				t.Errorf("templates (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOrderDoesNotMatter: neither the order of lines nor how often each is said
// changes a template.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	lines := klogLines(t)
	want := texts(lines)
	random := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		lines = append(lines, lines[:100]...)
		if diff := cmp.Diff(want, texts(lines)); diff != "" {
			t.Fatalf("templates in another order (-want +got):\n%s", diff)
		}
	}
}

// texts gives the template of every line.
func texts(lines []string) map[string]string {
	miner := templates.New(nil)
	refs := map[string]templates.Ref{}
	for _, line := range lines {
		_, text, _ := strings.Cut(line, "] ")
		refs[line] = miner.Add(0, []byte(text), templates.At{})
	}
	set := miner.Mine()
	of := map[string]string{}
	for line, ref := range refs {
		of[line] = set.Templates[set.Of(ref)].Text
	}
	return of
}

func TestGroups(t *testing.T) {
	t.Parallel()
	names := func(pod string) *normalise.Masker {
		return normalise.New(record.Names{Pods: map[string]record.Pod{"u": {Name: pod, Role: "web"}}})
	}
	miner := templates.New(names("web-xkbvt"), names("web-qqlmf"))
	for i, line := range []string{"pod web-xkbvt is up", "pod web-qqlmf is up", "pod web-xkbvt is up", "bye"} {
		miner.Add(min(i%2, 1), []byte(line), templates.At{File: "f", Line: i + 1, Offset: int64(10 * i), Text: []byte(line)})
	}
	set := miner.Mine()
	if diff := cmp.Diff([]string{"3 pod <pod web> is up", "1 bye"}, said(set)); diff != "" {
		t.Errorf("templates (-want +got):\n%s", diff)
	}
	up := set.Templates[0]
	if diff := cmp.Diff([]int{2, 1}, up.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	want := []templates.Place{{Group: 0, File: "f", Line: 1, Text: "pod web-xkbvt is up"}, {Group: 0, File: "f", Line: 3, Offset: 20, Text: "pod web-xkbvt is up"}}
	if diff := cmp.Diff(want, up.Places(0, 3)); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	if got := up.Places(1, 0); len(got) != 0 {
		t.Errorf("no places were asked for, got %v", got)
	}
}

func TestPlacesAreFew(t *testing.T) {
	t.Parallel()
	miner := templates.New(nil)
	long := []byte(strings.Repeat("a word ", 10_000))
	for i := range 100 {
		miner.Add(0, long, templates.At{Line: i + 1, Text: long})
	}
	places := miner.Mine().Templates[0].Variants[0].Places
	if len(places) != 3 || len(places[0].Text) > 400 {
		t.Errorf("%d places with %d bytes of text", len(places), len(places[0].Text))
	}
}

func TestLevelFromElsewhere(t *testing.T) {
	t.Parallel()
	miner := templates.New(nil)
	miner.AddAt(structure.Warning, 0, []byte("it is late"), templates.At{})
	miner.AddAt(structure.Info, 0, []byte("level=error msg=broke"), templates.At{})
	if diff := cmp.Diff([]string{"1 error: broke", "1 warning: it is late"}, said(miner.Mine())); diff != "" {
		t.Errorf("templates (-want +got):\n%s", diff)
	}
}

// TestTooManyDifferentLines: beyond a bound lines are counted, and not told apart.
func TestTooManyDifferentLines(t *testing.T) {
	t.Parallel()
	miner := templates.New(nil)
	const more = 500
	for i := range templates.MaxDistinct + more {
		miner.Add(0, []byte(letters(i)+" "+letters(i/7)), templates.At{})
	}
	set := miner.Mine()
	if set.Beyond != more || set.Templates[0].Text != "<*>" || set.Templates[0].Total() != more {
		t.Errorf("beyond %d, and %d of %q; want %d", set.Beyond, set.Templates[0].Total(), set.Templates[0].Text, more)
	}
}

// letters writes a number without digits.
func letters(n int) string {
	return strings.Map(func(r rune) rune { return r - '0' + 'k' }, strconv.Itoa(n))
}

func TestIDs(t *testing.T) {
	t.Parallel()
	id := func(messages ...string) string {
		miner := templates.New(nil)
		for _, m := range messages {
			miner.Add(0, []byte(m), templates.At{})
		}
		return miner.Mine().Templates[0].ID
	}
	if a, b := id("took 1s", "took 2s"), id("took 5s"); a != b {
		t.Errorf("one template has the IDs %s and %s", a, b)
	}
	if a, b := id("level=info msg=x"), id("level=error msg=x"); a == b {
		t.Error("two levels have one ID")
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	candidates := []string{
		"Container <*> is running", "failed to start container <*>: no such file <num>", "listening on <*>",
	}
	for name, row := range map[string]struct {
		text string
		want int
		at   float64
	}{
		"the same":           {"listening on <*>", 2, 1},
		"worded anew":        {"start container <*> failed: no such file", 1, .9},
		"values say nothing": {"Container <ip> <num> is running <duration>", 0, 1},
		"nothing in common":  {"<num> bye", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nearest, similarity := templates.Nearest(row.text, candidates)
			if nearest != row.want || similarity < row.at {
				t.Errorf("nearest is %d at %.2f, want %d at %.2f or more", nearest, similarity, row.want, row.at)
			}
		})
	}
	if nearest, _ := templates.Nearest("a", nil); nearest != -1 {
		t.Errorf("nearest of none is %d", nearest)
	}
	if a, b := templates.Similarity("a b c", "b c d"), templates.Similarity("b c d", "a b c"); a != b || a <= 0 || a >= 1 {
		t.Errorf("similarity is %f and %f", a, b)
	}
	if s := templates.Similarity("<num>", "<*>"); s != 0 {
		t.Errorf("two messages without words are %f alike", s)
	}
}

// FuzzMine: whatever lines say, each has one template, and every line is counted.
func FuzzMine(f *testing.F) {
	f.Add("a 1\na 2\n{\"msg\":\"x\"}\n\x1b[1mb\n<*> <num> <pod x>\n()\n")
	f.Fuzz(func(t *testing.T, text string) {
		miner := templates.New(nil)
		lines := strings.Split(text, "\n")
		var refs []templates.Ref
		for i, line := range lines {
			refs = append(refs, miner.Add(0, []byte(line), templates.At{Line: i + 1}))
		}
		set := miner.Mine()
		total := 0
		for _, template := range set.Templates {
			total += template.Total()
		}
		if total != len(lines) {
			t.Errorf("%d lines were counted as %d", len(lines), total)
		}
		for i, ref := range refs {
			if n := set.Of(ref); n < 0 || n >= len(set.Templates) {
				t.Errorf("line %d %q has the template %d of %d", i+1, lines[i], n, len(set.Templates))
			}
		}
	})
}

package collect_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rehearse-dev/rehearse/harness/record"
)

const (
	webLog    = "/var/log/pods/shop_web-1_u1/web/0.log"
	dockerLog = "/var/lib/docker/containers/c1/c1-json.log"
)

// listing is what the logs script says of some files, by path: the list that it
// starts with, and the bytes that follow.
func listing(t *testing.T, list []string, files ...[2]string) string {
	t.Helper()
	var out bytes.Buffer
	for _, line := range append(list, "") {
		out.WriteString(line + "\n")
	}
	archive := tar.NewWriter(&out)
	for _, f := range files {
		header := &tar.Header{Name: f[0], Mode: 0o640, Size: int64(len(f[1]))}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// web is how the log of the shop's front is recorded.
var web = record.LogFile{
	Namespace: "shop", Pod: "web-1", PodUID: "u1", Container: "web", Node: "n1",
	Path: webLog, Mode: "-rw-r-----", Size: 3, File: "logs/pods/shop_web-1_u1/web/0.log",
}

// with returns web, changed.
func with(change func(*record.LogFile)) record.LogFile {
	f := web
	change(&f)
	return f
}

func TestLogs(t *testing.T) {
	t.Parallel()
	packed := gzipped(t, "old")
	plain := "log\t" + webLog + "\t" + webLog + "\t-rw-r-----\t"
	tests := map[string]struct {
		list  []string
		files [][2]string
		want  []record.LogFile
		gaps  []string
		text  string // of the last file
	}{
		"no logs": {},
		"a regular file": {
			list: []string{plain}, files: [][2]string{{webLog, "hi\n"}},
			want: []record.LogFile{web}, text: "hi\n",
		},
		"a link, and a file rotated beside its target": {
			list: []string{
				"log\t" + webLog + "\t" + webLog + "\tlrwxrwxrwx\t" + dockerLog,
				"log\t" + webLog + "\t" + dockerLog + ".1\t-rw-r-----\t",
			},
			files: [][2]string{{webLog, "hi\n"}, {dockerLog + ".1", "old"}},
			want: []record.LogFile{
				with(func(f *record.LogFile) {
					f.Path, f.File = dockerLog+".1", "logs/pods/shop_web-1_u1/web/c1-json.log.1"
				}),
				with(func(f *record.LogFile) { f.Mode, f.Target = "lrwxrwxrwx", dockerLog }),
			},
			text: "hi\n",
		},
		"a compressed file is unpacked": {
			list:  []string{"log\t" + webLog + ".1.gz\t" + webLog + ".1.gz\t-rw-r-----\t"},
			files: [][2]string{{webLog + ".1.gz", packed}},
			want: []record.LogFile{with(func(f *record.LogFile) {
				f.Path, f.Size, f.File = webLog+".1.gz", int64(len(packed)), "logs/pods/shop_web-1_u1/web/0.log.1.unpacked"
			})},
			text: "old",
		},
		"a file beside its compressed self": {
			list:  []string{plain, "log\t" + webLog + ".gz\t" + webLog + ".gz\t-rw-r-----\t"},
			files: [][2]string{{webLog, "hi\n"}, {webLog + ".gz", packed}},
			want: []record.LogFile{web, with(func(f *record.LogFile) {
				f.Path, f.Size, f.File = webLog+".gz", int64(len(packed)), "logs/pods/shop_web-1_u1/web/0.log.unpacked"
			})},
			text: "old",
		},
		"a compressed file that is broken": {
			list:  []string{"log\t" + webLog + ".gz\t" + webLog + ".gz\t-rw-r-----\t", plain},
			files: [][2]string{{webLog + ".gz", "bad"}, {webLog, "hi\n"}},
			want:  []record.LogFile{web, with(func(f *record.LogFile) { f.Path, f.File = webLog+".gz", "" })},
			gaps:  []string{webLog + ".gz"},
		},
		"a file that vanished": {
			list: []string{plain},
			want: []record.LogFile{with(func(f *record.LogFile) { f.Size, f.File = 0, "" })}, gaps: []string{webLog},
		},
		"a file that is no container's": {
			list:  []string{"log\t/var/log/pods/x/y/z\t/var/log/pods/x/y/z\t-rw-r-----\t", plain},
			files: [][2]string{{"/var/log/pods/x/y/z", "?"}, {webLog, "hi\n"}},
			want:  []record.LogFile{web}, gaps: []string{"/var/log/pods/x/y/z"}, text: "hi\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := source(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
			src.Cluster.Nodes = []string{"n1"}
			src.Exec = scripts{logs: listing(t, tt.list, tt.files...)}.provider()
			r, dir := collected(t, src, record.Logs)
			got := lines[record.LogFile](t, r, record.LogIndex)
			diff(t, "index", tt.want, got)
			diff(t, "gaps", tt.gaps, subjects(r.Meta.Gaps))
			if tt.text != "" {
				diff(t, "text", tt.text, content(t, dir, got[len(got)-1].File))
			}
		})
	}
}

func TestLogsOfANodeThatFails(t *testing.T) {
	t.Parallel()
	of := func(log string) string {
		list := []string{"log\t" + log + "\t" + log + "\t-rw-r-----\t", "link\t/var/log/containers/web.log\t" + log}
		return listing(t, list, [2]string{log, strings.Repeat("hi\n", 1000)})
	}
	const otherLog = "/var/log/pods/shop_web-2_u2/web/0.log"
	whole := of(webLog)
	tests := map[string]struct {
		n1        string
		want, gap int
	}{
		"both answer":          {whole, 2, 0},
		"one says nothing":     {"", 1, 1},
		"one is cut in a list": {whole[:20], 1, 1},
		"one is cut in a file": {whole[:2000], 2, 2},
		"one says nonsense":    {"what?\n\n", 1, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := source(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
			src.Exec = scripts{logs: of(otherLog), byNode: map[string]string{"n1": tt.n1}}.provider()
			r, _ := collected(t, src, record.Logs)
			if got := len(lines[record.LogFile](t, r, record.LogIndex)); got != tt.want {
				t.Errorf("%d logs in the index, want %d", got, tt.want)
			}
			if got := subjects(r.Gap(record.Logs)); len(got) != tt.gap {
				t.Errorf("gaps %q, want %d", got, tt.gap)
			}
			links := lines[record.LogLink](t, r, record.LogLinks)
			if !slices.Contains(links, record.LogLink{Node: "n2", Path: "/var/log/containers/web.log", Target: otherLog}) {
				t.Errorf("links are %v, want that of node n2", links)
			}
		})
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	src := source()
	src.Cluster.Nodes = []string{"n1"}
	src.Exec = scripts{logs: listing(t, nil), journal: `{"_SYSTEMD_UNIT":"kubelet.service","SYSLOG_IDENTIFIER":"kubelet","PRIORITY":"6","MESSAGE":"a <b>","__REALTIME_TIMESTAMP":"1","__CURSOR":"x"}
{"_SYSTEMD_UNIT":"docker.service","MESSAGE":[255,104,105]}
{"_SYSTEMD_UNIT":"docker.service","MESSAGE":null}
`}.provider()
	r, _ := collected(t, src, record.Logs)
	journals, err := r.Journals()
	if err != nil || len(journals) != 1 {
		t.Fatalf("Journals() = %v, %v, want one", journals, err)
	}
	diff(t, "journal", []record.JournalEntry{
		{Unit: "kubelet.service", Identifier: "kubelet", Priority: "6", Message: "a <b>", Time: "1"},
		{Unit: "docker.service", Message: "\ufffdhi"},
		{Unit: "docker.service"},
	}, lines[record.JournalEntry](t, r, journals[0]))
}

func TestLogsThroughTheAPI(t *testing.T) {
	t.Parallel()
	ran := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}
	src := source(&corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-1", UID: "u1"},
		Spec:       corev1.PodSpec{NodeName: "n1"},
		Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{
			{Name: "restarted", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}, LastTerminationState: ran},
			{Name: "never", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{}}},
		}},
	})
	r, dir := collected(t, src, record.Logs)
	file := record.LogFile{
		Namespace: "shop", Pod: "web-1", PodUID: "u1", Container: "restarted", Node: "n1",
		Size: 9, File: "logs/api/shop_web-1_u1/restarted/current.log",
	}
	past := file
	past.File = "logs/api/shop_web-1_u1/restarted/previous.log"
	diff(t, "index", []record.LogFile{file, past}, lines[record.LogFile](t, r, record.LogIndex))
	diff(t, "text", "fake logs", content(t, dir, file.File))
	diff(t, "gaps", []string{"envelope, links and rotation of log files, and journals"}, subjects(r.Gap(record.Logs)))
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

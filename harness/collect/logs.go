package collect

import (
	"archive/tar"
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// maxLog bounds how much of one log is recorded: its first bytes.
const maxLog = 64 << 20

const (
	podLogs   = "/var/log/pods/"
	podsDir   = record.LogsDir + "/pods/"
	gzipEnd   = ".gz"
	unpacked  = ".unpacked" // kubelet may leave a file beside its compressed self
	logFields = 5           // of a line that lists a log
)

//go:embed logs.sh
var logsScript string

// logs records every container's log as it lies on its node, and the journals
// of the runtime and kubelet. Where nodes cannot be reached it records what the
// API server gives of them: the messages.
type logs struct{}

func (logs) Kind() record.Kind { return record.Logs }

func (logs) Collect(ctx context.Context, src Source, w *record.Writer) error {
	gone, err := readLeaving(ctx, src, w, record.Logs)
	if err != nil {
		return err
	}
	if src.Exec == nil {
		w.Gap(record.Logs, "envelope, links and rotation of log files, and journals", noExec)
		return apiLogs(ctx, src, w, gone)
	}
	perNode := make([]nodeLogs, len(src.Cluster.Nodes))
	err = errors.Join(
		eachNode(src, w, record.Logs, func(i int, node string) error {
			perNode[i] = nodeLogs{node: node, w: w, gone: gone}
			return run(ctx, src, node, logsScript, nil, perNode[i].read)
		}),
		eachNode(src, w, record.Logs, func(_ int, node string) error { return journal(ctx, src, w, node) }),
	)
	var files []record.LogFile
	var links []record.LogLink
	for _, n := range perNode {
		n.leaveOut(ctx, src.Client)
		files = append(files, n.recorded()...)
		links = append(links, n.links...)
	}
	return errors.Join(err, writeLogIndex(w, files), record.Lines(w, record.LogLinks, links))
}

func writeLogIndex(w *record.Writer, files []record.LogFile) error {
	slices.SortFunc(files, func(a, b record.LogFile) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Pod, b.Pod), cmp.Compare(a.PodUID, b.PodUID),
			cmp.Compare(a.Container, b.Container), cmp.Compare(a.Path, b.Path), cmp.Compare(a.File, b.File))
	})
	return record.Lines(w, record.LogIndex, files)
}

// nodeLogs reads what logs.sh says on one node.
type nodeLogs struct {
	node  string
	w     *record.Writer
	gone  leaving
	logs  []*nodeLog
	links []record.LogLink
}

// nodeLog is a log that was listed.
type nodeLog struct {
	record.LogFile
	to     string // where it goes in the recording
	reason string // why it could not be read
}

func (n *nodeLogs) read(out io.Reader) error {
	in := bufio.NewReader(out)
	if err := n.readList(in); err != nil {
		return fmt.Errorf("listing logs: %w", err)
	}
	listed := map[string]*nodeLog{}
	for _, l := range n.logs {
		listed[l.Path] = l
	}
	for archive := tar.NewReader(in); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading logs: %w", err)
		}
		l, ok := listed[header.Name]
		if !ok {
			continue // its namespace is leaving, or its path does not say whose it is
		}
		l.Size = header.Size
		if err := l.record(n.w, archive); err != nil {
			return err
		}
	}
}

func (n *nodeLogs) readList(in *bufio.Reader) error {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case line == "\n":
			return nil
		case fields[0] == "log" && len(fields) == logFields:
			n.list(fields[1], fields[2], fields[3], fields[4])
		case fields[0] == "link" && len(fields) == 3:
			n.links = append(n.links, record.LogLink{Node: n.node, Path: fields[1], Target: fields[2]})
		default:
			return fmt.Errorf("unexpected line %q", line)
		}
	}
}

// list notes a file that will follow. owner is its path under /var/log/pods, or
// that of the link beside whose target it lies.
func (n *nodeLogs) list(owner, file, mode, target string) {
	folder, container, ok := strings.Cut(path.Dir(strings.TrimPrefix(owner, podLogs)), "/")
	pod := strings.Split(folder, "_")
	if !ok || len(pod) != 3 {
		n.w.Gap(record.Logs, file, "its path does not say whose log it is")
		return
	}
	if n.gone[pod[0]] {
		return
	}
	name := path.Base(file)
	if packed, ok := strings.CutSuffix(name, gzipEnd); ok {
		name = packed + unpacked
	}
	n.logs = append(n.logs, &nodeLog{
		LogFile: record.LogFile{
			Namespace: pod[0], Pod: pod[1], PodUID: pod[2], Container: container, Node: n.node,
			Path: file, Target: target, Mode: mode,
		},
		to:     podsDir + folder + "/" + container + "/" + name,
		reason: "it was listed, but did not follow",
	})
}

// record copies one log. A log that cannot be read does not stop the others.
func (l *nodeLog) record(w *record.Writer, content io.Reader) error {
	var err error
	if strings.HasSuffix(l.Path, gzipEnd) {
		content, err = gzip.NewReader(content)
	}
	if err == nil {
		_, l.Truncated, err = copyLog(w, l.to, content)
	}
	if err == nil {
		l.File = l.to
		return nil
	}
	l.reason = err.Error()
	if broken, ok := errors.AsType[*record.WriteError](err); ok {
		return broken
	}
	return nil
}

// leaveOut forgets files that were listed, but went with their namespace before they
// could be read: kubelet removes what is left of a pod after the API server does.
func (n *nodeLogs) leaveOut(ctx context.Context, client kubernetes.Interface) {
	n.logs = slices.DeleteFunc(n.logs, func(l *nodeLog) bool {
		if l.File != "" {
			return false
		}
		_, err := client.CoreV1().Namespaces().Get(ctx, l.Namespace, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
}

// recorded lists the files; one that has no bytes is a gap.
func (n *nodeLogs) recorded() []record.LogFile {
	var list []record.LogFile
	for _, l := range n.logs {
		if l.File == "" {
			n.w.Gap(record.Logs, l.Path, l.reason)
		}
		list = append(list, l.LogFile)
	}
	return list
}

// copyLog records the first bytes of a log, and says how many there are and
// whether there were more.
func copyLog(w *record.Writer, name string, content io.Reader) (size int64, truncated bool, err error) {
	f, err := w.File(name)
	if err != nil {
		return 0, false, err
	}
	size, err = io.Copy(f, io.LimitReader(content, maxLog))
	if err == nil && size == maxLog {
		more, readErr := content.Read(make([]byte, 1))
		if truncated = more > 0; !truncated && !errors.Is(readErr, io.EOF) {
			err = readErr
		}
	}
	return size, truncated, errors.Join(err, f.Close())
}

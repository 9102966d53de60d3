package live

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/rehearse-dev/rehearse/harness/scan"
	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/internal/kube"
)

// Bounds on what is read of a node.
const (
	mostFile    = 1 << 20 // of one file; the same as in the script
	mostArchive = 64 << 20
	mostList    = 8 << 20 // of processes
	mostWords   = 64 << 10
)

// nodePlaces are the files and folders of a node that a scan reads, relative to
// its root. Keys and certificates are left out wherever they lie.
var nodePlaces = []string{
	"etc/docker", "etc/default", "etc/sysconfig", "etc/systemd/system", "run/systemd/system", "usr/local/lib/systemd/system",
	"usr/lib/systemd/system", "lib/systemd/system", "etc/crontab", "etc/cron.d", "etc/cron.hourly", "etc/cron.daily", "etc/cron.weekly",
	"etc/cron.monthly", "var/spool/cron", "etc/kubernetes/manifests", "etc/crictl.yaml", "etc/init.d", "etc/rc.local",
	"var/lib/kubelet/kubeadm-flags.env", "var/lib/kubelet/config.yaml", "var/lib/cloud/instance/user-data.txt",
}

// filesScript writes an archive of those places. /lib is a link to /usr/lib on most
// nodes, and its files are there once.
var filesScript = ": " + manager + `; cd /host || exit 1; set --; for p in ` + strings.Join(nodePlaces, " ") + `; do
  case $p in lib/*) [ -L lib ] && continue;; esac
  [ -e "$p" ] && set -- "$@" "$p"
done
[ $# -gt 0 ] || exit 0
set -f; IFS='
'
set -- $(find "$@" \( -type f -size -2049 -o -type l \) ! -name '*.key' ! -name '*.pem' ! -name '*.crt' ! -name '*.cert' ! -name 'key.json' ! -path '*.wants/*' ! -path '*.requires/*')
[ $# -eq 0 ] || tar -c -f - "$@"`

// linkedScript writes an archive of files that links lead to.
var linkedScript = ": " + manager + `; cd /host || exit 1; set -f; IFS='
'
set -- $(for p in "$@"; do [ -f "$p" ] && [ ! -L "$p" ] && echo "$p"; done)
[ $# -eq 0 ] || tar -c -f - "$@"`

// processScript writes a line for each process: its number, its control groups and
// its words.
var processScript = ": " + manager + `; cd /proc || exit 1; for p in [0-9]*; do
  words=$(tr '\000\n' '\037\036' <$p/cmdline 2>/dev/null) && [ -n "$words" ] || continue
  printf '%s\t%s\t%s\n' "$p" "$(tr '\n\t' ', ' <$p/cgroup 2>/dev/null)" "$words"
done`

// readNode reads the files and processes of the node that a pod is on.
func readNode(ctx context.Context, clients *kube.Clients, pod *corev1.Pod) *nodeState {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	s := &nodeState{name: pod.Spec.NodeName, reports: map[string]*finding.Report{}}
	run := func(most int64, script string, args ...string) (string, error) {
		return execute(ctx, clients, pod, most, append([]string{"sh", "-c", script, "sh"}, args...))
	}
	archive, err := run(mostArchive, filesScript)
	links, failed := s.archive(archive, nil)
	if err = errors.Join(err, failed); err != nil {
		s.gap("its files", err)
	}
	if targets := outside(links); len(targets) > 0 {
		archive, err := run(mostArchive, linkedScript, targets...)
		if _, failed := s.archive(archive, links); errors.Join(err, failed) != nil {
			s.gap("files that links lead to", errors.Join(err, failed))
		}
	}
	list, err := run(mostList, processScript)
	if err != nil {
		s.gap("its processes", err)
	}
	s.process = processes(list)
	return s
}

// archive searches the files of an archive, and returns the links with where they
// lead, both relative to the node's root. A file that links lead to counts as each
// of them.
func (s *nodeState) archive(data string, links map[string]string) (map[string]string, error) {
	found := map[string]string{}
	reader := tar.NewReader(strings.NewReader(data))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) || data == "" {
			return found, nil
		}
		if err != nil {
			return found, fmt.Errorf("reading the archive: %w", err)
		}
		name := path.Clean(strings.TrimPrefix(header.Name, "/"))
		if header.Typeflag == tar.TypeSymlink {
			found[name] = target(name, header.Linkname)
			continue
		}
		if header.Typeflag != tar.TypeReg || header.Size > mostFile {
			continue
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			return found, fmt.Errorf("reading %s from the archive: %w", name, err)
		}
		for _, as := range namesOf(name, links) {
			s.file("/"+as, content)
		}
	}
}

// target is where a link leads.
func target(name, to string) string {
	if !path.IsAbs(to) {
		to = path.Join("/", path.Dir(name), to)
	}
	return strings.TrimPrefix(path.Clean(to), "/")
}

// namesOf are the names by which a file is known: its own, or those of the links
// to it.
func namesOf(name string, links map[string]string) []string {
	var names []string
	for link, to := range links {
		if to == name {
			names = append(names, link)
		}
	}
	slices.Sort(names)
	if names == nil {
		return []string{name}
	}
	return names
}

// outside are the targets of links that lead to what is not read anyway.
func outside(links map[string]string) []string {
	var targets []string
	for _, to := range links {
		inside := slices.ContainsFunc(nodePlaces, func(place string) bool { return to == place || strings.HasPrefix(to, place+"/") })
		if to != "dev/null" && to != "" && !inside {
			targets = append(targets, to)
		}
	}
	slices.Sort(targets)
	return slices.Compact(targets)
}

// packaged are the units of Docker as its packages bring them, like their script in
// /etc/init.d: they go with it, and what they set is the packages' own.
var packaged = []string{"docker.service", "docker.socket", "cri-docker.service", "cri-docker.socket", "containerd.service"}

func (s *nodeState) file(name string, content []byte) {
	s.files++
	if strings.Contains(name, "/lib/systemd/system/") && slices.Contains(packaged, path.Base(name)) || name == "/etc/init.d/docker" {
		return
	}
	report := scan.Content(name, content)
	if len(report.Findings)+len(report.Suppressed)+len(report.Gaps)+len(report.Warnings) > 0 {
		s.reports[name] = report
	}
}

// execute runs a command in a pod and returns what it writes, up to most bytes. A
// command that complains has still written what it could.
func execute(ctx context.Context, clients *kube.Clients, pod *corev1.Pod, most int64, argv []string) (string, error) {
	request := clients.Typed.CoreV1().RESTClient().Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Container: "reader", Command: argv, Stdout: true, Stderr: true}, scheme.ParameterCodec)
	socket, err := remotecommand.NewWebSocketExecutor(clients.Config, "GET", request.URL().String())
	if err != nil {
		return "", err
	}
	older, err := remotecommand.NewSPDYExecutor(clients.Config, "POST", request.URL())
	if err != nil {
		return "", err
	}
	either, err := remotecommand.NewFallbackExecutor(socket, older, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
	if err != nil {
		return "", err
	}
	stdout, stderr := &bounded{most: most}, &bounded{most: mostWords}
	err = either.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: stdout, Stderr: stderr})
	complaint, _, _ := strings.Cut(stderr.String(), "\n")
	switch {
	case complaint != "":
		err = errors.Join(err, errors.New(complaint))
	case stdout.cut:
		err = errors.Join(err, fmt.Errorf("more than the %d MiB that are read of a node", most>>20))
	}
	return stdout.String(), err
}

// bounded keeps what it is given up to a size.
type bounded struct {
	bytes.Buffer
	most int64
	cut  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.most - int64(b.Len()); int64(len(p)) > room {
		b.cut = true
		b.Buffer.Write(p[:max(room, 0)])
		return len(p), nil
	}
	return b.Buffer.Write(p)
}

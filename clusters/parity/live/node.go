package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/parity"
	"github.com/rehearse-dev/rehearse/clusters/runtime"
)

// insideNode reads what only the node itself can tell.
func (r *reading) insideNode(ctx context.Context, provider clusters.Provider, node string) {
	execer, can := provider.(clusters.NodeExecer)
	if !can {
		r.gap("node "+node+" from within", errors.New("the provider cannot run commands on nodes"))
		return
	}
	profile, err := runtime.Of(r.cluster.Runtime)
	if err != nil {
		r.gap("node "+node+" from within", err)
		return
	}
	exec := func(argv ...string) ([]byte, error) {
		var printed bytes.Buffer
		err := execer.ExecOnNode(ctx, r.cluster, node, nil, &printed, argv...)
		return printed.Bytes(), err
	}
	r.answers(node, exec, questions(profile))
	r.images(node, exec, profile)
	if profile.LogLimits == "" {
		r.kubeletLogLimits()
	}
}

// answers asks all questions in one go. Each answer is a line: the question's
// number, how it went, and the value.
func (r *reading) answers(node string, exec func(...string) ([]byte, error), asked []question) {
	printed, err := exec("bash", "-o", "pipefail", "-c", script(asked))
	if err != nil {
		r.gap("node "+node+" from within", err)
		return
	}
	for line := range strings.Lines(string(printed)) {
		if err := r.answer(node, line, asked); err != nil {
			r.gap("node "+node+" from within", err)
		}
	}
}

func (r *reading) answer(node, line string, asked []question) error {
	words := strings.Fields(line)
	if len(words) < 2 {
		return fmt.Errorf("not an answer: %q", line)
	}
	number, err := strconv.Atoi(words[0])
	if err != nil || number < 0 || number >= len(asked) {
		return fmt.Errorf("not an answer: %q", line)
	}
	status, value := words[1], strings.Join(words[2:], " ")
	if status != "0" {
		r.gap(asked[number].property+" on node "+node, fmt.Errorf("exit status %s: %s", status, value))
		return nil
	}
	r.addOf(node, asked[number].property, value)
	return nil
}

// images adds the digest of every image of the store, by the image's full name.
// Both runtimes name an image by the digest of its configuration.
func (r *reading) images(node string, exec func(...string) ([]byte, error), profile runtime.Profile) {
	printed, err := exec(profile.ListImages...)
	if err != nil {
		r.gap("images on node "+node, err)
		return
	}
	images, err := profile.ParseImages(printed)
	if err != nil {
		r.gap("images on node "+node, err)
		return
	}
	for _, image := range images {
		for _, name := range image.Names {
			if !strings.Contains(name, "@") {
				r.add(parity.Image+runtime.FullName(name), image.ID)
			}
		}
	}
}

// kubeletLogLimits are the limits where kubelet rotates.
func (r *reading) kubeletLogLimits() {
	limits := r.properties()
	size, files := limits[parity.KubeletConfig+"containerLogMaxSize"], limits[parity.KubeletConfig+"containerLogMaxFiles"]
	if size != "" {
		r.add(parity.LogRotation, fmt.Sprintf("kubelet, at %s, %s files", size, files))
	}
}

package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/clusters/kind"
	"github.com/rehearse-dev/rehearse/clusters/nodeimage"
)

const (
	// registryURL answers 401 to those without a token, which is an answer.
	registryURL     = "https://registry-1.docker.io/v2/"
	registryTimeout = 3 * time.Second
	sysResource     = 24 // the bit of CAP_SYS_RESOURCE
)

// Read looks at the host. It changes nothing, and does not fail: what it could
// not see is in Host.Unread.
func Read(ctx context.Context) Host {
	h := Host{Linux: runtime.GOOS == "linux", Unread: map[string]string{}}
	h.unread(checkDocker, h.readDocker(ctx))
	if !h.Docker.Answers {
		return h
	}
	if h.Linux {
		h.readMachine()
	}
	h.GoVersion = goVersion(ctx)
	_, err := exec.LookPath("debootstrap")
	h.Debootstrap = err == nil
	h.Registry = registryAnswers(ctx)
	h.unread(checkNodeImages, h.readNodeImages(ctx))
	h.Leftovers, err = kind.Leftovers(ctx)
	h.unread(checkLeftovers, err)
	return h
}

func (h *Host) unread(check string, err error) {
	if err != nil {
		h.Unread[check] = err.Error()
	}
}

func (h *Host) readDocker(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "docker", "info", "--format", "{{json .}}")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	if err := json.Unmarshal(stdout.Bytes(), &h.Docker); err != nil {
		return err
	}
	// The client prints what it knows of itself even when no engine answers.
	if h.Docker.Version == "" {
		return errors.New(strings.TrimSpace(stderr.String()))
	}
	h.Docker.Answers = true
	return nil
}

// readMachine reads what the kernel tells of the machine. Docker's folder may be
// out of sight: then the engine runs elsewhere.
func (h *Host) readMachine() {
	var err error
	h.SysResource, err = hasSysResource()
	h.unread(checkPrivileges, err)
	h.MemoryAvailable, err = memoryAvailable()
	h.unread(checkMemory, err)
	var disk unix.Statfs_t
	err = unix.Statfs(h.Docker.RootDir, &disk)
	h.unread(checkDisk, err)
	h.DiskFree = disk.Bavail * uint64(disk.Bsize)
	h.InotifyInstances, err = number("/proc/sys/fs/inotify/max_user_instances")
	h.unread(checkInotify, err)
	h.InotifyWatches, err = number("/proc/sys/fs/inotify/max_user_watches")
	h.unread(checkInotify, err)
	known, err := os.ReadFile("/proc/filesystems")
	h.unread(checkOverlay, err)
	h.Overlay = strings.Contains(string(known), "\toverlay\n")
}

func hasSysResource() (bool, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return false, err
	}
	bounding, err := strconv.ParseUint(field(string(status), "CapBnd:"), 16, 64)
	return bounding>>sysResource&1 == 1, err
}

func memoryAvailable() (uint64, error) {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	kib, err := strconv.ParseUint(field(string(info), "MemAvailable:"), 10, 64)
	return kib << 10, err
}

// field returns the first word after a label at the start of a line.
func field(text, label string) string {
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == label {
			return words[1]
		}
	}
	return ""
}

func number(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// goVersion is empty where there is no toolchain that works.
func goVersion(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func registryAnswers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, registryTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, registryURL, nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.Body.Close() != nil {
		return false
	}
	return answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusOK
}

func (h *Host) readNodeImages(ctx context.Context) error {
	images, err := (&nodeimage.Builder{}).List(ctx)
	for _, image := range images {
		// What node images are built from is listed too.
		made, _, _ := strings.Cut(image.Kind, "-")
		if slices.Contains(clusters.Runtimes(), clusters.Runtime(made)) {
			h.NodeImages = append(h.NodeImages, image.Ref)
		}
	}
	return err
}

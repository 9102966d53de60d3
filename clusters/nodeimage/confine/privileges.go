package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// privileges are what this process may hand down to a container.
type privileges struct {
	capabilities uint64 // the bounding set, one bit per capability
	oomScoreAdj  int64  // the lowest value that can be given
	hardLimit    func(rlimit string) (uint64, bool)
}

// object is a JSON object of which only some members are known here; the others
// pass through unchanged.
type object = map[string]any

// capabilityNames are in the order of their bits. A name that is not here is
// newer than this program and is dropped with those that are not granted.
var capabilityNames = strings.Fields(`
	CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL
	CAP_SETGID CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE
	CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER
	CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT
	CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME
	CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL
	CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM
	CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE`)

func readPrivileges() (privileges, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return privileges{}, err
	}
	bounding, err := boundingSet(string(status))
	if err != nil {
		return privileges{}, err
	}
	score, err := os.ReadFile("/proc/self/oom_score_adj")
	if err != nil {
		return privileges{}, err
	}
	adj, err := strconv.ParseInt(strings.TrimSpace(string(score)), 10, 64)
	return privileges{bounding, adj, hardLimit}, err
}

func boundingSet(status string) (uint64, error) {
	for line := range strings.Lines(status) {
		if hex, found := strings.CutPrefix(line, "CapBnd:"); found {
			return strconv.ParseUint(strings.TrimSpace(hex), 16, 64)
		}
	}
	return 0, errors.New("no CapBnd in the process status")
}

// hardLimit knows the one limit that engines raise by themselves.
func hardLimit(name string) (uint64, bool) {
	if name != "RLIMIT_NOFILE" {
		return 0, false
	}
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit.Max, err == nil
}

func (p privileges) confineFile(path string, wrapped bool) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the specification: %w", err)
	}
	confined, err := p.confineJSON(raw, wrapped)
	if err != nil {
		return fmt.Errorf("confining %s: %w", path, err)
	}
	return replace(path, confined)
}

func (p privileges) confineJSON(raw []byte, wrapped bool) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // an rlimit may be too large for a float
	var spec object
	if err := decoder.Decode(&spec); err != nil {
		return nil, err
	}
	process := spec
	if wrapped {
		process, _ = spec["process"].(object)
	}
	p.confineProcess(process)
	return json.Marshal(spec)
}

func (p privileges) confineProcess(process object) {
	if sets, ok := process["capabilities"].(object); ok {
		for name, set := range sets {
			if names, ok := set.([]any); ok {
				sets[name] = slices.DeleteFunc(names, p.lacks)
			}
		}
	}
	if n, ok := process["oomScoreAdj"].(json.Number); ok {
		if adj, err := n.Int64(); err == nil {
			process["oomScoreAdj"] = max(adj, p.oomScoreAdj)
		}
	}
	if limits, ok := process["rlimits"].([]any); ok {
		for _, limit := range limits {
			p.lower(limit)
		}
	}
}

// lacks reports whether a capability cannot be handed down.
func (p privileges) lacks(capability any) bool {
	bit := slices.IndexFunc(capabilityNames, func(name string) bool { return name == capability })
	return bit < 0 || p.capabilities>>bit&1 == 0
}

// lower brings one resource limit down to what this process may set.
func (p privileges) lower(limit any) {
	fields, _ := limit.(object)
	name, _ := fields["type"].(string)
	most, known := p.hardLimit(name)
	if !known {
		return
	}
	for _, key := range []string{"soft", "hard"} {
		number, _ := fields[key].(json.Number)
		if value, err := strconv.ParseUint(number.String(), 10, 64); err == nil {
			fields[key] = min(value, most)
		}
	}
}

// replace never leaves half a file behind: the engine may be reading it.
func replace(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".confine-*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("replacing the specification: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

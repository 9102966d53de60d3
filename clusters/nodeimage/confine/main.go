// Command confine is an OCI runtime for hosts whose processes lack some of the
// privileges that container engines take for granted, CAP_SYS_RESOURCE above
// all. It takes out of the container's specification what this host cannot
// grant and then becomes the real runc.
//
// Put it where the engine looks for runc. The real one is "<own path>.real", or
// else the first other runc on PATH.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	err := run(os.Args[1:])
	fmt.Fprintf(os.Stderr, "confine: %v\n", err)
	os.Exit(1)
}

// run returns only when it fails: otherwise the process has become runc.
func run(args []string) error {
	if err := confine(args); err != nil {
		return err
	}
	runc, err := realRuntime()
	if err != nil {
		return fmt.Errorf("looking for the real runc: %w", err)
	}
	return syscall.Exec(runc, append([]string{"runc"}, args...), os.Environ())
}

// confine rewrites the specification that a runc command line refers to, if any.
func confine(args []string) error {
	path, wrapped := specification(args)
	if path == "" {
		return nil
	}
	granted, err := readPrivileges()
	if err != nil {
		return fmt.Errorf("reading the privileges of this process: %w", err)
	}
	return granted.confineFile(path, wrapped)
}

// specification finds the JSON file that describes the process to start, and
// whether the process is wrapped in a container's specification or stands alone.
func specification(args []string) (path string, wrapped bool) {
	for i, arg := range args {
		switch arg {
		case "create", "run":
			return filepath.Join(option(args[i+1:], ".", "--bundle", "-b"), "config.json"), true
		case "exec":
			return option(args[i+1:], "", "--process", "-p"), false
		}
	}
	return "", false
}

// option returns the value of the first option that has one of the names.
func option(args []string, missing string, names ...string) string {
	for i, arg := range args {
		for _, name := range names {
			if value, found := strings.CutPrefix(arg, name+"="); found {
				return value
			}
			if arg == name && i+1 < len(args) {
				return args[i+1]
			}
		}
	}
	return missing
}

// realRuntime finds the runc that this program stands in front of.
func realRuntime() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	sibling := self + ".real"
	if _, err := os.Stat(sibling); !errors.Is(err, fs.ErrNotExist) {
		return sibling, err
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path, err := exec.LookPath(filepath.Join(dir, "runc"))
		if err == nil && !sameFile(path, self) {
			return path, nil
		}
	}
	return "", fmt.Errorf("neither %s nor another runc on PATH", sibling)
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

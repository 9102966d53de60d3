// Command caller reaches for Docker in one way, again and again, and goes on
// whether or not that works: as agents do that nobody looks at.
//
//	caller ask NETWORK ADDRESS    asks Docker's API for its containers
//	caller once NETWORK ADDRESS   the same, once
//	caller run ROOT COMMAND...    runs a command below another root
//	caller read PATH              reads a file, or all files below a folder
//	caller both SOCKET            serves a socket, and asks there
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

const (
	every   = 5 * time.Second
	timeout = 3 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	call, err := callerFor(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "caller:", err)
		os.Exit(2)
	}
	for {
		says, err := call(ctx)
		fmt.Println(says, err)
		if os.Args[1] == "once" {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

func callerFor(ctx context.Context, args []string) (func(context.Context) (string, error), error) {
	switch {
	case len(args) == 3 && (args[0] == "ask" || args[0] == "once"):
		return func(ctx context.Context) (string, error) { return ask(ctx, args[1], args[2]) }, nil
	case len(args) >= 3 && args[0] == "run":
		return func(ctx context.Context) (string, error) { return run(ctx, args[1], args[2], args[3:]) }, nil
	case len(args) == 2 && args[0] == "read":
		return func(context.Context) (string, error) { return read(args[1]) }, nil
	case len(args) == 2 && args[0] == "both":
		return func(ctx context.Context) (string, error) { return ask(ctx, "unix", args[1]) }, serve(ctx, args[1])
	}
	return nil, errors.New("want ask, once, run, read or both, and what")
}

// ask sends one request to Docker's API.
func ask(ctx context.Context, network, address string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var dialer net.Dialer
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		},
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker/containers/json", nil)
	if err != nil {
		return "", err
	}
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	return fmt.Sprintf("%s, %d bytes", answer.Status, n), err
}

// run starts a command that is found and run below another root. There is no
// shell to look for it: like one, it tries the folders in which commands are.
func run(ctx context.Context, root, name string, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var err error
	for _, dir := range []string{"/usr/local/bin", "/usr/bin"} {
		cmd := &exec.Cmd{
			Path: filepath.Join(dir, name), Args: append([]string{name}, args...), Dir: "/",
			Env:         []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
			SysProcAttr: &syscall.SysProcAttr{Chroot: root},
		}
		var out []byte
		out, err = output(ctx, cmd)
		if !errors.Is(err, fs.ErrNotExist) {
			return fmt.Sprintf("%d bytes", len(out)), err
		}
	}
	return "", err
}

// output is cmd.CombinedOutput for a command that was not made with a context.
func output(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	cmd.WaitDelay = timeout
	done := context.AfterFunc(ctx, func() {
		if cmd.Process != nil {
			_ = cmd.Process.Kill() // it may be over
		}
	})
	defer done()
	return cmd.CombinedOutput()
}

// read reads a file, or all files below a folder.
func read(path string) (string, error) {
	files, bytes := 0, 0
	raw, err := os.ReadFile(path)
	if !errors.Is(err, syscall.EISDIR) {
		return fmt.Sprintf("%d bytes", len(raw)), err
	}
	err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(file)
		files, bytes = files+1, bytes+len(raw)
		return err
	})
	return fmt.Sprintf("%d files, %d bytes", files, bytes), err
}

// serve answers every request on a socket.
func serve(ctx context.Context, socket string) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", socket)
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: timeout, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "[]")
	})}
	go func() { _ = server.Serve(listener) }() // it ends with the program
	return nil
}

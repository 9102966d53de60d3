package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// options are a registry's.
type options struct {
	listen, watch   string
	images          []string
	prefix          string
	address, signed string
	user, password  string
}

func readOptions(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.listen, "listen", ":5000", "where to serve images")
	flags.StringVar(&o.watch, "watch", ":8080", "where to serve health and metrics")
	flags.Func("image", "name:tag of an image to serve; may be repeated", func(name string) error {
		o.images = append(o.images, name)
		return nil
	})
	flags.StringVar(&o.prefix, "prefix", "", "path in front of /v2/")
	flags.StringVar(&o.address, "tls", "", "IP address to have a certificate for; without it there is no TLS")
	flags.StringVar(&o.signed, "signed", house, "the authority that signs it")
	login := flags.String("login", "", "user:password that everybody has to give")
	if err := flags.Parse(args); err != nil {
		return o, fmt.Errorf("reading arguments: %w", err)
	}
	o.user, o.password, _ = strings.Cut(*login, ":")
	return o, nil
}

// runServe serves images until ctx is done.
func runServe(ctx context.Context, log *slog.Logger, args []string) error {
	o, err := readOptions(args)
	if err != nil {
		return err
	}
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("reading the program: %w", err)
	}
	r, err := newRegistry(o, program, log)
	if err != nil {
		return err
	}
	log.Info("serving", "images", o.images)
	return r.serve(ctx)
}

// serve serves images and, beside them, health and metrics. Whichever ends ends
// both.
func (r *registry) serve(ctx context.Context) error {
	images, err := r.imageServer()
	if err != nil {
		return err
	}
	servers := []*http.Server{images, {Addr: r.options.watch, Handler: r.watch()}}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	errs := make([]error, len(servers))
	for i, server := range servers {
		server.ReadHeaderTimeout = 5 * time.Second
		server.ErrorLog = log.New(io.Discard, "", 0) // clients that try HTTPS first are no news
		stop := context.AfterFunc(ctx, func() { _ = server.Close() })
		all.Go(func() {
			defer stop()
			defer cancel()
			errs[i] = listen(server)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func listen(server *http.Server) error {
	err := error(nil)
	if server.TLSConfig != nil {
		err = server.ListenAndServeTLS("", "")
	} else {
		err = server.ListenAndServe()
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving on %s: %w", server.Addr, err)
}

func (r *registry) imageServer() (*http.Server, error) {
	server := &http.Server{Addr: r.options.listen, Handler: r}
	if r.options.address == "" {
		return server, nil
	}
	authority, err := newAuthority(r.options.signed)
	if err != nil {
		return nil, err
	}
	cert, err := authority.server(r.options.address)
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	return server, err
}

// watch answers health checks and scrapes.
func (r *registry) watch() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		fmt.Fprint(w, r.metrics())
	})
	return mux
}

// Program census asks the API server for all containers and nodes, and exposes
// them as metrics: some of the labels as they come, as exporters usually do, and
// some without what a runtime adds to them.
//
// It is built outside any module, from the files of this folder alone: nothing
// but the standard library may be imported.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"path"
	"strings"
	"syscall"
	"time"
)

const (
	server  = "https://kubernetes.default.svc"
	account = "/var/run/secrets/kubernetes.io/serviceaccount/"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt) //nolint:forbidigo // main has no caller
	err := run(ctx, log)
	stop()
	if err != nil {
		log.Error("stopping", "error", err.Error())
		os.Exit(1)
	}
}

// run serves metrics until ctx is done.
func run(ctx context.Context, log *slog.Logger) error {
	authority, err := os.ReadFile(account + "ca.crt")
	if err != nil {
		return fmt.Errorf("reading the cluster's authority: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	c := &census{&http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		text, err := c.metrics(r.Context())
		if err != nil {
			log.Error("asking the API server", "error", err.Error())
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		fmt.Fprint(w, text)
	})
	s := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	if err := s.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", s.Addr, err)
	}
	return nil
}

// census speaks to the API server.
type census struct{ client *http.Client }

// metrics is the exposition of a moment.
func (c *census) metrics(ctx context.Context) (string, error) {
	var found pods
	if err := c.get(ctx, "/api/v1/pods", &found); err != nil {
		return "", err
	}
	var known nodes
	if err := c.get(ctx, "/api/v1/nodes", &known); err != nil {
		return "", err
	}
	return found.String() + known.String(), nil
}

func (c *census) get(ctx context.Context, resource string, into any) error {
	token, err := os.ReadFile(account + "token") // it is replaced now and then
	if err != nil {
		return fmt.Errorf("reading the token: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server+resource, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+string(token))
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // nothing was written to it
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("listing %s: %s", resource, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("listing %s: %w", resource, err)
	}
	return nil
}

type pods struct {
	Items []struct {
		Metadata struct{ Namespace, Name string }
		Status   struct {
			ContainerStatuses []struct{ Name, Image, ImageID, ContainerID string }
		}
	}
}

// String has a container twice: with what the API says of it, and with what is left
// of that without the scheme of an ID and the registry of an image.
func (p pods) String() string {
	var raw, bare strings.Builder
	for _, pod := range p.Items {
		for _, c := range pod.Status.ContainerStatuses {
			if c.ContainerID == "" {
				continue
			}
			_, id, _ := strings.Cut(c.ContainerID, "://")
			fmt.Fprintf(&raw, "kube_pod_container_info{namespace=%q,pod=%q,container=%q,image=%q,image_id=%q,container_id=%q} 1\n",
				pod.Metadata.Namespace, pod.Metadata.Name, c.Name, c.Image, c.ImageID, c.ContainerID)
			fmt.Fprintf(&bare, "census_container_info{namespace=%q,pod=%q,container=%q,image=%q,id=%q} 1\n",
				pod.Metadata.Namespace, pod.Metadata.Name, c.Name, path.Base(c.Image), id)
		}
	}
	return "# TYPE kube_pod_container_info gauge\n" + raw.String() + "# TYPE census_container_info gauge\n" + bare.String()
}

type nodes struct {
	Items []struct {
		Metadata struct{ Name string }
		Status   struct {
			NodeInfo struct{ ContainerRuntimeVersion, KubeletVersion string }
		}
	}
}

func (n nodes) String() string {
	var text strings.Builder
	text.WriteString("# TYPE kube_node_info gauge\n")
	for _, node := range n.Items {
		info := node.Status.NodeInfo
		fmt.Fprintf(&text, "kube_node_info{node=%q,container_runtime_version=%q,kubelet_version=%q} 1\n",
			node.Metadata.Name, info.ContainerRuntimeVersion, info.KubeletVersion)
	}
	return text.String()
}

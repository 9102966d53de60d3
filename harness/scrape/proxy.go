package scrape

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

// proxy stands between Prometheus' scraping and the API server. Prometheus asks
// the addresses that it would ask inside the cluster; the connections lead here,
// inside this process, and each request goes on as one to the API server's
// proxy. No port is opened: whoever could connect to it would have all rights of
// the kubeconfig.
type proxy struct {
	routes    *routes
	transport http.RoundTripper
	base      *url.URL // of the API server
	pipe      *pipe
	server    http.Server
	done      chan struct{}

	mu sync.Mutex
	// failures are why addresses did not answer the last time that they did not.
	failures map[string]string
}

func newProxy(cfg *rest.Config, r *routes) (*proxy, error) {
	transport, err := rest.TransportFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("connecting to the API server: %w", err)
	}
	base, _, err := rest.DefaultServerUrlFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("connecting to the API server: %w", err)
	}
	p := &proxy{routes: r, transport: transport, base: base, pipe: newPipe(), done: make(chan struct{}), failures: map[string]string{}}
	p.server.Handler = p
	go func() {
		defer close(p.done)
		_ = p.server.Serve(p.pipe) // returns when the server is closed, and says so
	}()
	return p, nil
}

// through are the relabelling steps behind those of a job: they put the scheme in
// front of the path, since between Prometheus and the proxy all is plain HTTP.
const through = `
- {source_labels: [__scheme__, __metrics_path__], separator: '', regex: '(https?)/?(.*)', target_label: __metrics_path__, replacement: '/$1/$2'}
- {target_label: __scheme__, replacement: http}
`

// passed are the headers of a scrape that reach its target. Credentials are not
// among them: they would be taken for those of the API server.
var passed = []string{"Accept", "Accept-Encoding", "X-Prometheus-Scrape-Timeout-Seconds"}

// ServeHTTP answers one scrape with what the target says, as a whole or not at
// all.
func (p *proxy) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	header, body, err := p.ask(in)
	if err != nil {
		p.note(in, err.Error())
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	for _, name := range []string{"Content-Type", "Content-Encoding"} {
		if v := header.Get(name); v != "" {
			w.Header().Set(name, v)
		}
	}
	if _, err := w.Write(body); err != nil {
		p.note(in, err.Error())
	}
}

// ask asks a target through the API server.
func (p *proxy) ask(in *http.Request) (http.Header, []byte, error) {
	to, err := p.target(in)
	if err != nil {
		return nil, nil, err
	}
	out, err := http.NewRequestWithContext(in.Context(), http.MethodGet, to.String(), http.NoBody)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range passed {
		if v := in.Header.Get(name); v != "" {
			out.Header.Set(name, v)
		}
	}
	answer, err := p.transport.RoundTrip(out)
	if err != nil {
		return nil, nil, err
	}
	body, err := read(answer)
	return answer.Header, body, errors.Join(err, answer.Body.Close())
}

func read(answer *http.Response) ([]byte, error) {
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New(answer.Status + reason(answer.Body))
	}
	return io.ReadAll(answer.Body)
}

// target is where the API server shows what a request asks for.
func (p *proxy) target(in *http.Request) (*url.URL, error) {
	scheme, path, ok := strings.Cut(strings.TrimPrefix(in.URL.Path, "/"), "/")
	if !ok || scheme != "http" && scheme != "https" {
		return nil, fmt.Errorf("cannot ask %q: expected http or https", in.URL.Path)
	}
	e, port, err := p.routes.find(in.Host)
	if err != nil {
		return nil, err
	}
	to := p.base.JoinPath(e.path(scheme, port, "/"+path))
	to.RawQuery = in.URL.RawQuery
	return to, nil
}

// reason is what the API server says when it could not reach something.
func reason(body io.Reader) string {
	text, err := io.ReadAll(io.LimitReader(body, 4<<10))
	if err != nil {
		return ""
	}
	var status metav1.Status
	if json.Unmarshal(text, &status) == nil && status.Message != "" {
		text = []byte(status.Message)
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if line == "" {
		return ""
	}
	return ": " + line
}

// asked names what a request is for, as a target's URL does.
func asked(u *url.URL, host string) string { return host + u.Path }

func (p *proxy) note(in *http.Request, failure string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failures[asked(in.URL, in.Host)] = failure
}

// failure is why a target did not answer the last time that it did not.
func (p *proxy) failure(target *url.URL) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failures[asked(target, target.Host)]
}

func (p *proxy) close() error {
	err := p.server.Close()
	<-p.done
	return err
}

// pipe is a listener inside this process.
type pipe struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipe() *pipe { return &pipe{conns: make(chan net.Conn), closed: make(chan struct{})} }

// dial connects to the listener, whatever address was asked for.
func (p *pipe) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	var err error
	select {
	case p.conns <- server:
		return client, nil
	case <-p.closed:
		err = net.ErrClosed
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, errors.Join(err, client.Close(), server.Close())
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

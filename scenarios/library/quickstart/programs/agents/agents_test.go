package main

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDockerLinesAreReadableAndNoOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		line string
		ok   bool
	}{
		"docker":            {`{"log":"tea\n","stream":"stdout","time":"2026-11-23T04:31:19.195673608Z"}`, true},
		"docker, escaped":   {`{"log":"cups \u003csmall\u003e\n","stream":"stderr","time":"2026-11-23T04:31:19Z"}`, true},
		"docker, long line": {`{"log":"first part","stream":"stdout","time":"2026-11-23T04:31:19Z"}`, true},
		"cri":               {`2026-11-23T04:30:57.892106696Z stdout F tea`, false},
		"cri, json message": {`2026-11-23T04:30:57.892106696Z stdout F {"log":"tea"}`, false},
		"json of an app":    {`{"time":"2026-11-23T04:31:19Z","level":"INFO","msg":"tea"}`, false},
		"cut short":         {`{"log":"tea\n","stream":"std`, false},
		"empty":             {``, false},
	} {
		if got := readable([]byte(test.line)); got != test.ok {
			t.Errorf("%s: readable(%s): got %v, want %v", name, test.line, got, test.ok)
		}
	}
}

const dockerLine = `{"log":"tea\n","stream":"stdout","time":"2026-11-23T04:31:19Z"}` + "\n"

func TestShipperShipsWhatIsNew(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	dir := t.TempDir()
	s := &shipper{log: slog.New(slog.NewJSONHandler(&lines, nil)), pattern: filepath.Join(dir, "*_shop_*.log")}

	write(t, filepath.Join(dir, "web_shop_web.log"), dockerLine+dockerLine+dockerLine[:20])
	write(t, filepath.Join(dir, "dns_kube-system_dns.log"), dockerLine)
	s.look(t.Context())
	s.look(t.Context()) // nothing new: says nothing
	write(t, filepath.Join(dir, "web_shop_web.log"), dockerLine[20:])
	s.look(t.Context())

	if got, want := strings.Count(lines.String(), "\n"), 2; got != want {
		t.Fatalf("shipper said %d lines, want %d: %s", got, want, &lines)
	}
	for _, want := range []string{"shipped 2 records from shop", "shipped 1 records from shop"} {
		if !strings.Contains(lines.String(), want) {
			t.Errorf("log: got %s, want %q", &lines, want)
		}
	}
	if want := "shipper_records_total{namespace=\"shop\"} 3\n"; !strings.Contains(s.String(), want) {
		t.Errorf("metrics: got %q, want %q", s, want)
	}
}

func TestShipperIsSilentAboutWhatItCannotRead(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	dir := t.TempDir()
	s := &shipper{log: slog.New(slog.NewJSONHandler(&lines, nil)), pattern: filepath.Join(dir, "*_shop_*.log")}
	write(t, filepath.Join(dir, "web_shop_web.log"), "2026-11-23T04:30:57Z stdout F tea\n")
	if err := os.Symlink("/nowhere", filepath.Join(dir, "gone_shop_web.log")); err != nil {
		t.Fatal(err)
	}
	s.look(t.Context())
	if lines.Len() > 0 {
		t.Errorf("log: got %s, want silence", &lines)
	}
	for text, want := range map[string]bool{
		"shipper_unparsed_total 1\n":   true,
		"shipper_unreadable_total 1\n": true,
		"shipper_records_total":        false,
	} {
		if got := strings.Contains(s.String(), text); got != want {
			t.Errorf("metrics contain %q: got %v, want %v:\n%s", text, got, want, s)
		}
	}
}

func TestInventoryCountsContainers(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "docker.sock")
	docker := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/containers/json" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(`[{"Id":"a"},{"Id":"b"}]`))
	}))
	docker.Listener = listen(t, socket)
	docker.Start()
	t.Cleanup(docker.Close)

	var lines bytes.Buffer
	i := newInventory(slog.New(slog.NewJSONHandler(&lines, nil)), socket)
	i.look(t.Context())
	if want := "inventory: 2 containers"; !strings.Contains(lines.String(), want) {
		t.Errorf("log: got %s, want %q", &lines, want)
	}
	if want := "inventory_containers 2\n"; !strings.Contains(i.String(), want) {
		t.Errorf("metrics: got %q, want %q", i, want)
	}
}

func TestInventoryIsSilentWithoutDocker(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	// A folder, as it appears where a pod mounts a socket that is not there.
	i := newInventory(slog.New(slog.NewJSONHandler(&lines, nil)), t.TempDir())
	i.look(t.Context())
	if lines.Len() > 0 || i.String() != "" {
		t.Errorf("got log %s and metrics %q, want silence", &lines, i)
	}
}

func TestRunRefusesUnknownAgents(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"auditor"}, {"inventory", "log-shipper"}} {
		if err := run(t.Context(), slog.New(slog.DiscardHandler), args); err == nil {
			t.Errorf("run(%q): got no error", args)
		}
	}
}

// write appends text to a file.
func write(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func listen(t *testing.T, socket string) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

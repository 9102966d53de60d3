package probe

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// raw is an event as a program hands it over.
func raw(kind Kind, result int32, target []byte) []byte {
	e := make([]byte, callLength)
	order := binary.NativeEndian
	order.PutUint64(e[atGroup:], 4711)
	order.PutUint32(e[atPID:], 42)
	order.PutUint32(e[atMounts:], 7)
	order.PutUint32(e[atKind:], uint32(kind))
	order.PutUint32(e[atResult:], uint32(result))
	order.PutUint32(e[atSize:], uint32(len(target)))
	copy(e[atName:], "curl")
	for i, name := range []string{"bash", "systemd"} {
		order.PutUint32(e[atParents+i*parentSize:], uint32(41-i))
		copy(e[atParents+i*parentSize+4:], name)
	}
	copy(e[atTarget:], target)
	return e
}

// sockaddr is an address as a program gives it to connect.
func sockaddr(family uint16, rest ...byte) []byte {
	return append(binary.NativeEndian.AppendUint16(nil, family), rest...)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	v6 := append([]byte{0x09, 0x48, 0, 0, 0, 0}, make([]byte, 20)...)
	v6[6+15] = 1
	for name, row := range map[string]struct {
		raw    []byte
		kind   Kind
		errno  uint32
		target string
	}{
		"a path that ends with a zero":        {raw(Connect, 0, sockaddr(1, append([]byte("/run/docker.sock\x00"), "left over"...)...)), Connect, 0, "/run/docker.sock"},
		"a path that its length ends":         {raw(Connect, -2, sockaddr(1, []byte("/run/docker.sock")...)), Connect, 2, "/run/docker.sock"},
		"an address of version 4":             {raw(Connect, -111, sockaddr(2, 0x09, 0x47, 172, 18, 0, 2)), Connect, 111, "172.18.0.2:2375"},
		"an address of version 6":             {raw(Connect, 0, sockaddr(10, v6...)), Connect, 0, "[::1]:2376"},
		"an address that is cut short":        {raw(Connect, 0, sockaddr(2, 0x09, 0x47)), Connect, 0, ""},
		"an address of a family of its own":   {raw(Connect, 0, sockaddr(16, 1, 2, 3, 4, 5, 6)), Connect, 0, ""},
		"no address":                          {raw(Connect, 0, nil), Connect, 0, ""},
		"a command that is not there":         {raw(Exec, -2, []byte("/usr/bin/docker")), Exec, 2, "/usr/bin/docker"},
		"a file, by a descriptor that is not": {raw(OpenFile, 17, []byte("/etc/docker/daemon.json")), OpenFile, 0, "/etc/docker/daemon.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := decode(row.raw)
			if err != nil {
				t.Fatal(err)
			}
			want := Event{
				Kind: row.kind, Group: 4711, PID: 42, Mounts: 7, Errno: row.errno, Name: "curl", Target: row.target,
				Parents: []Process{{41, "bash"}, {40, "systemd"}},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeACommandLine(t *testing.T) {
	t.Parallel()
	line := "sh\x00-c\x00docker ps\x00"
	e := append(raw(Exec, 0, []byte("/bin/sh")), make([]byte, eventSize-callLength)...)
	binary.NativeEndian.PutUint32(e[atSize:], uint32(len(line)))
	copy(e[atTarget+callSize:], line+"left over")
	got, err := decode(e)
	if want := "sh -c docker ps"; err != nil || got.Line != want {
		t.Errorf("decode = %q, %v; want %q", got.Line, err, want)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		raw  []byte
		want string
	}{
		"half an event":   {make([]byte, 100), "an event of 100 bytes, want at least 408"},
		"an unknown kind": {raw(99, 0, nil), "an event of the unknown kind 99"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := decode(row.raw); err == nil || err.Error() != row.want {
				t.Errorf("decode = %v, want %s", err, row.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(raw(Connect, 0, sockaddr(1, []byte("/run/docker.sock")...)))
	f.Add(raw(Connect, -111, sockaddr(2, 0x09, 0x47, 127, 0, 0, 1)))
	f.Add(raw(MakeGroup, 0, []byte("/docker/abc")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := decode(raw)
		if err != nil {
			return
		}
		if e.Kind < Connect || e.Kind > MakeGroup || len(e.Parents) > parents || len(e.Name) > nameSize {
			t.Errorf("decode made up %+v", e)
		}
	})
}

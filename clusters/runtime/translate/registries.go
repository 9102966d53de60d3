package translate

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// certsDir is the folder in which containerd looks for hosts.toml.
const certsDir = "certs.d"

// hub is the registry that Docker's mirrors stand in for, and hubServer is where
// it really is.
const (
	hub       = "docker.io"
	hubServer = "https://registry-1.docker.io"
)

// hostsFile is a hosts.toml: what containerd asks for the images of a registry.
// The hosts are tried in order, and then the server.
type hostsFile struct {
	Server string `toml:"server"`
	endpoint
	hosts []hostEntry
}

// hostEntry is one [host."URL"] of a hosts.toml.
type hostEntry struct {
	url string
	endpoint
}

// endpoint is how to speak to a host. Paths start from the file's folder.
type endpoint struct {
	Capabilities []string   `toml:"capabilities,omitempty"`
	CA           []string   `toml:"ca,omitempty"`
	Client       [][]string `toml:"client,omitempty"`
	SkipVerify   bool       `toml:"skip_verify,omitempty"`
	OverridePath bool       `toml:"override_path,omitempty"`
}

// marshal writes the hosts one by one, since their order counts and a table of
// TOML has none.
func (h hostsFile) marshal() ([]byte, error) {
	out, err := toml.Marshal(h)
	if err != nil {
		return nil, err
	}
	for _, entry := range h.hosts {
		table, err := toml.Marshal(map[string]map[string]endpoint{"host": {entry.url: entry.endpoint}})
		if err != nil {
			return nil, err
		}
		// The library opens the table [host] itself, which may be done only once.
		out = append(append(out, '\n'), bytes.TrimPrefix(table, []byte("[host]\n"))...)
	}
	return out, nil
}

// pulls is what Docker does with mirrors and insecure registries.
func pulls() []string { return []string{"pull", "resolve"} }

// rules are how Docker speaks to registries.
type rules struct {
	names  map[string]bool // insecure by name
	ranges []netip.Prefix
	certs  map[string]certFolder
}

// loopback is insecure to Docker without being told.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// insecure is Docker's rule: a registry that is named, with its port if it has
// one, or whose address is in a range. A name is not looked up here; only
// localhost is known to be what it is.
func (r *rules) insecure(host string) bool {
	if r.names[host] {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	if name == "localhost" {
		name = "127.0.0.1"
	}
	address, err := netip.ParseAddr(name)
	return err == nil && slices.ContainsFunc(slices.Concat(loopback, r.ranges), func(p netip.Prefix) bool {
		return p.Contains(address.Unmap())
	})
}

// file is the hosts.toml for a registry that is insecure or has certificates.
// Docker tries an insecure one over HTTPS and then over HTTP, and reads no
// certificates for it.
func (r *rules) file(host string) hostsFile {
	if r.insecure(host) {
		return hostsFile{Server: "http://" + host, hosts: []hostEntry{
			{"https://" + host, endpoint{Capabilities: pulls(), SkipVerify: true}},
		}}
	}
	return hostsFile{Server: "https://" + host, endpoint: r.certs[host].endpoint("")}
}

// endpoint names the certificates, from a folder that lies beside theirs or is
// theirs.
func (c certFolder) endpoint(from string) endpoint {
	var e endpoint
	for _, ca := range c.cas {
		e.CA = append(e.CA, from+ca.name)
	}
	for _, pair := range c.pairs {
		e.Client = append(e.Client, []string{from + pair[0].name, from + pair[1].name})
	}
	return e
}

// mirror is the entry for one of Docker's mirrors. Docker puts /v2 behind the
// path whatever it is, containerd unless it is there already.
func (r *rules) mirror(mirror *url.URL) hostEntry {
	entry := hostEntry{mirror.Scheme + "://" + mirror.Host + strings.TrimSuffix(mirror.EscapedPath(), "/"), endpoint{Capabilities: pulls()}}
	if strings.HasSuffix(entry.url, "/v2") {
		entry.url += "/v2"
		entry.OverridePath = true
	}
	if mirror.Scheme == "https" && r.insecure(mirror.Host) {
		entry.SkipVerify = true
	} else if mirror.Scheme == "https" {
		certs := r.certs[mirror.Host].endpoint("../" + folderOf(mirror.Host) + "/")
		entry.CA, entry.Client = certs.CA, certs.Client
	}
	return entry
}

// folderOf is the folder that containerd looks for first: a colon is no letter
// for a file's name everywhere.
func folderOf(host string) string {
	if name, port, err := net.SplitHostPort(host); err == nil {
		if strings.Contains(name, ":") {
			name = "[" + name + "]"
		}
		return name + "_" + port + "_"
	}
	return host
}

// validMirror reads a mirror as dockerd does.
func validMirror(mirror string) (*url.URL, error) {
	u, err := url.Parse(mirror)
	switch {
	case err != nil:
		return nil, err
	case u.Scheme != "http" && u.Scheme != "https", !validHost(u.Host):
		return nil, fmt.Errorf("expected http:// or https:// and a host, found %q", mirror)
	case u.User != nil:
		return nil, fmt.Errorf("a mirror's address cannot hold a password: %q", u.Redacted())
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("expected an address without ? and #, found %q", mirror)
	}
	return u, nil
}

// hostsPath is where a registry's hosts.toml belongs.
func hostsPath(host string) string { return path.Join(certsDir, folderOf(host), "hosts.toml") }

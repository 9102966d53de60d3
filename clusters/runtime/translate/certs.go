package translate

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// certFolder is what /etc/docker/certs.d holds for one registry.
type certFolder struct {
	host string
	// cas are files with certificates of authorities, pairs those of a client
	// certificate and its key, which stand one after the other.
	cas   []certFile
	pairs [][2]certFile
	// empty names the .crt files in which there is no certificate: Docker ignores
	// them, containerd would not pull.
	empty []string
}

type certFile struct {
	name    string
	content []byte
}

// certFolders reads /etc/docker/certs.d as Docker does: *.crt are authorities,
// and *.cert with the *.key of the same name is what to show to the registry.
func (r *reader) certFolders(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		r.mistakes = append(r.mistakes, err)
		return
	}
	for _, entry := range entries {
		folder := filepath.Join(dir, entry.Name())
		info, err := os.Stat(folder) // it may be a link
		switch {
		case err != nil:
			r.wrong(folder, "%w", err)
		case !info.IsDir(): // Docker does not look at it
		case !validHost(entry.Name()):
			r.wrong(folder, "expected a folder named after a registry's host, with or without its port")
		default:
			r.certs = append(r.certs, r.certFolder(folder))
		}
	}
}

func (r *reader) certFolder(dir string) certFolder {
	c := certFolder{host: filepath.Base(dir)}
	files := map[string]bool{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		r.wrong(dir, "%w", err)
	}
	for _, entry := range entries {
		files[entry.Name()] = true
	}
	for _, entry := range entries {
		name := entry.Name()
		stem := strings.TrimSuffix(name, filepath.Ext(name))
		switch filepath.Ext(name) {
		case ".crt":
			r.authority(&c, dir, name)
		case ".cert":
			if !files[stem+".key"] {
				r.wrong(filepath.Join(dir, name), "expected its key beside it, as %s.key, without which Docker does not pull", stem)
				continue
			}
			r.pair(&c, dir, stem)
		case ".key":
			if !files[stem+".cert"] {
				r.wrong(filepath.Join(dir, name), "expected its certificate beside it, as %s.cert, without which Docker does not pull", stem)
			}
		}
	}
	return c
}

func (r *reader) authority(c *certFolder, dir, name string) {
	content, ok := r.read(filepath.Join(dir, name))
	switch {
	case !ok:
	case x509.NewCertPool().AppendCertsFromPEM(content):
		c.cas = append(c.cas, certFile{name, content})
	default:
		c.empty = append(c.empty, name)
	}
}

func (r *reader) pair(c *certFolder, dir, stem string) {
	cert, first := r.read(filepath.Join(dir, stem+".cert"))
	key, second := r.read(filepath.Join(dir, stem+".key"))
	if !first || !second {
		return
	}
	if _, err := tls.X509KeyPair(cert, key); err != nil {
		r.wrong(filepath.Join(dir, stem+".cert"), "not a certificate with its key: %w", err)
		return
	}
	c.pairs = append(c.pairs, [2]certFile{{stem + ".cert", cert}, {stem + ".key", key}})
}

var host = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)

// validHost is true for a host as it stands in front of an image's name. Nothing
// else becomes the name of a folder.
func validHost(name string) bool { return host.MatchString(name) }

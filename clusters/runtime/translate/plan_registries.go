package translate

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"
)

// registries writes the hosts.toml files, and says of every mirror, every
// insecure registry and every folder of certificates what became of it.
func (t *translation) registries() error {
	r := &rules{names: map[string]bool{}, certs: map[string]certFolder{}}
	for _, c := range t.certs {
		if t.certFolder(c) {
			r.certs[c.host] = c
		}
	}
	hosts := t.insecureRegistries(r)
	hosts = slices.AppendSeq(hosts, maps.Keys(r.certs))
	for _, host := range t.settings.registries {
		if r.insecure(host) && !r.names[host] && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	slices.Sort(hosts)
	var errs []error
	for _, host := range slices.Compact(hosts) {
		errs = append(errs, t.hostsFile(host, r.file(host)))
		if !r.insecure(host) {
			t.certFiles(r.certs[host])
		}
	}
	errs = append(errs, t.mirrors(r))
	for _, c := range t.certs {
		t.tellCerts(r, c)
	}
	if len(t.files) > 0 {
		t.containerd.set("/etc/containerd/"+certsDir, plugins, images, "registry", "config_path")
	}
	return errors.Join(errs...)
}

func (t *translation) hostsFile(host string, file hostsFile) error {
	content, err := file.marshal()
	if err != nil {
		return fmt.Errorf("writing hosts.toml of %q: %w", host, err)
	}
	t.file(hostsPath(host), content, public)
	return nil
}

func (t *translation) certFiles(c certFolder) {
	folder := path.Join(certsDir, folderOf(c.host))
	for _, ca := range c.cas {
		t.file(path.Join(folder, ca.name), ca.content, public)
	}
	for _, pair := range c.pairs {
		t.file(path.Join(folder, pair[0].name), pair[0].content, public)
		t.file(path.Join(folder, pair[1].name), pair[1].content, secret)
	}
}

// certFolder is true for certificates that Docker uses.
func (t *translation) certFolder(c certFolder) bool {
	return c.host != hub && len(c.cas)+len(c.pairs) > 0
}

func (t *translation) tellCerts(r *rules, c certFolder) {
	item := Item{Setting: "certs.d", Value: c.host, From: "certs.d/" + c.host, Fate: Unneeded}
	switch {
	case c.host == hub:
		item.Meaning = "Docker reads no certificates for docker.io."
	case r.insecure(c.host):
		item.Meaning = "The registry is insecure to Docker, which then reads no certificates for it."
	case len(c.cas)+len(c.pairs) == 0:
		item.Meaning = "There is no certificate in it."
	default:
		item.Fate, item.To = Carried, []string{hostsPath(c.host)}
	}
	if len(c.empty) > 0 {
		item.Meaning = strings.TrimSpace(item.Meaning + " Left out, since there is no certificate in it: " + strings.Join(c.empty, ", ") + ".")
	}
	t.items = append(t.items, item)
}

// insecureRegistries fills in what is insecure, and returns the hosts that are so
// by name.
func (t *translation) insecureRegistries(r *rules) []string {
	s := t.options["insecure-registries"]
	var names []string
	for _, entry := range texts(s.value) {
		if _, behind, ok := strings.Cut(entry, "://"); ok {
			entry = behind // dockerd warns, and does the same
		}
		prefix, err := netip.ParsePrefix(entry)
		item := Item{Setting: s.name, Value: entry, From: s.from, Fate: Carried, To: []string{hostsPath(entry)}}
		switch {
		case err == nil:
			r.ranges = append(r.ranges, prefix.Masked())
			t.ranges = append(t.ranges, item)
			continue
		case !validHost(entry):
			t.wrong(s, "expected a host or a range of addresses such as 10.0.0.0/8, found %q", entry)
			continue
		case entry == hub || entry == "index."+hub:
			item.Fate, item.To, item.Meaning = Unneeded, nil, "dockerd takes no notice of it: docker.io is always spoken to securely."
		default:
			item.Meaning = "HTTPS without a look at the certificate, then HTTP, as Docker does it."
			r.names[entry] = true
			names = append(names, entry)
		}
		t.items = append(t.items, item)
	}
	t.tellRanges(r)
	return names
}

// tellRanges says of each range which of the known registries are in it.
// containerd knows registries by name only.
func (t *translation) tellRanges(r *rules) {
	for i, item := range t.ranges {
		of := &rules{ranges: r.ranges[i : i+1]}
		item.Fate, item.To = Lost, nil
		var names []string
		for _, host := range t.settings.registries {
			if of.insecure(host) && !(&rules{}).insecure(host) {
				item.Fate, item.To = Carried, append(item.To, hostsPath(host))
				names = append(names, host)
			}
		}
		item.Meaning = "Registries in this range may speak HTTP and show any certificate. containerd has no ranges: each registry needs a file. Name those that images come from with --registry, or in insecure-registries; a registry that is known by a host name has to be named there, since Docker looked its address up."
		if len(names) > 0 {
			item.Meaning = "Of the registries that were named, these are in the range: " + strings.Join(names, ", ") + ". " + item.Meaning
		}
		t.items = append(t.items, item)
	}
}

// mirrors writes docker.io's hosts.toml: Docker asks mirrors for nothing else.
func (t *translation) mirrors(r *rules) error {
	s := t.options["registry-mirrors"]
	if len(texts(s.value)) == 0 {
		return nil
	}
	file := hostsFile{Server: hubServer}
	for _, address := range texts(s.value) {
		mirror, err := validMirror(address)
		if err != nil {
			t.wrong(s, "%w", err)
			continue
		}
		entry := r.mirror(mirror)
		if !slices.ContainsFunc(file.hosts, func(e hostEntry) bool { return e.url == entry.url }) {
			file.hosts = append(file.hosts, entry)
		}
	}
	t.items = append(t.items, Item{
		Setting: s.name, Value: compact(s.value), From: s.from, Fate: Carried, To: []string{hostsPath(hub)},
		Meaning: "For images of docker.io alone, in this order, and then docker.io itself. A mirror sees ?ns=docker.io behind its addresses now.",
	})
	return t.hostsFile(hub, file)
}

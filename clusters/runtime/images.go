package runtime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters"
)

// Image is one image of the store that kubelet reads.
type Image struct {
	ID string // with its algorithm, such as sha256:...
	// Names are its tags, then its digests; each list as the runtime printed it.
	Names []string
}

// ParseImages reads what the command ListImages printed. The result is sorted by
// ID.
func (p Profile) ParseImages(printed []byte) ([]Image, error) {
	parse := parseCRI
	if p.Runtime == clusters.Dockershim {
		parse = parseDocker
	}
	images, err := parse(printed)
	if err != nil {
		return nil, fmt.Errorf("reading the images that %q listed: %w", p.ListImages[0], err)
	}
	slices.SortFunc(images, func(a, b Image) int { return strings.Compare(a.ID, b.ID) })
	return images, nil
}

func parseCRI(printed []byte) ([]Image, error) {
	var list struct {
		Images []struct {
			ID          string   `json:"id"`
			RepoTags    []string `json:"repoTags"`
			RepoDigests []string `json:"repoDigests"`
		} `json:"images"`
	}
	if err := json.Unmarshal(printed, &list); err != nil {
		return nil, err
	}
	images := make([]Image, 0, len(list.Images))
	for _, i := range list.Images {
		images = append(images, Image{ID: i.ID, Names: slices.Concat(i.RepoTags, i.RepoDigests)})
	}
	return images, nil
}

// parseDocker reads one JSON object per tag; tags of one image are joined.
func parseDocker(printed []byte) ([]Image, error) {
	names := map[string][]string{}
	for in := json.NewDecoder(bytes.NewReader(printed)); ; {
		var row struct{ ID, Repository, Tag string }
		err := in.Decode(&row)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		names[row.ID] = append(names[row.ID], row.Repository+":"+row.Tag)
	}
	images := make([]Image, 0, len(names))
	for id, tags := range names {
		images = append(images, Image{ID: id, Names: tags})
	}
	return images, nil
}

// Missing returns those of refs that kubelet would not find in the store.
//
// Docker lists short names for what it finds by the full one. containerd finds
// only what is stored under its full name, so there a short name counts for
// nothing.
func (p Profile) Missing(images []Image, refs []string) []string {
	listed := map[string]bool{}
	for _, i := range images {
		for _, name := range i.Names {
			if IsDocker(p.Runtime) {
				name = FullName(name)
			}
			listed[name] = true
		}
	}
	var missing []string
	for _, ref := range refs {
		if !listed[FullName(ref)] {
			missing = append(missing, ref)
		}
	}
	return missing
}

// FullName spells a reference out as containerd does: with a registry, with
// library/ for an official image of Docker Hub, and with a tag.
func FullName(ref string) string {
	first, _, hasPath := strings.Cut(ref, "/")
	switch {
	case !hasPath:
		ref = "docker.io/library/" + ref
	case first != "localhost" && !strings.ContainsAny(first, ".:"):
		ref = "docker.io/" + ref
	}
	if last := ref[strings.LastIndex(ref, "/"):]; !strings.ContainsAny(last, ":@") {
		ref += ":latest"
	}
	return ref
}

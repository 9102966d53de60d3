package kind

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// archivedRefs lists the references of the images in an archive that `docker
// save` has written, compressed with gzip or not.
func archivedRefs(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	plain, err := decompressed(f)
	if err != nil {
		return nil, err
	}
	const manifest = "manifest.json"
	for in := tar.NewReader(plain); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("no %s in it", manifest)
		}
		if err != nil {
			return nil, err
		}
		if header.Name == manifest {
			return readRefs(in)
		}
	}
}

// decompressed looks at the first bytes, as both runtimes do.
func decompressed(r io.Reader) (io.Reader, error) {
	in := bufio.NewReader(r)
	magic, err := in.Peek(2)
	if err != nil || !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return in, nil // what is wrong with it, reading it as an archive will say
	}
	return gzip.NewReader(in)
}

func readRefs(manifest io.Reader) ([]string, error) {
	var images []struct{ RepoTags []string }
	if err := json.NewDecoder(manifest).Decode(&images); err != nil {
		return nil, err
	}
	var refs []string
	for _, i := range images {
		refs = append(refs, i.RepoTags...)
	}
	return refs, nil
}

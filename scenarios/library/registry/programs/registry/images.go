package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
)

// The media types that every runtime understands.
const (
	typeManifest = "application/vnd.docker.distribution.manifest.v2+json"
	typeConfig   = "application/vnd.docker.container.image.v1+json"
	typeLayer    = "application/vnd.docker.image.rootfs.diff.tar.gzip"
)

// blob is content by its digest.
type blob struct {
	mediaType string
	digest    string
	content   []byte
}

func newBlob(mediaType string, content []byte) blob {
	return blob{mediaType, digest(content), content}
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// image is one image: its manifest and what that names. The same name and program
// give the same image, in every registry.
type image struct {
	manifest, config blob
	layers           []blob
}

// layer is a compressed layer, and the digest of what is in it.
type layer struct {
	blob
	diffID string
}

// newImage makes an image of a layer with a program and of one that names it.
func newImage(name string, program layer) (image, error) {
	about, err := newLayer("about", []byte(name), 0o644)
	if err != nil {
		return image{}, err
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH, "os": "linux",
		"config": map[string]any{"Entrypoint": []string{"/registry"}, "Env": []string{"PATH=/"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{program.diffID, about.diffID}},
	})
	if err != nil {
		return image{}, fmt.Errorf("writing the configuration of %s: %w", name, err)
	}
	i := image{config: newBlob(typeConfig, config), layers: []blob{program.blob, about.blob}}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": typeManifest,
		"config": i.config.descriptor(), "layers": []any{program.descriptor(), about.descriptor()},
	})
	i.manifest = newBlob(typeManifest, manifest)
	return i, err
}

func (b blob) descriptor() map[string]any {
	return map[string]any{"mediaType": b.mediaType, "digest": b.digest, "size": len(b.content)}
}

// newLayer is a layer with a single file.
func newLayer(name string, content []byte, mode int64) (layer, error) {
	var plain, packed bytes.Buffer
	w := tar.NewWriter(&plain)
	err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content))})
	if err != nil {
		return layer{}, fmt.Errorf("packing %s: %w", name, err)
	}
	if _, err := w.Write(content); err != nil {
		return layer{}, fmt.Errorf("packing %s: %w", name, err)
	}
	if err := w.Close(); err != nil {
		return layer{}, fmt.Errorf("packing %s: %w", name, err)
	}
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return layer{}, fmt.Errorf("packing %s: %w", name, err)
	}
	if _, err := zip.Write(plain.Bytes()); err != nil {
		return layer{}, fmt.Errorf("packing %s: %w", name, err)
	}
	err = zip.Close()
	return layer{newBlob(typeLayer, packed.Bytes()), digest(plain.Bytes())}, err
}

package nodeimage

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed files
var embedded embed.FS

// script returns an embedded shell script.
func script(name string) string {
	content, err := embedded.ReadFile("files/" + name)
	if err != nil { // only names of embedded files are ever asked for
		panic(err)
	}
	return strings.TrimSpace(string(content))
}

// overlay lists the embedded files of a folder that is laid over a node's root.
func overlay(folder string) []file {
	sub, err := fs.Sub(embedded, path.Join("files", folder))
	if err != nil { // only names of embedded folders are ever asked for
		panic(err)
	}
	files, err := tree(sub, "")
	if err != nil { // as above
		panic(err)
	}
	return files
}

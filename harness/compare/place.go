package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// indented is an indented JSON file of a recording, in which things are found
// by the line that they stand on.
type indented [][]byte

func readIndented(r *record.Recording, name string) (indented, error) {
	f, err := r.File(name)
	if err != nil {
		return nil, fmt.Errorf("reading %s/%s: %w", r.Prefix, name, err)
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("reading %s/%s: %w", r.Prefix, name, err)
	}
	return bytes.Split(raw, []byte("\n")), nil
}

// line returns the number of the line on which the last of the strings stands as
// a JSON string, each of them looked for behind the one before. It is 0 when
// there is none: then the whole file is the place.
func (f indented) line(strings ...string) int {
	at := 0
	for _, s := range strings {
		quoted := quote(s)
		for at < len(f) && !bytes.Contains(f[at], quoted) {
			at++
		}
	}
	if at >= len(f) {
		return 0
	}
	return at + 1
}

func quote(s string) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return []byte(s) // a string always encodes
	}
	return bytes.TrimSpace(out.Bytes())
}

package collect

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/rehearse-dev/rehearse/clusters/runtime"
	"github.com/rehearse-dev/rehearse/harness/record"
)

const journalScript = `
since=$1
shift
units=()
for unit in "$@"; do units+=(--unit "$unit"); done
journalctl --output=json --no-pager --quiet --since="$since" "${units[@]}" \
  --output-fields=_SYSTEMD_UNIT,SYSLOG_IDENTIFIER,PRIORITY,MESSAGE
`

// journal records what the units of a node's runtime and its kubelet said.
func journal(ctx context.Context, src Source, w *record.Writer, node string) error {
	since := "@0"
	if !src.Since.IsZero() {
		since = fmt.Sprintf("@%d", src.Since.Unix())
	}
	args := append([]string{since}, runtime.AllUnits()...)
	return run(ctx, src, node, journalScript, args, func(out io.Reader) error {
		f, err := w.File(record.JournalsDir + "/" + node + ".jsonl")
		if err != nil {
			return err
		}
		buf := bufio.NewWriter(f)
		err = copyJournal(buf, out)
		return errors.Join(err, buf.Flush(), f.Close())
	})
}

func copyJournal(dst io.Writer, out io.Reader) error {
	enc := json.NewEncoder(dst)
	enc.SetEscapeHTML(false)
	for in := json.NewDecoder(out); ; {
		var line journalLine
		err := in.Decode(&line)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading journal: %w", err)
		}
		if in.InputOffset() > maxLog {
			return fmt.Errorf("the journal is longer than %d bytes: the rest is left out", maxLog)
		}
		line.JournalEntry.Message = string(line.Message)
		if err := enc.Encode(line.JournalEntry); err != nil {
			return err
		}
	}
}

// journalLine is an entry as journalctl writes it, with fields of its own that
// are left out.
type journalLine struct {
	record.JournalEntry
	Message message `json:"MESSAGE"`
}

// message is text or, when it is not all printable, the numbers of its bytes;
// null when it was too long.
type message string

func (m *message) UnmarshalJSON(raw []byte) error {
	if raw[0] != '[' {
		return json.Unmarshal(raw, (*string)(m))
	}
	var numbers []int // a []byte would be read as base64
	if err := json.Unmarshal(raw, &numbers); err != nil {
		return err
	}
	text := make([]byte, len(numbers))
	for i, n := range numbers {
		text[i] = byte(n)
	}
	*m = message(text)
	return nil
}

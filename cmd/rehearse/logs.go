package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rehearse-dev/rehearse/harness/logs"
	"github.com/rehearse-dev/rehearse/harness/logs/templates"
)

func (a *app) logsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "logs",
		Short: "Look into log files, without any cluster",
	}
	cmd.AddCommand(a.templatesCommand())
	return cmd
}

func (a *app) templatesCommand() *cobra.Command {
	var asJSON, assign bool
	cmd := &cobra.Command{
		Use:   "templates FILE...",
		Short: "Find out which log messages are of one make",
		Long: `Reads log files, or standard input for -, and prints their templates: what is left
of the messages when the values in them are masked, and how often each was said.

Each line may be Docker's JSON, CRI text, or plain; parts of one long line are
joined first. Messages in klog's format, JSON and logfmt are taken apart: their
templates are level, message and the names of the fields. All files are looked at
together, in one pass; there is nothing to set, and the order of lines does not
matter.

With --assign, prints the ID of a template for every line of the files, in their
order, and nothing else. IDs are the same wherever level and text are.`,
		Example: `  rehearse logs templates /var/log/pods/shop_web-0_*/web/0.log
  kubectl logs deploy/web | rehearse logs templates -
  rehearse logs templates --json app.log | jq '.templates[] | select(.level == "error")'
  rehearse logs templates --assign app.log | paste - app.log`,
		Args: func(cmd *cobra.Command, args []string) error {
			return withHint(cobra.MinimumNArgs(1)(cmd, args), "name log files, or - for standard input")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			m := mining{miner: templates.New(nil), assign: assign}
			if err := m.files(args, interruptibleReader{cmd.Context().Err, cmd.InOrStdin()}); err != nil {
				return err
			}
			out := bufio.NewWriter(a.stdout)
			write := m.table
			switch {
			case assign:
				write = m.assignments
			case asJSON:
				write = m.json
			}
			return errors.Join(write(out, m.miner.Mine()), out.Flush())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, with the first places of each template")
	cmd.Flags().BoolVar(&assign, "assign", false, "print one template ID per line, and nothing else")
	cmd.MarkFlagsMutuallyExclusive("json", "assign")
	return cmd
}

// interruptibleReader ends reading with the context's error.
type interruptibleReader struct {
	ended func() error
	io.Reader
}

func (r interruptibleReader) Read(p []byte) (int, error) {
	if err := r.ended(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// mining is one run over all files.
type mining struct {
	miner  *templates.Miner
	assign bool
	refs   []templates.Ref // of every line, when they are to be assigned
	lines  int
}

// files reads all files. What is missing is said before anything is read.
func (m *mining) files(names []string, stdin interruptibleReader) error {
	var missing []error
	for _, name := range names {
		if _, err := os.Stat(name); name != "-" && err != nil {
			missing = append(missing, fmt.Errorf("reading log: %w", err))
		}
	}
	if err := errors.Join(missing...); err != nil {
		return err
	}
	for _, name := range names {
		if err := m.file(name, stdin); err != nil {
			return fmt.Errorf("reading log %q: %w", name, err)
		}
	}
	return nil
}

func (m *mining) file(name string, stdin interruptibleReader) error {
	if name == "-" {
		return m.read("standard input", stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return m.read(name, interruptibleReader{stdin.ended, f})
}

func (m *mining) read(name string, in io.Reader) error {
	first := m.lines
	var joiner logs.Joiner
	for line, err := range logs.Lines(in) {
		if err != nil {
			return err
		}
		m.lines++
		if m.assign {
			m.refs = append(m.refs, 0)
		}
		if record := joiner.Add(line); record != nil {
			m.record(name, first, record)
		}
	}
	for record := range joiner.Rest() {
		m.record(name, first, record)
	}
	return nil
}

// record mines one record; first counts the lines of the files before its own.
func (m *mining) record(name string, first int, r *logs.Record) {
	begin := r.Parts[0]
	ref := m.miner.Add(0, r.Message, templates.At{File: name, Line: begin.Number, Offset: begin.Offset, Text: r.Message})
	if !m.assign {
		return
	}
	for _, part := range r.Parts {
		m.refs[first+part.Number-1] = ref
	}
}

func (m *mining) assignments(out io.Writer, set *templates.Set) error {
	for _, ref := range m.refs {
		if _, err := fmt.Fprintln(out, set.Templates[set.Of(ref)].ID); err != nil {
			return err
		}
	}
	return nil
}

func (m *mining) table(out io.Writer, set *templates.Set) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "count\tlevel\tid\ttemplate")
	for _, t := range set.Templates {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", t.Total(), t.Level, t.ID, t.Text)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\n%d lines, %d templates\n", m.lines, len(set.Templates))
	return err
}

// mined is what --json prints.
type mined struct {
	Lines     int             `json:"lines"`
	Templates []minedTemplate `json:"templates"`
}

type minedTemplate struct {
	ID       string       `json:"id"`
	Level    string       `json:"level,omitempty"`
	Text     string       `json:"text"`
	Count    int          `json:"count"`
	Variants int          `json:"variants"` // different lines, values masked
	Places   []minedPlace `json:"places"`
}

type minedPlace struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Offset int64  `json:"offset"`
	Text   string `json:"text"`
}

func (m *mining) json(out io.Writer, set *templates.Set) error {
	all := mined{Lines: m.lines, Templates: []minedTemplate{}}
	for _, t := range set.Templates {
		shown := minedTemplate{ID: t.ID, Level: t.Level.String(), Text: t.Text, Count: t.Total(), Variants: len(t.Variants)}
		for _, p := range t.Places(0, 3) {
			shown.Places = append(shown.Places, minedPlace{p.File, p.Line, p.Offset, p.Text})
		}
		all.Templates = append(all.Templates, shown)
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}

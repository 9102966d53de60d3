package detect

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// statement looks at where a command's input comes from and its output goes.
func (s *shellScan) statement(stmt *syntax.Stmt) {
	target := outputOf(s, stmt)
	for _, r := range stmt.Redirs {
		switch {
		case r.Hdoc != nil:
			if !s.seen[r.Hdoc] {
				s.feed(stmt, target, s.heredoc(r.Hdoc))
			}
		case r.Op == syntax.WordHdoc:
			s.feed(stmt, target, s.scriptWord(s.word(r.Word)))
		case r.Word != nil && r.Op != syntax.DplIn && r.Op != syntax.DplOut:
			s.pathWord(s.word(r.Word), "a redirection")
		}
	}
	if name, words := s.effective(stmt); target != "" && (name == "echo" || name == "printf") && len(words) > 1 {
		s.file(target, s.joined(skipFlags(words[1:], "")))
	}
}

// pipe looks at what is printed into a command that does something with it.
func (s *shellScan) pipe(n *syntax.BinaryCmd) {
	if n.Op != syntax.Pipe {
		return
	}
	printed := s.printed(n.X)
	if printed == nil {
		return
	}
	s.feed(n.Y, outputOf(s, n.Y), printed)
}

// printed is the text that a statement prints as it stands in the script.
func (s *shellScan) printed(stmt *syntax.Stmt) *text.Text {
	name, words := s.effective(stmt)
	switch name {
	case "echo", "printf":
		if rest := skipFlags(words[1:], ""); len(rest) > 0 {
			return s.joined(rest)
		}
	case "cat":
		for _, r := range stmt.Redirs {
			if r.Hdoc != nil {
				s.seen[r.Hdoc] = true
				return s.heredoc(r.Hdoc)
			}
		}
	}
	return nil
}

// feed looks at a text that a command reads: as a script, as manifests, or as
// the file that it writes it to.
func (s *shellScan) feed(stmt *syntax.Stmt, target string, t *text.Text) {
	name, words := s.effective(stmt)
	switch {
	case shells[name] || name == "ssh":
		s.within(t).shell(t)
	case name == "kubectl" || name == "oc":
		s.within(t).in(Pod).manifests(t)
	case name == "crontab":
		s.within(t).in(Node).cron(t, false)
	case target != "":
		s.file(target, t)
	case name == "tee":
		if rest := skipFlags(words[1:], ""); len(rest) > 0 {
			s.file(rest[0].value, t)
		}
	}
}

// file looks at the content of a file that the script writes.
func (s *shellScan) file(name string, t *text.Text) {
	inner := s.within(t)
	if inner.setting == Anywhere && strings.HasPrefix(name, "/") {
		inner = inner.in(Node)
	}
	inner.content(name, t)
}

// outputOf is the file that a statement writes its output to.
func outputOf(s *shellScan, stmt *syntax.Stmt) string {
	for _, r := range stmt.Redirs {
		if slices.Contains([]syntax.RedirOperator{syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll}, r.Op) && r.Word != nil && (r.N == nil || r.N.Value == "1") {
			return s.literal(r.Word)
		}
	}
	return ""
}

// effective is the command that a statement comes to, without what only wraps it.
func (s *shellScan) effective(stmt *syntax.Stmt) (string, []word) {
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", nil
	}
	words := s.words(call.Args)
	for range maxNesting {
		name := path.Base(words[0].value)
		inner, wraps := unwrap(name, words)
		if !wraps || len(inner) == 0 {
			return name, words
		}
		words = inner
	}
	return "", nil
}

// heredoc is the text of a here-document, without the line that ends it.
func (s *shellScan) heredoc(w *syntax.Word) *text.Text {
	t := s.slice(w)
	return t.Slice(0, strings.LastIndexByte(t.Value, '\n')+1)
}

func (s *shellScan) slice(w *syntax.Word) *text.Text {
	return s.Slice(int(w.Pos().Offset()), int(w.End().Offset()))
}

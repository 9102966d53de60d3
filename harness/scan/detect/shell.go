package detect

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/rehearse-dev/rehearse/harness/scan/finding"
	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// mattering is what every finding in a script has in its text. A script without
// it need not be parsed, nor is it a gap when it cannot be.
var mattering = regexp.MustCompile(`(?i)docker|:237[56]\b|ContainerCannotRun|Error response from daemon|--(network-plugin|image-pull-progress-deadline|cni-(bin|conf|cache)-dir)`)

// shell looks at a shell script.
func (d *detector) shell(t *text.Text) {
	if !mattering.MatchString(t.Value) {
		return
	}
	if d.depth > maxNesting {
		d.gap(t.At(0), "a script is nested too deep")
		return
	}
	script, err := parseShell(t.Value)
	if err != nil {
		d.gap(t.At(errorOffset(t, err)), fmt.Sprintf("reading a shell script: %v", errorText(err)))
		return
	}
	s := &shellScan{detector: d.within(t), vars: map[string][]string{}, shadowed: map[string]bool{}}
	s.learn(script)
	s.look(script)
}

// parseShell reads a script as Bash, and where that fails as plain POSIX shell or
// Korn shell. Template expressions become words of the same length.
func parseShell(script string) (*syntax.File, error) {
	if nests(script) {
		return nil, errNested
	}
	script = expressions.ReplaceAllStringFunc(script, mask)
	first, err := parseVariant(script, syntax.LangBash)
	if err == nil {
		return first, nil
	}
	script = badParameters.ReplaceAllStringFunc(script, mask)
	for _, variant := range []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX, syntax.LangMirBSDKorn} {
		if file, err := parseVariant(script, variant); err == nil {
			return file, nil
		}
	}
	return nil, err
}

func parseVariant(script string, variant syntax.LangVariant) (*syntax.File, error) {
	return syntax.NewParser(syntax.Variant(variant)).Parse(strings.NewReader(script), "")
}

var (
	// expressions are those of CI services and of templates.
	expressions = regexp.MustCompile(`\$?\{\{[^{}]*\}\}|<%[^%]*%>`)
	// badParameters are ${...} of another language, such as Groovy or Terraform.
	badParameters = regexp.MustCompile(`\$?\$\{[^}\n]*\}`)
)

// mask is a word as long as s, so that every offset stays. It keeps lines.
func mask(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return 'x'
	}, asciiOnly(s))
}

// asciiOnly makes every byte of s a character of its own.
func asciiOnly(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 0x80 {
			b[i] = 'x'
		}
	}
	return string(b)
}

func errorOffset(t *text.Text, err error) int {
	if parse, ok := errors.AsType[syntax.ParseError](err); ok {
		return t.Offset(int(parse.Pos.Line()), 1)
	}
	return 0
}

func errorText(err error) string {
	if parse, ok := errors.AsType[syntax.ParseError](err); ok {
		return parse.Text
	}
	return err.Error()
}

// shellScan looks at one parsed script.
type shellScan struct {
	*detector
	// vars are the values that variables are given in plain words.
	vars map[string][]string
	// shadowed are names that the script itself makes a function or an alias.
	shadowed map[string]bool
	// seen are the here-documents that went somewhere already.
	seen map[*syntax.Word]bool
}

// learn gathers what the script defines.
func (s *shellScan) learn(script *syntax.File) {
	syntax.Walk(script, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.FuncDecl:
			if n.Name != nil {
				s.shadowed[n.Name.Value] = true
			}
		case *syntax.Assign:
			if n.Name != nil && n.Value != nil {
				s.set(n.Name.Value, s.literal(n.Value))
			}
		case *syntax.ForClause:
			if loop, ok := n.Loop.(*syntax.WordIter); ok {
				for _, item := range loop.Items {
					s.set(loop.Name.Value, s.literal(item))
				}
			}
		case *syntax.CallExpr:
			s.learnAlias(n)
		}
		return true
	})
}

func (s *shellScan) set(name, value string) {
	if len(s.vars[name]) < 16 && !slices.Contains(s.vars[name], value) {
		s.vars[name] = append(s.vars[name], value)
	}
}

func (s *shellScan) learnAlias(call *syntax.CallExpr) {
	if len(call.Args) < 2 || call.Args[0].Lit() != "alias" {
		return
	}
	for _, arg := range call.Args[1:] {
		name, meaning, _ := strings.Cut(s.literal(arg), "=")
		if !strings.Contains(meaning, "docker") {
			s.shadowed[name] = true
		}
	}
}

// look finds what each part of the script does.
func (s *shellScan) look(script *syntax.File) {
	s.seen = map[*syntax.Word]bool{}
	syntax.Walk(script, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.BinaryCmd:
			s.pipe(n)
		case *syntax.Stmt:
			s.statement(n)
		case *syntax.CallExpr:
			s.assigns(n.Assigns)
			if len(n.Args) > 0 {
				s.call(s.words(n.Args))
			}
		case *syntax.DeclClause:
			s.assigns(n.Args)
		case *syntax.TestClause:
			s.test(n)
		case *syntax.ParamExp:
			s.expansion(n)
		case *syntax.CaseItem:
			s.patterns(n)
		}
		return true
	})
}

// assigns looks at variables that are given a value.
func (s *shellScan) assigns(assigns []*syntax.Assign) {
	for _, a := range assigns {
		if a.Array != nil {
			s.array(a.Array)
		}
		if a.Name == nil || a.Value == nil {
			continue
		}
		s.env(a.Name.Value, s.word(a.Value))
	}
}

// array looks at a list of words, which is a command when it begins with one of
// Docker's.
func (s *shellScan) array(list *syntax.ArrayExpr) {
	var words []word
	for _, e := range list.Elems {
		if e.Value != nil {
			words = append(words, s.word(e.Value))
		}
	}
	if len(words) > 1 && dockerPrograms[words[0].value] {
		s.call(words)
	}
}

// test looks at the files and the texts that [[ ]] asks for.
func (s *shellScan) test(clause *syntax.TestClause) {
	syntax.Walk(clause, func(n syntax.Node) bool {
		if w, ok := n.(*syntax.Word); ok {
			word := s.word(w)
			s.pathWord(word, "a test")
			s.prefix(word)
			return false
		}
		return true
	})
}

// expansion looks at what is cut off a variable, or replaced in it.
func (s *shellScan) expansion(n *syntax.ParamExp) {
	if n.Exp != nil && n.Exp.Word != nil {
		s.prefix(s.word(n.Exp.Word))
	}
	if n.Repl != nil && n.Repl.Orig != nil {
		s.prefix(s.word(n.Repl.Orig))
	}
}

func (s *shellScan) patterns(item *syntax.CaseItem) {
	for _, p := range item.Patterns {
		s.prefix(s.word(p))
	}
}

// prefix reports a word that handles the prefix of Docker's container IDs.
func (s *shellScan) prefix(w word) {
	if handlesPrefix(w.value) {
		s.report(hit{
			rule: finding.IDPrefix, at: w.At(0), found: w.value,
			message: "handles IDs that begin with " + prefixIn(w.value),
		})
	}
}

// handlesPrefix is true for a text with docker:// or docker-pullable:// in it, as
// a pattern has it and not as the address of an image.
func handlesPrefix(s string) bool {
	at := strings.Index(s, prefixIn(s))
	if at < 0 {
		return false
	}
	// docker://alpine:3 names an image; docker://(.*), docker://* and
	// s#docker://## do not.
	rest := s[at+len(prefixIn(s)):]
	return rest == "" || !isLetter(rest[0])
}

func prefixIn(s string) string {
	for _, prefix := range []string{"docker-pullable://", "docker-pullable:", `docker:\/\/`, "docker:///*", "docker://"} {
		if strings.Contains(s, prefix) {
			return prefix
		}
	}
	return "docker://"
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' }

// word is a word of a command: what it comes to, and where it stands.
type word struct {
	value string
	// plain is value without what the script's own variables add to it, which is
	// looked at where they are set.
	plain string
	*text.Text
}

// plainWord is a word that needs no shell to be understood.
func plainWord(value string, t *text.Text) word { return word{value, value, t} }

func (s *shellScan) words(parsed []*syntax.Word) []word {
	words := make([]word, len(parsed))
	for i, w := range parsed {
		words[i] = s.word(w)
	}
	return words
}

func (s *shellScan) word(w *syntax.Word) word {
	unaware := *s
	unaware.vars = nil
	return word{s.literal(w), unaware.literal(w), s.slice(w)}
}

// literal is what a word comes to as far as the script tells; a variable that
// it does not give one value stays $name.
func (s *shellScan) literal(w *syntax.Word) string {
	var b strings.Builder
	for _, part := range w.Parts {
		s.part(&b, part)
	}
	return b.String()
}

func (s *shellScan) part(b *strings.Builder, part syntax.WordPart) {
	switch part := part.(type) {
	case *syntax.Lit:
		b.WriteString(unescape(part.Value))
	case *syntax.SglQuoted:
		b.WriteString(part.Value)
	case *syntax.DblQuoted:
		for _, inner := range part.Parts {
			s.part(b, inner)
		}
	case *syntax.ParamExp:
		b.WriteString(s.parameter(part))
	default:
		b.WriteString("$()")
	}
}

func (s *shellScan) parameter(p *syntax.ParamExp) string {
	if p.Param == nil {
		return "$"
	}
	if values := s.vars[p.Param.Value]; len(values) == 1 && !strings.Contains(values[0], "$") {
		return values[0]
	}
	if p.Exp != nil && p.Exp.Word != nil && slices.Contains(defaults, p.Exp.Op) {
		return s.literal(p.Exp.Word)
	}
	return "$" + p.Param.Value
}

var defaults = []syntax.ParExpOperator{syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull}

// unescape drops backslashes in front of characters.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

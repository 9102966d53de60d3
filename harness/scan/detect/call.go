package detect

import (
	"path"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/scan/text"
)

// call looks at one command, given as words.
func (s *shellScan) call(words []word) {
	for depth := 0; len(words) > 0 && depth < maxNesting; depth++ {
		words = split(words)
		name := path.Base(words[0].value)
		if script, is := s.scriptOf(name, words); is {
			if script != nil {
				s.within(script).shell(script)
			}
			return
		}
		inner, wraps := unwrap(name, words)
		if name == "find" {
			s.arguments(name, words[1:len(words)-len(inner)])
		}
		if !wraps {
			s.command(name, words)
			return
		}
		words = s.environment(inner)
	}
}

// split makes the words of a first word that is several, such as a variable
// with a whole command.
func split(words []word) []word {
	first := words[0]
	if !strings.Contains(first.value, " ") || strings.HasPrefix(strings.TrimSpace(first.Value), `"`) {
		return words
	}
	var parts []word
	for field := range strings.FieldsSeq(first.value) {
		parts = append(parts, plainWord(field, first.Text))
	}
	return append(parts, words[1:]...)
}

// shells run what stands behind -c.
var shells = map[string]bool{"sh": true, "bash": true, "ash": true, "dash": true, "ksh": true, "zsh": true}

// scriptOf is the script that a command runs which it is given as a word. Nil
// with true means a script that lies elsewhere.
func (s *shellScan) scriptOf(name string, words []word) (*text.Text, bool) {
	switch {
	case shells[name]:
		for i, w := range words[1:] {
			if strings.HasPrefix(w.value, "-") && strings.HasSuffix(w.value, "c") && i+2 < len(words) {
				return s.scriptWord(words[i+2]), true
			}
		}
		return nil, !hasRunnable(words)
	case name == "su" || name == "runuser":
		for i, w := range words[1:] {
			if (w.value == "-c" || w.value == "--command") && i+2 < len(words) {
				return s.scriptWord(words[i+2]), true
			}
		}
	case name == "watch":
		return s.joined(skipFlags(words[1:], "-n --interval")), true
	case name == "eval" || name == "trap" && len(words) > 1:
		if name == "trap" {
			return s.scriptWord(words[1]), true
		}
		return s.joined(words[1:]), true
	case strings.HasSuffix(name, "ssh") || name == "sshpass" || name == "pssh" || name == "gcloud" && slices.ContainsFunc(words, is("ssh")):
		return s.remote(name, words), true
	}
	return nil, false
}

// hasRunnable is true for `sh script args`, where the script is a file whose
// name may say something.
func hasRunnable(words []word) bool {
	return slices.ContainsFunc(words[1:], func(w word) bool { return !strings.HasPrefix(w.value, "-") })
}

func is(value string) func(word) bool { return func(w word) bool { return w.value == value } }

// scriptWord is a word as a script: what is between its quotes.
func (s *shellScan) scriptWord(w word) *text.Text {
	raw := w.Value
	if raw == w.value {
		return w.Text
	}
	for _, quote := range []string{`"`, "'"} {
		if len(raw) < 2 || !strings.HasPrefix(raw, quote) || !strings.HasSuffix(raw, quote) {
			continue
		}
		inner := w.Slice(1, len(raw)-1)
		if quote == `"` {
			return inner.Unescaped()
		}
		return inner
	}
	return text.Anywhere(w.value, w.At(0))
}

func (s *shellScan) joined(words []word) *text.Text {
	var texts []*text.Text
	for _, w := range words {
		texts = append(texts, s.scriptWord(w))
	}
	return text.Joined(" ", texts...)
}

// sshFlags take a value each.
const sshFlags = "-i -p -l -o -F -J -L -R -D -W -b -c -E -m -S -w -e -h -H"

// remote is what a command has run on another machine.
func (s *shellScan) remote(name string, words []word) *text.Text {
	if name == "gcloud" {
		for i, w := range words {
			if w.value == "--command" && i+1 < len(words) {
				return s.scriptWord(words[i+1])
			}
			if cut, ok := strings.CutPrefix(w.value, "--command="); ok {
				return text.Anywhere(cut, w.At(0))
			}
		}
		return nil
	}
	rest := words[1:]
	if name == "sshpass" {
		if at := slices.IndexFunc(rest, is("ssh")); at >= 0 {
			rest = rest[at+1:]
		}
	}
	rest = skipFlags(rest, sshFlags)
	if len(rest) < 2 {
		return nil
	}
	return s.joined(skipFlags(rest[1:], sshFlags)) // which may follow the host as well
}

// wrapper is a program that runs another one.
type wrapper struct {
	// flags that take a value of their own, between spaces.
	flags string
	// skip is how many words come before the command, flags aside.
	skip int
	// after is the word behind which the command stands, for those that run one
	// only when that word is there.
	after string
}

var wrappers = map[string]wrapper{
	"sudo":   {flags: "-u -g -h -p -C -r -t -T -U -D -R --user --group"},
	"doas":   {flags: "-u -C"},
	"env":    {flags: "-u -C -S --unset --chdir"},
	"nohup":  {},
	"exec":   {flags: "-a"},
	"time":   {flags: "-f -o"},
	"nice":   {flags: "-n"},
	"ionice": {flags: "-c -n -p"},
	"chrt":   {skip: 1}, "taskset": {skip: 1},
	"timeout": {flags: "-s -k --signal --kill-after", skip: 1},
	"chroot":  {flags: "--userspec", skip: 1},
	"nsenter": {flags: "-t --target -S -G"},
	"unshare": {}, "setsid": {}, "setpriv": {}, "command": {}, "builtin": {}, "busybox": {}, "chronic": {}, "catatonit": {},
	"stdbuf": {flags: "-i -o -e"},
	"xargs":  {flags: "-n -I -P -L -s -d -a -E"},
	"flock":  {flags: "-w -E", skip: 1},
	"gosu":   {skip: 1}, "su-exec": {skip: 1},
	"systemd-run": {flags: "-p -u --unit --property --slice"},
	"systemd-cat": {flags: "-t -p"},
	"dumb-init":   {}, "tini": {flags: "-p -e"},
	"parallel": {flags: "-j -a"},
	"strace":   {flags: "-e -o -p"},
	"cgexec":   {flags: "-g"},
	"find":     {after: "-exec"},
	"kubectl":  {after: "--"}, "oc": {after: "--"},
}

// unwrap is the command that another one runs.
func unwrap(name string, words []word) ([]word, bool) {
	w, wraps := wrappers[name]
	if !wraps {
		return nil, false
	}
	if w.after != "" {
		at := slices.IndexFunc(words, is(w.after))
		if at < 0 {
			return nil, false
		}
		return words[at+1:], true
	}
	if name == "command" && len(words) > 1 && (words[1].value == "-v" || words[1].value == "-V") {
		return nil, true // it only asks whether there is such a program
	}
	rest := skipFlags(words[1:], w.flags)
	return rest[min(w.skip, len(rest)):], true
}

// skipFlags drops the flags in front, and the values of those that take one.
func skipFlags(words []word, valued string) []word {
	takes := strings.Fields(valued)
	for len(words) > 0 && strings.HasPrefix(words[0].value, "-") {
		flag := words[0].value
		words = words[1:]
		if flag == "--" {
			break
		}
		if slices.Contains(takes, flag) && len(words) > 0 {
			words = words[1:]
		}
	}
	return words
}

// environment looks at the variables that are set in front of a command, and
// returns the command.
func (s *shellScan) environment(words []word) []word {
	for len(words) > 0 {
		name, value, ok := strings.Cut(words[0].value, "=")
		if !ok || strings.ContainsAny(name, "/-. ") {
			break
		}
		s.env(name, plainWord(value, words[0].Text))
		words = words[1:]
	}
	return words
}

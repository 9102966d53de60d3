package record

import (
	"bytes"
	"io"
)

// tokenHeader bounds the first part of a token, the one that says how it is
// signed.
const tokenHeader = 1 << 10

// redactor puts Redacted where secrets stand in a stream. It holds back no more
// bytes than the longest secret has, so secrets across writes are found too.
type redactor struct {
	dst     io.WriteCloser
	secrets *matcher
	held    []byte // not yet written
	out     []byte
	inToken bool // the rest of a token is still to be dropped

	// In a file that quotes its text only strings are looked at.
	quoted   bool
	inString bool
	escape   int // bytes left of an escape sequence
}

func newRedactor(dst io.WriteCloser, s secrets, quoted bool) *redactor {
	r := &redactor{dst: dst, quoted: quoted, secrets: s.text}
	if quoted {
		r.secrets = s.quoted
	}
	if r.secrets == nil {
		r.secrets = newMatcher()
	}
	return r
}

func (r *redactor) Write(p []byte) (int, error) {
	r.held = append(r.held, p...)
	if err := r.flush(max(r.secrets.longest, tokenHeader+len(".eyJ"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close writes what is held back and closes the file even when that fails.
func (r *redactor) Close() error {
	err := r.flush(1)
	if closeErr := r.dst.Close(); err == nil {
		err = closeErr
	}
	return err
}

// flush writes all but the last bytes, in which less than ahead bytes can be
// seen of what may be a secret.
func (r *redactor) flush(ahead int) error {
	r.out = r.out[:0]
	at := 0
	for len(r.held)-at >= ahead {
		at += r.step(r.held[at:])
	}
	r.held = r.held[:copy(r.held, r.held[at:])]
	if len(r.out) == 0 {
		return nil
	}
	_, err := r.dst.Write(r.out)
	return err
}

// redact returns a text with [Redacted] where secrets stand.
func (s secrets) redact(text string) string {
	if len(text) < MinSecret {
		return text
	}
	raw := []byte(text)
	r := redactor{secrets: s.text, out: make([]byte, 0, len(raw))}
	for at := 0; at < len(raw); {
		at += r.step(raw[at:])
	}
	return string(r.out)
}

// step puts out the first bytes of text, or what stands for them, and returns
// how many it has dealt with.
func (r *redactor) step(text []byte) int {
	if r.inToken && isToken(text[0]) {
		return 1
	}
	r.inToken = false
	if !r.quoted || r.inString && r.escape == 0 {
		if n := r.secrets.match(text); n > 0 {
			r.out = append(r.out, Redacted...)
			return n
		}
		if n := tokenStart(text); n > 0 {
			r.out = append(r.out, Redacted...)
			r.inToken = true
			return n
		}
	}
	r.out = append(r.out, text[0])
	if r.quoted {
		r.follow(text[0])
	}
	return 1
}

// follow keeps track of strings. A line end closes them: no format that quotes
// its text lets one go on, and a stray quote must not hide the rest of a file.
func (r *redactor) follow(c byte) {
	switch {
	case c == '\n':
		r.inString, r.escape = false, 0
	case r.escape > 0:
		r.escape--
		if r.escape == 0 && c == 'u' {
			r.escape = 4
		}
	case c == '"':
		r.inString = !r.inString
	case c == '\\' && r.inString:
		r.escape = 1
	}
}

// tokenStart returns the length of the first part, and a little more, of a JSON
// web token that text starts with, or 0. Both of a token's first parts are JSON
// objects in base64, which start with eyJ.
func tokenStart(text []byte) int {
	if !bytes.HasPrefix(text, []byte("eyJ")) {
		return 0
	}
	for i, c := range text[:min(len(text), tokenHeader)] {
		if c == '.' && bytes.HasPrefix(text[i:], []byte(".eyJ")) {
			return i + len(".eyJ")
		}
		if c == '.' || !isToken(c) {
			return 0
		}
	}
	return 0
}

func isToken(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.'
}

package masks

// The kinds of values. A mask reads <kind>, or <kind role> where the role is
// known: those are made by package normalise and kept here.
const (
	num      = "num"
	size     = "size"
	duration = "duration"
	instant  = "time"
	address  = "ip"
	hex      = "hex"
	uid      = "uid"
	id       = "id"
)

// Append appends line to dst with its values masked, and returns the extended
// dst. Bytes that are no part of a value stay as they are, valid UTF-8 or not.
func Append(dst, line []byte) []byte {
	s := scanner{line: line, out: dst, from: len(dst)}
	for s.at < len(line) {
		switch {
		case class[line[s.at]] != other:
			s.word()
		case line[s.at] == '<':
			s.bracket()
		default:
			s.at++
		}
	}
	s.copy()
	return s.out
}

// scanner masks one line.
type scanner struct {
	line   []byte
	at     int // what is looked at
	copied int // what is in out already
	out    []byte
	from   int // where the line begins in out
	last   written
}

// written is the mask that was written last: a mask that follows it closely
// joins it. The zero value is none.
type written struct {
	start, end int
	kind       string
}

// copy writes what was passed over and is no value.
func (s *scanner) copy() {
	s.out = append(s.out, s.line[s.copied:s.at]...)
	s.copied = s.at
}

// skip goes on behind a value of n bytes, which is not copied.
func (s *scanner) skip(n int) {
	s.at += n
	s.copied = s.at
}

// bracket keeps a mask that stood in the text. Those with a role have no kind
// here, and join nothing.
func (s *scanner) bracket() {
	n, kind := at(s.line[s.at:])
	switch {
	case n == 0:
		s.at++
	case kind == "":
		s.at += n
		s.copy()
		s.last = written{}
	default:
		s.mask(kind)
		s.skip(n)
	}
}

// word masks what a word begins, or passes it over.
func (s *scanner) word() {
	rest := s.line[s.at:]
	length, digits := span(rest)
	if digits == 0 && (s.behindMask() || !promising(rest, length)) {
		s.at += length
		return
	}
	n, kind := value(rest, length, digits)
	switch {
	case kind != "":
		s.mask(kind)
		s.skip(n)
	case digits > 0:
		s.numbered(rest, length)
	case s.generated(rest, length):
		s.mask(id)
		s.skip(length)
	default:
		s.at += length
	}
}

// behindMask is true for letters that stand behind a number, as in k8s: they begin
// no value of their own.
func (s *scanner) behindMask() bool {
	return s.last.end > 0 && s.last.end == len(s.out) && s.copied == s.at
}

// promising is false for most words without digits: those that cannot be a value,
// by their length and what follows.
func promising(rest []byte, length int) bool {
	switch length {
	case 3, suffixLength, 8, 16, 32, 40, 64:
		return true
	}
	return length <= 4 && length < len(rest) && rest[length] == ':'
}

// value recognises a value that begins with the first word of rest. The kind is
// empty where there is none.
func value(rest []byte, length, digits int) (n int, kind string) {
	if length == 8 && isUUID(rest) {
		return uuidLength, uid
	}
	if n := timestamp(rest, length, digits); n > 0 {
		return n, instant
	}
	if n := ipv4(rest); n > 0 {
		return n, address
	}
	if n, kind := colonHex(rest, length); n > 0 {
		return n, kind
	}
	if digits > 0 && class[rest[0]] == digit {
		if n, kind := quantity(rest); n >= length && kind != "" {
			return n, kind
		}
	}
	if isHex(rest[:length], digits) {
		return length, hex
	}
	return 0, ""
}

// numbered writes a word with digits that is no value as a whole: a name that
// ends with a number keeps its letters, as do short ones such as k8s. What else
// mixes letters and digits is an identifier.
func (s *scanner) numbered(rest []byte, length int) {
	letters := run(rest, letter)
	if letters > 0 && letters+run(rest[letters:], digit) == length {
		s.at += letters
		n, kind := quantity(rest[letters:])
		s.mask(kind)
		s.skip(n)
		return
	}
	if letters == 0 || length > shortName {
		s.mask(id)
		s.skip(length)
		return
	}
	for end := s.at + length; s.at < end; {
		if digits := run(s.line[s.at:end], digit); digits > 0 {
			s.mask(num)
			s.skip(digits)
			continue
		}
		s.at++
	}
}

// shortName is the length up to which a word with digits inside is a name, such
// as k8s or i18n, and no identifier.
const shortName = 4

// generated is true for what Kubernetes appends to a name behind another mask,
// as in web-<hex>-xkbvt, when it happens to have no digit.
func (s *scanner) generated(rest []byte, length int) bool {
	if length != suffixLength || s.last.end == 0 || s.last.end != len(s.out) || s.copied != s.at-1 || s.line[s.copied] != '-' {
		return false
	}
	for _, c := range rest[:length] {
		if !suffix[c] {
			return false
		}
	}
	return Length(rest[length:]) == 0
}

// mask writes a mask. A sign belongs to the number behind it.
func (s *scanner) mask(kind string) {
	s.copy()
	if kind == num || kind == size || kind == duration {
		s.unsign()
	}
	if s.joins() {
		if s.last.kind != kind {
			kind = id
		}
		s.out = s.out[:s.last.start]
	}
	start := len(s.out)
	s.out = append(s.out, '<')
	s.out = append(s.out, kind...)
	s.out = append(s.out, '>')
	s.last = written{start, len(s.out), kind}
}

func (s *scanner) joins() bool {
	switch end := len(s.out); s.last.end {
	case 0:
		return false
	case end:
		return true
	default:
		return s.last.end == end-1 && joiner[s.out[end-1]]
	}
}

// unsign takes signs that begin a word off the end of what was written: plus,
// minus, and the < and ~ of "less than" and "about".
func (s *scanner) unsign() {
	for end := len(s.out) - 1; end >= s.from && sign[s.out[end]]; end-- {
		if end > s.from && (class[s.out[end-1]] != other || s.out[end-1] == '>') {
			return
		}
		s.out = s.out[:end]
	}
}

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
	s := scanner{out: dst, from: len(dst)}
	for rest := line; len(rest) > 0; {
		rest = rest[s.next(rest):]
	}
	return s.out
}

// scanner writes one masked line.
type scanner struct {
	out  []byte
	from int // where the line begins in out
	last written
}

// written is the mask that was written last: a mask that follows it closely
// joins it. The zero value is none.
type written struct {
	start, end int
	kind       string
}

// next masks or copies what rest begins with, and says how much of it that was.
func (s *scanner) next(rest []byte) int {
	n := 0
	for n < len(rest) && class[rest[n]] == other {
		if rest[n] == '<' && n == 0 {
			if length, kind := at(rest); length > 0 {
				s.keep(rest[:length], kind)
				return length
			}
		} else if rest[n] == '<' {
			break
		}
		n++
	}
	if n > 0 {
		s.out = append(s.out, rest[:n]...)
		return n
	}
	return s.word(rest)
}

// word masks or copies what a word begins.
func (s *scanner) word(rest []byte) int {
	length, digits := span(rest)
	if digits == 0 && s.last.end > 0 && s.last.end == len(s.out) {
		// The letters behind a number, as in k8s: they begin no value of their own.
		s.out = append(s.out, rest[:length]...)
		return length
	}
	n, kind := value(rest, length, digits)
	if kind == "" && digits == 0 && length == suffixLength && Length(rest[length:]) == 0 && s.generated(rest[:length]) {
		n, kind = length, id
	}
	if kind != "" {
		s.mask(kind)
		return n
	}
	if digits == 0 {
		s.out = append(s.out, rest[:length]...)
		return length
	}
	return s.numbered(rest, length)
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
func (s *scanner) numbered(rest []byte, length int) int {
	letters := run(rest, letter)
	if letters > 0 && letters+run(rest[letters:], digit) == length {
		s.out = append(s.out, rest[:letters]...)
		n, kind := quantity(rest[letters:])
		s.mask(kind)
		return letters + n
	}
	if letters == 0 || length > shortName {
		s.mask(id)
		return length
	}
	for n := 0; n < length; {
		if digits := run(rest[n:length], digit); digits > 0 {
			s.mask(num)
			n += digits
			continue
		}
		s.out = append(s.out, rest[n])
		n++
	}
	return length
}

// shortName is the length up to which a word with digits inside is a name, such
// as k8s or i18n, and no identifier.
const shortName = 4

// generated is true for what Kubernetes appends to a name behind another mask,
// as in web-<hex>-xkbvt, when it happens to have no digit.
func (s *scanner) generated(word []byte) bool {
	end := len(s.out) - 1
	if s.last.end == 0 || s.last.end != end || s.out[end] != '-' {
		return false
	}
	for _, c := range word {
		if !suffix[c] {
			return false
		}
	}
	return true
}

// mask writes a mask. A sign belongs to the number behind it.
func (s *scanner) mask(kind string) {
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

// keep writes a mask that stood in the text. Those with a role have no kind here,
// and join nothing.
func (s *scanner) keep(text []byte, kind string) {
	if kind != "" {
		s.mask(kind)
		return
	}
	s.out = append(s.out, text...)
	s.last = written{}
}

func (s *scanner) joins() bool {
	switch end := len(s.out); {
	case s.last.end == 0:
		return false
	case s.last.end == end:
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

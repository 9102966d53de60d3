package masks

// The classes of bytes. Whatever is not ASCII counts as a letter.
const (
	other = iota
	letter
	digit
)

var (
	class  = classes()
	hexa   = set("0123456789abcdefABCDEF")
	joiner = set("-_.:,/")
	sign   = set("-+~<")
	// suffix is what Kubernetes makes names of: no vowels, no look-alikes.
	suffix = set("bcdfghjklmnpqrstvwxz2456789")
)

// suffixLength of such a name.
const suffixLength = 5

func set(bytes string) [256]bool {
	var in [256]bool
	for i := range len(bytes) {
		in[bytes[i]] = true
	}
	return in
}

func classes() [256]uint8 {
	var of [256]uint8
	for c := range 256 {
		switch {
		case '0' <= c && c <= '9':
			of[c] = digit
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c >= 0x80:
			of[c] = letter
		}
	}
	return of
}

// span is the length of the word that s begins with, and how many digits it has.
func span(s []byte) (length, digits int) {
	for ; length < len(s) && class[s[length]] != other; length++ {
		if class[s[length]] == digit {
			digits++
		}
	}
	return length, digits
}

// run counts the bytes of one class that s begins with.
func run(s []byte, of uint8) int {
	n := 0
	for n < len(s) && class[s[n]] == of {
		n++
	}
	return n
}

// edge is true where a word may end: at n there is no letter and no digit.
func edge(s []byte, n int) bool { return n >= len(s) || class[s[n]] == other }

// plain are the kinds whose masks may join others; roles those that are kept.
var (
	plain = []string{num, size, duration, instant, address, hex, uid, id, "mac", "port", "hash"}
	roles = append([]string{"node", "pod", "workload"}, plain...)
)

// Length returns the length of the mask that s begins with, or 0.
func Length[S ~string | ~[]byte](s S) int {
	n, _ := at(s)
	return n
}

// at recognises a mask at the start of s. The kind is empty for a mask that has
// a role, or a kind that only comes with one.
func at[S ~string | ~[]byte](s S) (length int, kind string) {
	if len(s) < len("<id>") || s[0] != '<' {
		return 0, ""
	}
	n := 1
	for n < len(s) && 'a' <= s[n] && s[n] <= 'z' {
		n++
	}
	if n == len(s) || s[n] != '>' && s[n] != ' ' || !oneOf(s[1:n], roles) {
		return 0, ""
	}
	if s[n] == '>' {
		return n + 1, nameOf(s[1:n], plain)
	}
	for n++; n < len(s); n++ {
		switch s[n] {
		case '>':
			return n + 1, ""
		case '<', '_', '\n':
			return 0, ""
		}
	}
	return 0, ""
}

func oneOf[S ~string | ~[]byte](word S, of []string) bool { return nameOf(word, of) != "" }

func nameOf[S ~string | ~[]byte](word S, of []string) string {
	for _, name := range of {
		if string(word) == name {
			return name
		}
	}
	return ""
}

const uuidLength = 36

func isUUID(s []byte) bool {
	if len(s) < uuidLength || !edge(s, uuidLength) {
		return false
	}
	for i, c := range s[:uuidLength] {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !hexa[c] {
				return false
			}
		}
	}
	return true
}

// isHex is true for words of hexadecimal digits: with 0x before them, or so long
// and mixed that they are no word, or as long as a hash or a machine word.
func isHex(word []byte, digits int) bool {
	if len(word) > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X') {
		return allHex(word[2:])
	}
	if !allHex(word) {
		return false
	}
	switch len(word) {
	case 8, 16, 32, 40, 64:
		return true
	default:
		return len(word) >= 6 && digits > 0
	}
}

func allHex(s []byte) bool {
	for _, c := range s {
		if !hexa[c] {
			return false
		}
	}
	return true
}

// ipv4 is the length of an IPv4 address, with its port or prefix.
func ipv4(s []byte) int {
	n := 0
	for octet := range 4 {
		if octet > 0 {
			if n >= len(s) || s[n] != '.' {
				return 0
			}
			n++
		}
		digits := run(s[n:], digit)
		if digits == 0 || digits > 3 {
			return 0
		}
		n += digits
	}
	if !edge(s, n) || n+1 < len(s) && s[n] == '.' && class[s[n+1]] == digit {
		return 0
	}
	if n < len(s) && (s[n] == ':' || s[n] == '/') {
		if port := run(s[n+1:], digit); port > 0 && port <= 5 && edge(s, n+1+port) {
			return n + 1 + port
		}
	}
	return n
}

// colonHex recognises hexadecimal groups joined by colons: IPv6 and MAC addresses,
// and fingerprints; first is the length of the first group.
func colonHex(s []byte, first int) (n int, kind string) {
	if first > 4 || first+1 >= len(s) || s[first] != ':' || !allHex(s[:first]) {
		return 0, ""
	}
	n, groups, gaps := first, 1, 0
	for n < len(s) && s[n] == ':' {
		colons := 1
		if n+1 < len(s) && s[n+1] == ':' {
			colons = 2
		}
		group := s[n+colons:]
		length, _ := span(group)
		if gaps+colons > 2 || length == 0 || length > 4 || !allHex(group[:length]) || Length(group[length:]) > 0 {
			break
		}
		groups++
		gaps += colons - 1
		n += colons + length
	}
	switch {
	case gaps == 1 && groups >= 2, gaps == 0 && groups == 8:
		return n, address
	case gaps == 0 && groups >= 6:
		return n, hex
	default:
		return 0, ""
	}
}

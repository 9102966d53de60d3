package masks

// quantity recognises a number with what belongs to it: fraction, groups,
// exponent, unit. It is empty when the word goes on in some other way.
func quantity(s []byte) (n int, kind string) {
	n = number(s)
	letters := run(s[n:], letter)
	if n == 0 || letters == 0 {
		return spaced(s, n)
	}
	if n := compound(s); n > 0 {
		return n, duration
	}
	if edge(s, n+letters) && isSize(s[n:n+letters]) {
		return n + letters, size
	}
	if e := exponent(s[n:]); e > 0 {
		return n + e, num
	}
	return 0, ""
}

// number is the length of digits, in groups that one of ".,:" joins.
func number(s []byte) int {
	n := run(s, digit)
	for n > 0 && n < len(s) && (s[n] == '.' || s[n] == ',' || s[n] == ':') {
		digits := run(s[n+1:], digit)
		if digits == 0 {
			break
		}
		n += 1 + digits
	}
	return n
}

// spaced adds a unit that stands behind a number of length n and a space.
func spaced(s []byte, n int) (int, string) {
	if n == 0 {
		return 0, ""
	}
	if n < len(s) && s[n] == ' ' {
		letters := run(s[n+1:], letter)
		if unit := s[n+1 : n+1+letters]; edge(s, n+1+letters) {
			switch {
			case isLongDuration(unit):
				return n + 1 + letters, duration
			case isLongSize(unit):
				return n + 1 + letters, size
			}
		}
	}
	return n, num
}

// exponent is the length of an exponent such as e-05.
func exponent(s []byte) int {
	if s[0] != 'e' && s[0] != 'E' {
		return 0
	}
	n := 1
	if n < len(s) && (s[n] == '-' || s[n] == '+') {
		n++
	}
	digits := run(s[n:], digit)
	if digits == 0 || !edge(s, n+digits) {
		return 0
	}
	return n + digits
}

// compound is the length of a duration such as 1h2m3.5s.
func compound(s []byte) int {
	n := 0
	for n < len(s) && class[s[n]] == digit {
		n += number(s[n:])
		letters := run(s[n:], letter)
		if unit := s[n : n+letters]; !isShortDuration(unit) && !isLongDuration(unit) {
			return 0
		}
		n += letters
	}
	if !edge(s, n) {
		return 0
	}
	return n
}

func isShortDuration(unit []byte) bool {
	switch string(unit) {
	case "s", "m", "h", "d":
		return true
	}
	return false
}

// isLongDuration is true for units of time that cannot be taken for something
// else behind a space.
func isLongDuration(unit []byte) bool {
	switch string(unit) {
	case "ns", "us", "µs", "μs", "ms", "sec", "secs", "second", "seconds", "millisecond", "milliseconds",
		"min", "mins", "minute", "minutes", "hr", "hrs", "hour", "hours", "day", "days":
		return true
	}
	return false
}

func isSize(unit []byte) bool {
	switch string(unit) {
	case "B", "k", "K", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "kb", "mb", "gb":
		return true
	}
	return isLongSize(unit)
}

// isLongSize is true for units of size that cannot be taken for something else
// behind a space.
func isLongSize(unit []byte) bool {
	switch string(unit) {
	case "byte", "bytes", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB":
		return true
	}
	return false
}

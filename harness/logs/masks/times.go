package masks

// timestamp is the length of a date with a time, or of a time of day to the
// second, that begins with the first word of s.
func timestamp(s []byte, length, digits int) int {
	n := 0
	switch {
	case digits == 0:
		n = named(s, length)
	case length == 2:
		n = clock(s)
	case length == 4 && isDate(s):
		n = clockBehind(s, len("2006-01-02"))
	case isDate(s): // 2006-01-02T15:04:05 is 2006, -, 01, -, 02T15, ...
		n = clockBehind(s, len("2006-01-02"))
	case digits == 8:
		n = clockBehind(s, len("20060102"))
	}
	if n == 0 {
		return 0
	}
	n += zone(s[n:])
	if !edge(s, n) {
		return 0
	}
	return n
}

// isDate is true for 2006-01-02, and with slashes or dots in it.
func isDate(s []byte) bool {
	return len(s) >= 10 && run(s, digit) == 4 && (s[4] == '-' || s[4] == '/' || s[4] == '.') &&
		run(s[5:], digit) == 2 && s[7] == s[4] && run(s[8:], digit) == 2
}

// clockBehind is the length of a date of length n and the time behind it.
func clockBehind(s []byte, n int) int {
	if n >= len(s) || s[n] != 'T' && s[n] != ' ' && s[n] != '-' && s[n] != '_' && s[n] != ':' {
		return 0
	}
	if c := clock(s[n+1:]); c > 0 {
		return n + 1 + c
	}
	return 0
}

// clock is the length of 15:04:05, with a fraction.
func clock(s []byte) int {
	const length = len("15:04:05")
	if len(s) < length || run(s, digit) != 2 || s[2] != ':' || run(s[3:], digit) != 2 || s[5] != ':' || run(s[6:], digit) != 2 {
		return 0
	}
	if length < len(s) && (s[length] == '.' || s[length] == ',' || s[length] == ':') {
		if fraction := run(s[length+1:], digit); fraction > 0 {
			return length + 1 + fraction
		}
	}
	return length
}

// zone is the length of what names a time's zone: Z, +01:00, " -0700", " UTC",
// or the two of them that Go's time.Time prints.
func zone(s []byte) int {
	if len(s) > 0 && s[0] == 'Z' {
		return 1
	}
	n := 0
	if len(s) > 0 && s[0] == ' ' {
		n = 1
	}
	if n < len(s) && (s[n] == '+' || s[n] == '-') {
		switch digits := run(s[n+1:], digit); {
		case digits == 4:
			n += 5
			return n + abbreviation(s[n:])
		case digits == 2 && n+6 <= len(s) && s[n+3] == ':' && run(s[n+4:], digit) == 2:
			return n + 6
		}
	}
	return abbreviation(s)
}

// abbreviation is the length of a space and a zone's name: those in common use,
// since other words of three capitals follow times too.
func abbreviation(s []byte) int {
	if len(s) < 4 || s[0] != ' ' {
		return 0
	}
	n := 1 + run(s[1:], letter)
	switch string(s[1:n]) {
	case "UTC", "GMT", "CET", "CEST", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT":
		return n
	}
	return 0
}

var (
	months = []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
	days   = []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
)

// named is the length of a date that begins with the name of a day or a month,
// with its time: as syslog, C and the web write them.
func named(s []byte, length int) int {
	if length != 3 || s[0] < 'A' || s[0] > 'Z' {
		return 0
	}
	n := 0
	if oneOf(s[:3], days) {
		n = 3
		if n < len(s) && s[n] == ',' {
			n++
		}
		if n = space(s, n); n == 0 {
			return 0
		}
	}
	if n = dayAndMonth(s, n); n == 0 {
		return 0
	}
	if n = space(s, n); n == 0 {
		return 0
	}
	c := clock(s[n:])
	if c == 0 {
		return 0
	}
	n += c + zone(s[n+c:])
	if len(s) >= n+5 && s[n] == ' ' && run(s[n+1:], digit) == 4 && edge(s, n+5) {
		n += 5 // the year comes last in C
	}
	return n
}

// dayAndMonth is where "Jan  2" or "02 Jan 2006" ends that begins at n, or 0.
func dayAndMonth(s []byte, n int) int {
	if digits := run(s[n:], digit); digits == 1 || digits == 2 {
		n += digits
		if len(s) < n+9 || s[n] != ' ' && s[n] != '-' || !oneOf(s[n+1:n+4], months) || run(s[n+5:], digit) != 4 {
			return 0
		}
		return n + 9
	}
	if len(s) < n+3 || !oneOf(s[n:n+3], months) {
		return 0
	}
	if n = space(s, n+3); n == 0 {
		return 0
	}
	if digits := run(s[n:], digit); digits == 1 || digits == 2 {
		return n + digits
	}
	return 0
}

// space is where the spaces at n end, or 0 when there are none.
func space(s []byte, n int) int {
	from := n
	for n < len(s) && s[n] == ' ' {
		n++
	}
	if n == from {
		return 0
	}
	return n
}

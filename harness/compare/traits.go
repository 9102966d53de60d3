package compare

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rehearse-dev/rehearse/harness/logs"
)

// The traits of stored log records.
const (
	envelope      = "envelope"
	messageEnd    = "end of messages"
	longMessages  = "splitting of long messages"
	recordTime    = "time of records"
	missing       = "loss of numbers"
	repeatedTwice = "repetition of numbers"
	numberOrder   = "order of numbers"
)

const (
	// pieceSize is into what both runtimes cut long lines.
	pieceSize = 16 << 10
	// tardy is how much later than written a record may be dated.
	tardy = 2 * time.Second
)

// trait is something that can be told of the records of a query on one side.
type trait struct {
	class    string // what is compared; empty where the records do not show it
	text     string // what is shown
	evidence []Evidence
}

// traits tells what can be told. Whether records are numbered, the expression
// says.
func (h *harvest) traits(sequence string) map[string]trait {
	all := map[string]trait{
		envelope:     h.most(envelopeLeft),
		messageEnd:   h.most(endOf),
		recordTime:   h.most(dating),
		longMessages: h.most(h.cutting()),
	}
	if sequence != "" && !h.Truncated {
		maps.Copy(all, h.numbering(regexp.MustCompile(sequence)))
	}
	maps.DeleteFunc(all, func(_ string, t trait) bool { return t.class == "" })
	return all
}

// most is what most of the records show, of those that show anything.
func (h *harvest) most(show func(stored) string) trait {
	seen := fact{}
	counts := map[string]int{}
	for _, r := range h.records {
		if value := show(r); value != "" {
			counts[value]++
			if len(seen[value]) < maxEvidence {
				seen[value] = append(seen[value], h.place(r))
			}
		}
	}
	best := ""
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		if counts[value] > counts[best] {
			best = value
		}
	}
	return trait{best, best, seen[best]}
}

// envelopeLeft says whether the message is still in what the runtime wrote
// around it.
func envelopeLeft(r stored) string {
	for line, err := range logs.Lines(strings.NewReader(r.Message)) {
		switch {
		case err == nil && line.Format == logs.Docker:
			return "Docker's JSON is left around the message"
		case err == nil && line.Format == logs.CRI:
			return "the CRI's prefix is left before the message"
		}
		break
	}
	return "taken off"
}

func endOf(r stored) string {
	switch {
	case strings.HasSuffix(r.Message, "\r\n"):
		return "a carriage return and a line break"
	case strings.HasSuffix(r.Message, "\n"):
		return "a line break"
	case strings.HasSuffix(r.Message, "\r"):
		return "a carriage return"
	default:
		return "their text"
	}
}

// cutting says what becomes of messages that are longer than a piece. When one
// arrived whole, pieces of that size are just messages.
func (h *harvest) cutting() func(stored) string {
	whole := slices.ContainsFunc(h.records, func(r stored) bool { return len(r.Message) > pieceSize+len("\r\n") })
	return func(r stored) string {
		switch {
		case whole && len(r.Message) > pieceSize+len("\r\n"):
			return "in one piece"
		case !whole && len(r.Message) == pieceSize:
			return "in pieces of 16 KiB"
		default:
			return ""
		}
	}
}

var ownTime = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)`)

// dating says whether a record is dated as its message is, where the message has
// a time.
func dating(r stored) string {
	written, err := time.Parse(time.RFC3339Nano, ownTime.FindString(r.Message))
	switch off := r.Time.Sub(written).Abs(); {
	case err != nil:
		return ""
	case off <= tardy:
		return "that of the message"
	default:
		return "another than that of the message"
	}
}

// numbered is a record and the number that its writer gave it.
type numbered struct {
	stored
	number int
}

// numbering tells what is amiss with the numbers of the records.
func (h *harvest) numbering(expression *regexp.Regexp) map[string]trait {
	var all []numbered
	for _, r := range h.records {
		if groups := expression.FindStringSubmatch(r.Message); groups != nil {
			if n, err := strconv.Atoi(groups[1]); err == nil && n > 0 {
				all = append(all, numbered{r, n})
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	// Records of one moment are in order.
	slices.SortStableFunc(all, func(a, b numbered) int { return cmp.Or(a.Time.Compare(b.Time), a.number-b.number) })
	highest := slices.MaxFunc(all, func(a, b numbered) int { return a.number - b.number }).number
	seen := map[int]bool{}
	var again, late []numbered
	last := 0
	for _, r := range all {
		if seen[r.number] {
			again = append(again, r)
		} else if r.number < last {
			late = append(late, r)
		}
		seen[r.number], last = true, max(last, r.number)
	}
	return map[string]trait{
		missing:       h.amiss(highest-len(seen), highest, gapsIn(all, seen)),
		repeatedTwice: h.amiss(len(again), highest, again),
		numberOrder:   h.amiss(len(late), highest, late),
	}
}

// gapsIn are the records behind which a number is missing, or the first record
// when it is not number 1.
func gapsIn(all []numbered, seen map[int]bool) []numbered {
	var before []numbered
	for _, r := range all {
		if r.number > 1 && !seen[r.number-1] {
			before = append(before, r)
		}
	}
	return before
}

// amiss is a trait that is the same wherever anything is amiss: how much of it
// is chance.
func (h *harvest) amiss(count, highest int, where []numbered) trait {
	t := trait{class: "some", text: fmt.Sprintf("%d of 1 to %d", count, highest)}
	if count == 0 {
		t = trait{class: "none", text: fmt.Sprintf("none of 1 to %d", highest), evidence: h.samples()}
	}
	for _, r := range where[:min(len(where), maxEvidence)] {
		t.evidence = append(t.evidence, h.place(r.stored))
	}
	return t
}

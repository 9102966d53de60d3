package access

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// maxWays bounds how many ways of reaching for a runtime one side may show.
const maxWays = 20_000

// ledger counts what happened alike on one side.
type ledger struct {
	ways map[string]*record.Touch
	// dropped counts what found no room.
	dropped int
}

// add counts an access; describe fills in what is only looked up for the first of
// those that are alike.
func (l *ledger) add(a record.Touch, now time.Time, describe func(*record.Touch)) error {
	name, err := json.Marshal(a)
	if err != nil {
		return err
	}
	known := l.ways[string(name)]
	if known == nil {
		if len(l.ways) >= maxWays {
			l.dropped++
			return nil
		}
		describe(&a)
		a.First = now
		known = &a
		l.ways[string(name)] = known
	}
	known.Count++
	known.Last = now
	return nil
}

// entries are sorted by who it was and what was done.
func (l *ledger) entries() []record.Touch {
	entries := make([]record.Touch, 0, len(l.ways))
	for _, name := range slices.Sorted(maps.Keys(l.ways)) {
		entries = append(entries, *l.ways[name])
	}
	slices.SortStableFunc(entries, func(x, y record.Touch) int {
		return cmp.Or(cmp.Compare(x.Node, y.Node), cmp.Compare(x.PodUID, y.PodUID), cmp.Compare(x.Unit, y.Unit),
			cmp.Compare(x.ContainerID, y.ContainerID), cmp.Compare(x.Act, y.Act), cmp.Compare(x.Target, y.Target), cmp.Compare(x.Command, y.Command))
	})
	return entries
}

package noise

// Sighting is what n runs of each side showed of one thing: for each of its
// values, the runs that showed it.
type Sighting struct {
	Values []Runs
	// N is the number of runs of each side in which the thing was looked for.
	N int
	// Partial is set where a run may by chance have shown some of the values only:
	// then a side differs by what it has of its own and not by what it lacks.
	Partial bool
}

// Differs says whether the sides differ in all runs.
func (s Sighting) Differs() bool { return s.differs(Baseline(s.N)) }

// Decoy is how often, among all decoys, the thing differs between groups that
// mix the sides: from 0 to 1. Summed over many things, it is how many differences
// between the sides are to be expected by chance.
//
// For things with one value this is the estimate by exchangeability: where chance
// decides which n of 2n runs show a value, each way is as likely as any other, so
// of M values in mixed ways, 2M/(C(2n,n)-2) are to be expected in the two ways
// that look like a difference.
func (s Sighting) Decoy() float64 { return decoy(s.N, s.differs) }

// differs says whether the group differs from the rest of the runs. It does by a
// value that all runs of one and none of the other show; by showing anything at
// all; or by values that come again and never on the other side. Values that never
// come again are as different within a side as between the sides.
func (s Sighting) differs(group Runs) bool {
	rest := group.rest(s.N)
	var shown Runs
	own := map[Runs]bool{}
	apart, again := true, map[Runs]bool{}
	for _, value := range s.Values {
		shown |= value
		own[value] = true
		for _, side := range []Runs{group, rest} {
			again[side] = again[side] || value&^side == 0 && value.Count() > 1
		}
		apart = apart && (value&^group == 0 || value&^rest == 0)
	}
	switch {
	case shown == group, shown == rest:
		return true
	case own[group] && own[rest], !s.Partial && (own[group] || own[rest]):
		return true
	default:
		return shown == group|rest && apart && again[group] && again[rest]
	}
}

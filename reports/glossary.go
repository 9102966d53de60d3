package reports

// word is one entry of the glossary.
type word struct {
	Term, Meaning string
}

// glossary explains every word that a stranger to the page would ask about.
func glossary() []word {
	return []word{
		{"accepted", "A difference that somebody allowed in writing, with a reason, an owner and a date on which the permission ends."},
		{"asset", "Something of yours that can break: an agent, a spec, a workload, a rule, a search, a dashboard, a script."},
		{"baseline", "The side as it is today, before the migration."},
		{"candidate", "The side as it will be, after the migration."},
		{"cause", "The entry of the catalogue of known differences that explains a finding. `rehearse explain ID` prints it in full."},
		{"check", "One thing that was compared, whether both sides agree on it or not."},
		{"confounder", "An inequality between the two clusters other than the runtime. What it touches may be its doing, and not the migration's."},
		{"decoy", "The same runs, divided into groups that mix the sides. Whatever differs between such groups differs by chance, which tells how much of what was found may do so too."},
		{"evidence", "The place in a recording that shows a value: a file of the run folder, and a line."},
		{"finding", "A check that differs, or several that have one cause."},
		{"gap", "Something that could not be looked at. A gap never counts as equal."},
		{"parity", "What was measured to be equal on both clusters, so that a difference can be laid at the runtime's door."},
		{"recording", "Everything that one side showed, kept on disk. The comparison reads the two recordings and nothing else."},
		{"refused", "An asset that could not be judged: it says more than can be evaluated here. Nothing is known of it, so it is a gap."},
		{"remedy", "What to do so that the finding is gone, or harms nobody."},
		{"run", "All that a rehearsal does, once, on a fresh pair of clusters. Several runs tell what differs from what merely varies."},
		{"unproven", "Did not work on the baseline either, or not in every run: that it does not work on the candidate proves nothing."},
		{"verdict", "`different` when a finding that nobody accepted asks for work, `inconclusive` when something unseen could hide one, otherwise `equivalent`."},
	}
}

// meaning of a glossary entry; empty for a word that is not in it.
func meaning(term string) string {
	for _, w := range glossary() {
		if w.Term == term {
			return w.Meaning
		}
	}
	return ""
}

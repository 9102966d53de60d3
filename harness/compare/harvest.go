package compare

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/rehearse-dev/rehearse/harness/record"
)

// harvest is what one query of a log store found on one side.
type harvest struct {
	recording *record.Recording
	record.Answer
	answered bool
	line     int // of the answer in its index
	records  []stored
	agent    *audience // of the agent that ships it; without pods when none is named
}

// stored is a log record of a store and its line in the answer's file.
type stored struct {
	record.StoredRecord
	line int
}

// readHarvest reads what a search found. Its records come by time.
func readHarvest(r *record.Recording, of search) (*harvest, error) {
	h := &harvest{recording: r, agent: &audience{recording: r}}
	for line, err := range record.Entries[record.Answer](r, record.StoresIndex) {
		if err != nil {
			return nil, err
		}
		if line.Entry.Store == of.store && line.Entry.Query == of.Name {
			h.Answer, h.line, h.answered = line.Entry, line.Number, true
		}
	}
	if !h.answered {
		return h, nil
	}
	for line, err := range record.Entries[record.StoredRecord](r, h.File) {
		if err != nil {
			return nil, err
		}
		h.records = append(h.records, stored{line.Entry, line.Number})
	}
	slices.SortFunc(h.records, func(a, b stored) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Message, b.Message))
	})
	if of.agent.Name == "" {
		return h, nil
	}
	agent, err := attend(r, of.agent)
	h.agent = &agent
	return h, err
}

// gaps says that a query has no answer, unless the recording does.
func (h *harvest) gaps(of search) []Gap {
	known := slices.ContainsFunc(h.recording.Gap(record.Stores), func(g record.Gap) bool {
		return slices.Contains([]string{of.name(), "all", "everything"}, g.Subject)
	})
	if h.answered || known {
		return nil
	}
	return []Gap{{h.recording.Meta.Side, record.Gap{Kind: record.Stores, Subject: of.name(), Reason: "it was not answered on this side"}}}
}

// proof is where the answer stands, and the first records.
func (h *harvest) proof() []Evidence {
	text := h.Text + " finds " + counted(h.Hits, "record")
	return append([]Evidence{at(h.recording, record.StoresIndex, h.line, text)}, h.samples()...)
}

// counted is a number of things.
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}

// samples are the first records.
func (h *harvest) samples() []Evidence {
	var places []Evidence
	for _, r := range h.records[:min(len(h.records), maxEvidence)] {
		places = append(places, h.place(r))
	}
	return places
}

func (h *harvest) place(r stored) Evidence {
	return at(h.recording, h.File, r.line, cmp.Or(r.Message, "an empty message"))
}

// alwaysBut are the names of fields that all records have, and none of other's.
func (h *harvest) alwaysBut(other *harvest) fact {
	counts := map[string]int{}
	for _, r := range h.records {
		for name := range r.Fields {
			counts[name]++
		}
	}
	for _, r := range other.records {
		for name := range r.Fields {
			delete(counts, name)
		}
	}
	always := fact{}
	for name, n := range counts {
		if n == len(h.records) {
			always[name] = nil
		}
	}
	return always
}

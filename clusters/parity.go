package clusters

// ParityClass says how an inequality between the two sides is to be read.
type ParityClass string

// The classes of a parity entry.
const (
	// ParityEqual holds on both sides alike.
	ParityEqual ParityClass = "equal"
	// ParitySubject is the difference that the rehearsal is about.
	ParitySubject ParityClass = "subject"
	// ParityExpected follows from the subject and explains nothing else.
	ParityExpected ParityClass = "expected"
	// ParityConfounder differs although it should not, and may explain findings.
	ParityConfounder ParityClass = "confounder"
)

// Parity is one entry of the parity ledger: one property of the clusters with
// its live value on both sides.
type Parity struct {
	Property  string      `json:"property"`
	Baseline  string      `json:"baseline"`
	Candidate string      `json:"candidate"`
	Class     ParityClass `json:"class"`
	// Note says why an inequality has its class, or what an equal value implies.
	Note string `json:"note,omitempty"`
}

package compare

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

// The aspects of a container's state.
const (
	ending         = "how it ended"
	endMessage     = "message of its end"
	startTime      = "start time of a container that ended"
	waitingReason  = "reason for waiting"
	waitingMessage = "message while waiting"
)

func (t *termination) String() string {
	return fmt.Sprintf("%s, exit code %d", t.Reason, t.ExitCode)
}

func (t *termination) add(f facts, subject string, here Evidence, mask *normalise.Masker) {
	f.add(key{ending, subject}, t.String(), here)
	if message := strings.TrimSpace(t.Message); message != "" {
		messageHere := here
		messageHere.Text = shorten(t.String() + ": " + message)
		f.add(key{endMessage, subject}, mask.Text(message), messageHere)
	}
	started := "when it was started"
	if t.StartedAt.Year() <= 1970 {
		started = "1970"
	}
	startedHere := here
	startedHere.Text = shorten(t.String() + ", startedAt " + t.StartedAt.Format("2006-01-02T15:04:05Z07:00"))
	f.add(key{startTime, subject}, started, startedHere)
}

// races are pairs of values of which either may be reported of the same thing:
// word of a lack of memory may come after the end of the container that it
// killed, and a container that ends at once may end before its start is noted.
var races = [][2]string{{"OOMKilled", "Error"}, {"before it finished", "after it finished"}}

// race is true for two values that differ by chance, whatever the runtimes.
func race(baseline, candidate string) bool {
	b, _, _ := strings.Cut(baseline, ",") // a reason, and then the exit code
	c, _, _ := strings.Cut(candidate, ",")
	return slices.Contains(races, [2]string{b, c}) || slices.Contains(races, [2]string{c, b})
}

// Status compares how containers ended and why they wait. A snapshot may catch a
// container in any of its states, so only what both sides show is compared.
func Status() Comparer {
	return Comparer{record.Events, []string{record.ObjectsFile}, func(baseline, candidate *record.Recording) (Section, error) {
		b, err := states(baseline)
		if err != nil {
			return Section{}, err
		}
		c, err := states(candidate)
		if err != nil {
			return Section{}, err
		}
		chance := rule{chance: true}
		s := diff(record.Events, rules{
			ending: chance, endMessage: chance, startTime: chance,
			waitingReason: chance, waitingMessage: chance,
		}, b, c)
		s.soften(race)
		return s, nil
	}}
}

func states(r *record.Recording) (facts, error) {
	list, err := pods(r)
	if err != nil {
		return nil, err
	}
	f := facts{}
	mask := normalise.New(r.Meta.Names)
	for _, p := range list {
		p.ends(f, r, mask)
	}
	return f, nil
}

// ends are the ways in which the containers of a role ended, and why others
// cannot start.
func (p *pod) ends(f facts, r *record.Recording, mask *normalise.Masker) {
	for _, c := range p.statuses() {
		subject := path.Join(p.role, c.Name)
		for _, t := range []*termination{c.LastState.Terminated, c.State.Terminated} {
			if t != nil {
				t.add(f, subject, p.evidence(r, c.Name+": "+t.String()), mask)
			}
		}
		if w := c.State.Waiting; w != nil {
			reason, message := cause(w.Reason, w.Message)
			if reason == "" {
				continue
			}
			here := p.evidence(r, c.Name+": "+w.Reason+": "+w.Message)
			f.add(key{waitingReason, subject}, reason, here)
			if message != "" {
				f.add(key{waitingMessage, subject}, mask.Text(message), here)
			}
		}
	}
}

var backOff = regexp.MustCompile(`^Back-off [^:]*(?::[^: ]+)*: (\w+): (.*)$`)

// cause returns what is wrong with a waiting container. Backing off is not: its
// message repeats what it backs off from, or names nothing.
func cause(reason, message string) (string, string) {
	switch {
	case strings.HasSuffix(reason, "BackOff"):
		if m := backOff.FindStringSubmatch(message); m != nil {
			return m[1], m[2]
		}
		return "", ""
	case reason == "ContainerCreating", reason == "PodInitializing":
		return "", ""
	default:
		return reason, message
	}
}

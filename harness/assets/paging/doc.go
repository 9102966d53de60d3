// Package paging says whom the alerts of both sides of a rehearsal page, by the
// user's own Alertmanager configuration: which receivers fall silent after the
// move, and which hear something new.
//
// Routing, inhibition and mute times are Alertmanager's own code. Inhibition is
// looked at for every moment: an alert that something else inhibits whenever it
// fires pages nobody. A mute time does not silence an alert here, since a
// rehearsal has a time of day of its own; it is named.
package paging

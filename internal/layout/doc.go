// Package layout holds one test: imports point one way, from cmd down to
// clusters, and what judges or renders touches nothing live.
package layout

// Package e2e holds the end-to-end tests: the built program on real pairs of
// clusters. They run with REHEARSE_E2E=1, through the make targets named e2e.
package e2e

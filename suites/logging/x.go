// Package logging is a placeholder.
package logging

// Register adds nothing yet.
func Register() {}

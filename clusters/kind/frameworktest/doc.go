// Package frameworktest is a suite as users of e2e-framework write it, run on a
// cluster of this module's making.
package frameworktest

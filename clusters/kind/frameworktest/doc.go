// Package frameworktest is a suite written for e2e-framework, as its users write
// them, that asks for a cluster whose nodes run Docker Engine. It holds nothing
// but this test: the framework raises its clusters in TestMain.
package frameworktest

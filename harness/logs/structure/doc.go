// Package structure tells what a log message is made of: a level, the words, and
// fields. It knows what the programs around a Kubernetes cluster write: klog and
// its structured form, JSON objects, logfmt. Anything else is free text.
//
//	I1124 08:00:00.000000       1 server.go:12] "Listening" address=":8080"
//	{"level":"info","ts":"2026-11-24T08:00:00Z","msg":"listening","address":":8080"}
//	time="2026-11-24T08:00:00Z" level=info msg=listening address=":8080"
//
// all are the message "listening" at level info with the field address.
package structure

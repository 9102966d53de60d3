package record_test

import (
	"fmt"
	"log"
	"os"

	"github.com/rehearse-dev/rehearse/harness/record"
)

func Example() {
	dir, err := os.MkdirTemp("", "recording")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // an example's

	w, err := record.Create(dir, record.Meta{Scenario: "hello"})
	if err != nil {
		log.Fatal(err)
	}
	w.Redact([]string{"correct horse"})
	w.Gap(record.Node, "all", "the provider cannot run commands on nodes")
	events := []record.Event{{Reason: "Failed", Message: "no user with password correct horse"}}
	if err := record.Lines(w, record.EventsFile, events); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}

	r, err := record.Open(os.DirFS(dir), ".")
	if err != nil {
		log.Fatal(err)
	}
	for line, err := range record.Entries[record.Event](r, record.EventsFile) {
		fmt.Println(line.Number, line.Entry.Message, err)
	}
	fmt.Println(r.Gap(record.Node)[0].Reason)
	// Output:
	// 1 no user with password <redacted> <nil>
	// the provider cannot run commands on nodes
}

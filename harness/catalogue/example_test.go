package catalogue_test

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/clusters"
	"github.com/rehearse-dev/rehearse/harness/catalogue"
)

func ExampleCatalogue_Explain() {
	known, err := catalogue.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	entry, ok := known.Explain(catalogue.Difference{
		Kind: "node", Aspect: "network link", Subject: "docker0", Runtime: clusters.Docker, Docker: "present",
	})
	fmt.Println(ok, entry.ID, entry.Title)
	// Output:
	// true MET-023 There is no docker0 bridge
}

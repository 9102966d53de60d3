package normalise_test

import (
	"fmt"

	"github.com/rehearse-dev/rehearse/harness/normalise"
	"github.com/rehearse-dev/rehearse/harness/record"
)

func ExampleMasker_Text() {
	mask := normalise.New(record.Names{Pods: map[string]record.Pod{
		"f7b1": {Namespace: "shop", Name: "web-7d9f8b6c5d-x2x4z", Role: "web"},
	}})
	fmt.Println(mask.Text("back-off 1m20s restarting failed container=web pod=web-7d9f8b6c5d-x2x4z_shop(11111111-2222-3333-4444-278882043859)"))
	// Output:
	// back-off <duration> restarting failed container=web pod=<pod web>_shop(<uid>)
}

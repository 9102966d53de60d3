package searches_test

import (
	"os"
	"strings"
	"testing"

	"github.com/rehearse-dev/rehearse/harness/assets/searches"
)

// The page for users has to name what the code knows.
func TestDocsNameEveryLanguageAndAlias(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../docs/searches.md")
	if err != nil {
		t.Fatal(err)
	}
	docs := string(raw)
	for _, language := range searches.Languages() {
		if !strings.Contains(docs, "\n| `"+string(language)+"` | ") {
			t.Errorf("docs/searches.md does not explain the language %q", language)
		}
	}
	for meaning, names := range searches.Aliases() {
		for _, name := range names {
			if !strings.Contains(docs, "`"+name+"`") {
				t.Errorf("docs/searches.md does not list %q among the names of %s", name, meaning)
			}
		}
	}
}

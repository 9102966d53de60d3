package scenarios_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/rehearse-dev/rehearse/scenarios"
)

func TestMatchAssets(t *testing.T) {
	t.Parallel()
	dir := fstest.MapFS{"rules/b.yaml": {}, "rules/a.yaml": {}, "rules/notes.txt": {}, "searches.yaml": {}}
	tests := map[string]struct {
		patterns, want []string
	}{
		"a file":                     {[]string{"searches.yaml"}, []string{"searches.yaml"}},
		"a file with a leading dot":  {[]string{"./searches.yaml"}, []string{"searches.yaml"}},
		"a pattern, sorted":          {[]string{"./rules/*.yaml"}, []string{"rules/a.yaml", "rules/b.yaml"}},
		"a file that two name, once": {[]string{"rules/*", "rules/a.yaml"}, []string{"rules/a.yaml", "rules/b.yaml", "rules/notes.txt"}},
		"nothing":                    {[]string{"elsewhere/*"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := scenarios.MatchAssets(dir, tt.patterns)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("MatchAssets(%q) = %q, %v, want %q", tt.patterns, got, err, tt.want)
			}
		})
	}
	if _, err := scenarios.MatchAssets(dir, []string{"[a"}); err == nil {
		t.Error("MatchAssets() took a pattern that is none")
	}
}

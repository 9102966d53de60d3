package collect_test

import (
	"errors"
	"io"
	"strings"

	"github.com/rehearse-dev/rehearse/clusters/clustertest"
)

// scripts answers the scripts that collectors run on nodes.
type scripts struct {
	logs, journal string
	// byNode answers instead of logs on some nodes.
	byNode map[string]string
}

func (s scripts) provider() *clustertest.Provider {
	return &clustertest.Provider{Exec: func(node string, stdin io.Reader, _ []string) (string, error) {
		if stdin == nil {
			return "", errors.New("not a script")
		}
		script, err := io.ReadAll(stdin)
		if err != nil || strings.Contains(string(script), "journalctl") {
			return s.journal, err
		}
		if text, known := s.byNode[node]; known {
			return text, nil
		}
		return s.logs, nil
	}}
}

//go:build cgo

package searches

import "errors"

// HasLogsQL says whether this build can evaluate LogsQL. With cgo VictoriaLogs' library
// brings a C archive that current linkers refuse.
const HasLogsQL = false

func compileLogsQL(string) (matcher, error) {
	return nil, errors.New("this program was built with cgo, and so without LogsQL: build it with CGO_ENABLED=0, as make does")
}

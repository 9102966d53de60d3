package searches

import (
	"fmt"

	"github.com/itchyny/gojq"
)

// jqCode is a jq program that is run on the text's JSON.
type jqCode struct{ *gojq.Code }

// compileJQ compiles without an environment and without modules: what a search finds
// depends on the line alone.
func compileJQ(expression string) (matcher, error) {
	query, err := gojq.Parse(expression)
	if err != nil {
		return nil, fmt.Errorf("not a jq expression: %w", err)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, fmt.Errorf("not a jq expression: %w", err)
	}
	return jqCode{code}, nil
}

// match is true when the first output is neither false nor null, as jq --exit-status
// has it. Text that is not JSON, and an error of the program, match nothing.
func (c jqCode) match(l *Line) bool {
	object, ok := l.JSON()
	if !ok {
		return false
	}
	first, ok := c.Run(object).Next()
	if _, failed := first.(error); failed {
		return false
	}
	return ok && first != nil && first != false
}

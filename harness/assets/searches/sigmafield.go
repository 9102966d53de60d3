package searches

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bradleyjkemp/sigma-go"
)

// sigmaField compares one field, or the whole text when it has no name, with values:
// any of them, or all.
type sigmaField struct {
	name   string
	values []func(value string) bool
	all    bool
}

// newSigmaField compiles a field of a selection. Texts are compared without regard to
// case, and * and ? in them are wildcards, as Sigma's specification has it.
func newSigmaField(f sigma.FieldMatcher) (sigmaField, error) {
	field := sigmaField{name: f.Field, all: slices.Contains(f.Modifiers, "all")}
	how := slices.DeleteFunc(slices.Clone(f.Modifiers), func(m string) bool { return m == "all" })
	if len(how) > 1 {
		return field, fmt.Errorf("modifiers %s: only one of them is supported, and all", strings.Join(how, "|"))
	}
	modifier := strings.Join(how, "")
	for _, value := range f.Values {
		compare, err := compareValue(modifier, value)
		if err != nil {
			return field, err
		}
		field.values = append(field.values, compare)
	}
	return field, nil
}

func (f sigmaField) match(l *Line) bool {
	text := string(l.Text)
	if f.name != "" {
		text, _ = l.Field(f.name) // one that is not there is as good as empty
	}
	if f.all {
		return !slices.ContainsFunc(f.values, func(is func(string) bool) bool { return !is(text) })
	}
	return slices.ContainsFunc(f.values, func(is func(string) bool) bool { return is(text) })
}

func compareValue(modifier string, value any) (func(string) bool, error) {
	text := fmt.Sprint(value)
	switch value.(type) {
	case nil:
		text = ""
	case string, bool, int, int64, uint64, float64:
	default:
		return nil, errors.New("a value is neither text nor a number")
	}
	if len(text) > 1 && strings.HasPrefix(text, "%") && strings.HasSuffix(text, "%") {
		return nil, fmt.Errorf("nothing says what the placeholder %s stands for", text)
	}
	switch modifier {
	case "":
		return wildcard("", text, "")
	case "contains":
		return wildcard("*", text, "*")
	case "startswith":
		return wildcard("", text, "*")
	case "endswith":
		return wildcard("*", text, "")
	case "re":
		re, err := compileRE(text)
		if err != nil {
			return nil, err
		}
		return re.MatchString, nil
	case "cidr":
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, err
		}
		return func(value string) bool {
			address, err := netip.ParseAddr(value)
			return err == nil && network.Contains(address)
		}, nil
	case "gt", "gte", "lt", "lte":
		return than(modifier, text)
	}
	return nil, fmt.Errorf("modifier %q is not supported", modifier)
}

func than(modifier, text string) (func(string) bool, error) {
	limit, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is compared as a number, and is none", text)
	}
	return func(value string) bool {
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return false
		}
		switch modifier {
		case "gt":
			return number > limit
		case "gte":
			return number >= limit
		case "lt":
			return number < limit
		default:
			return number <= limit
		}
	}, nil
}

// wildcard compiles a text in which * stands for anything and ? for one character,
// unless a backslash is before them.
func wildcard(before, text, behind string) (func(string) bool, error) {
	var re strings.Builder
	re.WriteString("(?is)^" + strings.ReplaceAll(before, "*", ".*"))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && strings.IndexByte(`*?\`, text[i+1]) >= 0:
			i++
			re.WriteString(regexp.QuoteMeta(text[i : i+1]))
		case c == '*':
			re.WriteString(".*")
		case c == '?':
			re.WriteByte('.')
		default:
			re.WriteString(regexp.QuoteMeta(text[i : i+1]))
		}
	}
	re.WriteString(strings.ReplaceAll(behind, "*", ".*") + "$")
	compiled, err := regexp.Compile(re.String())
	if err != nil {
		return nil, errors.New("the value is not valid UTF-8")
	}
	return compiled.MatchString, nil
}

package quoted_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"

	"github.com/rehearse-dev/rehearse/internal/quoted"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		in, want string
		length   int
	}{
		"plain":                   {`"a b" rest`, "a b", 5},
		"escapes":                 {`"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t", 18},
		"code point":              {`"\u003cp\u003e \u00e9"`, "<p> é", 22},
		"pair of surrogates":      {`"\ud83d\ude00"`, "😀", 14},
		"half a pair":             {`"\ud83dx"`, "\uFFFDx", 9},
		"two first halves":        {`"\ud83d\ud83d"`, "\uFFFD\uFFFD", 14},
		"not UTF-8":               {"\"a\xffb\"", "a\uFFFDb", 5},
		"not closed":              {`"a`, "", 0},
		"closed by an escape":     {`"a\"`, "", 0},
		"line break":              {"\"a\nb\"", "", 0},
		"escape that is none":     {`"\x41"`, "", 0},
		"half a code point":       {`"\u00"`, "", 0},
		"no string":               {`12`, "", 0},
		"nothing":                 {``, "", 0},
		"a backslash is the last": {`"\`, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, length := quoted.JSON([]byte("-"), []byte(row.in))
			if length != row.length || length > 0 && string(text) != "-"+row.want {
				t.Errorf("JSON(%q) = %q, %d, want %q, %d", row.in, text, length, "-"+row.want, row.length)
			}
		})
	}
}

func TestGo(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		in, want string
		length   int
	}{
		"plain":               {`"a b" rest`, "a b", 5},
		"escapes":             {`"\a\v\n\"\\\x41\u00e9\U0001f600"`, "\a\v\n\"\\Aé😀", 32},
		"bytes":               {`"\xff"`, "\xff", 6},
		"escape that is none": {`"C:\dir"`, `C:\dir`, 8},
		"not closed":          {`"a`, "", 0},
		"no string":           {`a`, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, length := quoted.Go(nil, []byte(row.in))
			if length != row.length || length > 0 && string(text) != row.want {
				t.Errorf("Go(%q) = %q, %d, want %q, %d", row.in, text, length, row.want, row.length)
			}
		})
	}
}

// FuzzJSON holds JSON against encoding/json.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`"a"`, `"\ud83d\ude00"`, `"\ud83d`, "\"\xff\"", "\"\x01\"", `"\/"`, `""`, `"a"b`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		text, length := quoted.JSON(nil, s)
		if length == 0 {
			var want string
			if len(s) > 0 && s[0] == '"' && json.Unmarshal(s, &want) == nil {
				t.Errorf("%q was refused, and is %q", s, want)
			}
			return
		}
		var want string
		if err := json.Unmarshal(s[:length], &want); err != nil || string(text) != want {
			t.Errorf("%q: got %q, want %q (%v)", s[:length], text, want, err)
		}
	})
}

// FuzzGo holds Go against strconv: what %q wrote is read again.
func FuzzGo(f *testing.F) {
	for _, seed := range []string{"a", "\"\\\n", "\xff\x00", "é😀", `\`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		literal := strconv.AppendQuote(nil, string(s))
		if text, length := quoted.Go(nil, literal); length != len(literal) || !bytes.Equal(text, s) {
			t.Errorf("%s: got %q, %d, want %q", literal, text, length, s)
		}
		quoted.Go(nil, s)
	})
}

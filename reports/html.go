package reports

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/rehearse-dev/rehearse/harness/catalogue"
	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/internal/printable"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"kind":    kindName,
	"where":   where,
	"count":   count,
	"code":    codeParts,
	"odd":     func(i int) bool { return i%2 == 1 },
	"brief":   func(s string) string { return clip(s, pageBrief) },
	"meaning": meaning,
	"anchor":  anchorOf,
	"tally":   tally,
	"assets":  assetTally,
	"lane":    laneName,
	"decimal": decimal,
}).Parse(pageHTML))

// Page renders one page for people. It needs no network, no other file and no
// script: the script only filters. What a cluster wrote is escaped, and the
// page forbids the browser to load anything.
type Page struct {
	// Catalogue explains causes; nil means the one that ships with the program.
	Catalogue *catalogue.Catalogue
}

// Format is the [Format] of a Page.
func (options Page) Format(w io.Writer, c *compare.Comparison) error {
	known := options.Catalogue
	if known == nil {
		shipped, err := catalogue.Load()
		if err != nil {
			return fmt.Errorf("rendering page: %w", err)
		}
		known = shipped
	}
	p := newPage(c, known)
	p.Style, p.Script = template.CSS(pageCSS), template.JS(pageJS)
	hash := sha256.Sum256([]byte(pageJS))
	p.Policy = fmt.Sprintf("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'",
		base64.StdEncoding.EncodeToString(hash[:]))
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		return fmt.Errorf("rendering page: %w", err)
	}
	_, err := io.WriteString(w, printable.String(out.String()))
	return err
}

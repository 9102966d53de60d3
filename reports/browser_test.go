package reports_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/rehearse-dev/rehearse/harness/compare"
	"github.com/rehearse-dev/rehearse/reports"
)

func TestPageInABrowser(t *testing.T) {
	t.Parallel()
	tab := openBrowser(t)

	tab.open(t, quickstart(t))
	tab.want(t, "every finding at first", "shown()", 18)
	tab.want(t, "those that break unfolded", "findings().filter(f => f.open).length", 3)
	tab.want(t, "findings with all words", "search('INVENTORY quiet')", 1)
	tab.want(t, "groups without a match hidden", "document.querySelectorAll('.group:not([hidden])').length", 1)
	tab.want(t, "findings of no kind at all", "search('no such words')", 0)
	tab.want(t, "all again", "search('')", 18)
	tab.want(t, "all but changes", "press('[value=changes]')", 6)
	tab.want(t, "of kind agents", "choose('agents')", 2)
	tab.want(t, "everything unfolded", "(press('#unfold'), findings().filter(f => f.open).length)", 18)
	tab.want(t, "a link shows what a filter hides", "(location.hash = '#finding-5', new Promise(done => setTimeout(() => done(+!document.getElementById('finding-5').hidden))))", 1)
	tab.wantNoSidewaysScrolling(t)

	tab.open(t, everywhere(poison))
	tab.want(t, "one script, ours", "document.scripts.length", 1)
	tab.want(t, "no images", "document.images.length", 0)
	tab.want(t, "links into the page only", "[...document.links].filter(l => !l.getAttribute('href').startsWith('#')).length", 0)
	tab.want(t, "no link into nothing", "[...document.links].filter(l => !document.getElementById(l.hash.slice(1))).length", 0)

	tab.wantNoSidewaysScrolling(t)

	tab.withoutScripts(t)
	tab.open(t, quickstart(t))
	tab.want(t, "every finding without scripts", "findings().length", 18)
	tab.want(t, "no filter without scripts", "+document.getElementById('filter').hidden", 1)
	tab.quiet(t)
}

// helpers are what the expressions of the tests are written with.
const helpers = `(() => {
	globalThis.findings = () => [...document.querySelectorAll(".finding")];
	globalThis.shown = () => findings().filter((f) => f.checkVisibility()).length;
	const tell = (e) => { e.dispatchEvent(new Event("input", {bubbles: true})); return shown(); };
	globalThis.search = (text) => { const e = document.querySelector("[type=search]"); e.value = text; return tell(e); };
	globalThis.choose = (kind) => { const e = document.querySelector("select"); e.value = kind; return tell(e); };
	globalThis.press = (what) => { document.querySelector(what).click(); return shown(); };
})()`

// browser is one tab, and what it complained about.
type browser struct {
	ctx context.Context
	dir string

	mu        sync.Mutex
	complains []string
}

// openBrowser skips the test where no browser is installed.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	known := []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"}
	i := slices.IndexFunc(known, func(name string) bool { _, err := exec.LookPath(name); return err == nil })
	if i < 0 {
		t.Skipf("no browser: install one of %s to run this", strings.Join(known, ", "))
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(known[i]), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{ctx: ctx, dir: t.TempDir()}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatalf("starting %s: %v", known[i], err)
	}
	call(ctx, t, network.Enable, network.EnableParams{})
	call(ctx, t, log.Enable, cdp.Empty{})
	return b
}

func (b *browser) listen(event any) {
	var complaint string
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if strings.HasPrefix(e.Request.URL, "file://") && e.Type == network.ResourceTypeDocument {
			return
		}
		complaint = "request of " + e.Request.URL
	case *log.EventEntryAdded:
		complaint = "log: " + e.Entry.Text
	case *runtime.EventExceptionThrown:
		complaint = "exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		complaint = "console." + string(e.Type)
	case *page.EventJavascriptDialogOpening:
		complaint = "dialog: " + e.Message
	default:
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complains = append(b.complains, complaint)
}

// open shows the page of a comparison.
func (b *browser) open(t *testing.T, c *compare.Comparison) {
	t.Helper()
	file := filepath.Join(b.dir, "report.html")
	if err := os.WriteFile(file, render(t, reports.Page{}.Format, c), 0o644); err != nil {
		t.Fatal(err)
	}
	b.do(t, chromedp.Navigate((&url.URL{Scheme: "file", Path: file}).String()))
	b.do(t, chromedp.Evaluate[chromedp.Void](helpers))
}

// want evaluates a number on the page.
func (b *browser) want(t *testing.T, what, expression string, want int) {
	t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if got != want {
		t.Errorf("%s: %s = %d, want %d", what, expression, got, want)
	}
}

func (b *browser) wantNoSidewaysScrolling(t *testing.T) {
	t.Helper()
	for _, width := range []int64{320, 400, 1280} {
		b.do(t, chromedp.EmulateViewport(width, 800))
		b.want(t, fmt.Sprintf("sideways scrolling at %d", width), "Math.max(0, document.documentElement.scrollWidth - innerWidth)", 0)
	}
}

func (b *browser) do(t *testing.T, step chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, step); err != nil {
		t.Fatal(err)
	}
}

func (b *browser) withoutScripts(t *testing.T) {
	t.Helper()
	call(b.ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// quiet fails the test if any page complained, asked or loaded anything.
func (b *browser) quiet(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complains {
		t.Error(c)
	}
}

func call[P, R any](ctx context.Context, t *testing.T, command cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		t.Fatal(err)
	}
}

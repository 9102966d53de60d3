package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
)

func TestLedgerIsCutInThePhrase(t *testing.T) {
	t.Parallel()
	const piece = 16 << 10
	line := ledger()
	if !strings.Contains(line, carried) {
		t.Fatalf("the ledger does not say %q", carried)
	}
	if first, rest := line[:piece], line[piece:]; strings.Contains(first, carried) || strings.Contains(rest, carried) {
		t.Errorf("a piece of %d bytes has the phrase as a whole", piece)
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var out, errors bytes.Buffer
	takeOrders(ctx, &out, &errors, time.Millisecond)
	for _, want := range []string{`"msg":"order taken","item":"salt & pepper"`, carried} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("standard output has no %q", want)
		}
	}
	if !strings.Contains(errors.String(), `"level":"ERROR","msg":"payment refused"`) {
		t.Error("standard error has no refused payment")
	}
}

func TestUnknownPart(t *testing.T) {
	t.Parallel()
	if err := play(t.Context(), []string{"dance"}); err == nil || !strings.Contains(err.Error(), "want orders") {
		t.Errorf("play(dance) = %v, want an error that lists the parts", err)
	}
}

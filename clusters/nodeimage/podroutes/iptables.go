package podroutes

import (
	"context"
	"log"
	"os"
	"os/exec"
	"strings"
)

// The image holds two sets of iptables programs, each in a folder of its own:
// one speaks to the kernel's old interface and one to the new.
const (
	legacyPrograms = "/iptables/legacy"
	nftPrograms    = "/iptables/nft"
)

// SelectIPTables puts that set of iptables programs first on PATH which kubelet on
// the same node uses: rules written through the other would not be seen together.
func SelectIPTables(ctx context.Context) {
	chosen := legacyPrograms
	if kubeletUses(ctx, nftPrograms) {
		chosen = nftPrograms
	}
	if err := os.Setenv("PATH", chosen+":"+os.Getenv("PATH")); err != nil {
		log.Printf("choosing %s: %v", chosen, err)
	}
}

// kubeletUses looks for the chains that kubelet makes, before anything else, for
// this very purpose.
func kubeletUses(ctx context.Context, programs string) bool {
	for _, save := range []string{"iptables-save", "ip6tables-save"} {
		rules, err := exec.CommandContext(ctx, programs+"/"+save, "-t", "mangle").Output()
		if err == nil && (strings.Contains(string(rules), "KUBE-IPTABLES-HINT") || strings.Contains(string(rules), "KUBE-KUBELET-CANARY")) {
			return true
		}
	}
	return false
}

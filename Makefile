# Every target is what a person could type; `make help` lists them.
BIN      := bin/rehearse
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X main.version=$(VERSION)
SCENARIO ?= quickstart
export CGO_ENABLED := 0
LINT     := go tool -modfile=internal/tools/golangci-lint/go.mod golangci-lint

.DEFAULT_GOAL := help
.PHONY: help build rehearse test lint fmt golden fuzz bench e2e e2e-interrupt e2e-existing e2e-registry e2e-translate e2e-dockershim e2e-searches e2e-shipping e2e-alerts e2e-callers e2e-planted e2e-scan e2e-null tidy check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/rehearse
	go build -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/rehearse

rehearse: build ## set the host up, build the node images, rehearse SCENARIO (quickstart) on a real pair
	scripts/setup-docker
	scripts/rehearse $(BIN) run $(SCENARIO)

test: ## run every test that needs no cluster
	go test -shuffle=on ./...

lint: ## run the linters
	$(LINT) run

fmt: ## format the code
	$(LINT) fmt

golden: ## rewrite the golden files of the reports
	go test ./reports/... ./cmd/... -update

fuzz: ## search for a minute per fuzz target
	scripts/fuzz 1m

bench: build ## measure, each beside a peer in the same run
	scripts/setup-docker
	REHEARSE_BENCH=1 go test -run '^$$' -bench . -benchtime 1x -timeout 60m ./...

e2e: build ## the core rehearsals on a real pair
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 80m -v -run '^TestCore' ./internal/e2e

e2e-interrupt: build ## interrupt and kill a rehearsal in every stage
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 90m -v -run '^TestInterrupt' ./internal/e2e

e2e-existing: build ## rehearse on two clusters that are there already
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 60m -v -run '^TestExisting' ./internal/e2e

e2e-registry: build ## build the node images from a registry and rehearse with them
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 60m -v -run '^TestRegistry$$' ./internal/e2e

e2e-translate: build ## prove translated registry settings, and find wrong ones
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 80m -v -run '^TestRegistryTranslation' ./internal/e2e

e2e-dockershim: build ## rehearse with the adapter that was built into kubelet 1.23
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 60m -v -run '^TestDockershim' ./internal/e2e

e2e-searches: build ## rehearse the planted log searches, and three null rehearsals of them
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 60m -v -run '^TestSearches' ./internal/e2e

e2e-shipping: build ## ship logs for real, on a pair and on pairs of one runtime
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 80m -v -run '^TestLogShipping' ./internal/e2e

e2e-scan: build ## look at a cluster with the rights that are shipped, and at its nodes
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 60m -v -run '^TestLiveScan' ./internal/e2e

e2e-callers: build ## who reaches for Docker, watched on a pair and on pairs of one runtime (as root)
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 60m -v -run '^TestCallers' ./internal/e2e

e2e-alerts: build ## rehearse alerts from both kinds of Docker baseline, and on pairs of one runtime
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 100m -v -run '^TestAlerts' ./internal/e2e

e2e-planted: build ## find what is planted for every comparer, and write docs/track-record.md
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 60m -v -run '^TestPlanted$$' ./internal/e2e

e2e-null: build ## three null rehearsals per runtime: nothing may be found
	scripts/setup-docker
	REHEARSE_E2E=1 go test -count=1 -timeout 90m -v -run '^TestNull' ./internal/e2e

tidy: ## tidy go.mod and regenerate what is generated
	go mod tidy
	scripts/tidy-images
	go generate ./...

check: lint test ## what has to pass without a cluster
	go mod tidy -diff

clean: ## remove clusters that a rehearsal left behind, and what was built
	-$(BIN) down --all
	rm -rf bin rehearsals
